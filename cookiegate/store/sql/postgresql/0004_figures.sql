-- Figures, as in SQLite. A statement ends with a semicolon at the end of a line.

CREATE TABLE figured_days (
    day       TEXT COLLATE "C" PRIMARY KEY,
    written   BIGINT NOT NULL DEFAULT 0,
    counted   BIGINT NOT NULL DEFAULT 0,
    state     TEXT NOT NULL DEFAULT 'open',
    threshold INTEGER
);

INSERT INTO figured_days (day, written) SELECT day, count(*) FROM visits GROUP BY day;

CREATE TABLE figured_months (
    month TEXT COLLATE "C" PRIMARY KEY
);

CREATE TABLE figures (
    span  TEXT COLLATE "C" NOT NULL,
    kind  TEXT COLLATE "C" NOT NULL,
    name  TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (span, kind, name)
);

CREATE TABLE page_figures (
    span    TEXT COLLATE "C" NOT NULL,
    path    TEXT COLLATE "C" NOT NULL,
    views   BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    exits   BIGINT NOT NULL,
    timed   BIGINT NOT NULL,
    seconds BIGINT NOT NULL,
    t0      BIGINT NOT NULL,
    t2      BIGINT NOT NULL,
    t5      BIGINT NOT NULL,
    t10     BIGINT NOT NULL,
    t15     BIGINT NOT NULL,
    t20     BIGINT NOT NULL,
    t30     BIGINT NOT NULL,
    t45     BIGINT NOT NULL,
    t60     BIGINT NOT NULL,
    t90     BIGINT NOT NULL,
    t120    BIGINT NOT NULL,
    t180    BIGINT NOT NULL,
    t300    BIGINT NOT NULL,
    t600    BIGINT NOT NULL,
    t1200   BIGINT NOT NULL,
    PRIMARY KEY (span, path)
);
