-- Figures: what the visits of a day come to, kept when the visits themselves are gone. A month is the sum of its days.

CREATE TABLE figured_days (
    day       TEXT PRIMARY KEY,
    written   INTEGER NOT NULL DEFAULT 0,   -- visits and answers written for it so far
    counted   INTEGER NOT NULL DEFAULT 0,   -- how many of them the figures know
    state     TEXT NOT NULL DEFAULT 'open', -- closed: counted when it was over; final: its visits are gone, or going
    threshold INTEGER                       -- under which its figures were made, or are to be
) STRICT, WITHOUT ROWID;

INSERT INTO figured_days (day, written) SELECT day, count(*) FROM visits GROUP BY day;

CREATE TABLE figured_months (
    month TEXT PRIMARY KEY          -- whose days were summed: 2026-03
) STRICT, WITHOUT ROWID;

CREATE TABLE figures (
    span  TEXT NOT NULL,            -- a day, or a month
    kind  TEXT NOT NULL,            -- of name: total, browser, referrer, …
    name  TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (span, kind, name)
) STRICT, WITHOUT ROWID;

-- Beside its views: visits that began and ended there; views whose time is known, the sum of their seconds, and how
-- many of them lasted from so many seconds up to the next column's.
CREATE TABLE page_figures (
    span    TEXT NOT NULL,
    path    TEXT NOT NULL,
    views   INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    exits   INTEGER NOT NULL,
    timed   INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    t0      INTEGER NOT NULL,
    t2      INTEGER NOT NULL,
    t5      INTEGER NOT NULL,
    t10     INTEGER NOT NULL,
    t15     INTEGER NOT NULL,
    t20     INTEGER NOT NULL,
    t30     INTEGER NOT NULL,
    t45     INTEGER NOT NULL,
    t60     INTEGER NOT NULL,
    t90     INTEGER NOT NULL,
    t120    INTEGER NOT NULL,
    t180    INTEGER NOT NULL,
    t300    INTEGER NOT NULL,
    t600    INTEGER NOT NULL,
    t1200   INTEGER NOT NULL,
    PRIMARY KEY (span, path)
) STRICT, WITHOUT ROWID;
