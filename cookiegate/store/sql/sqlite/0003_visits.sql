-- What more is known of a visit, and the answers that were counted without saying whose they are.

-- primary subtag that the browser prefers: fi; or empty
ALTER TABLE visits ADD COLUMN language TEXT NOT NULL DEFAULT '';
-- source / medium / campaign, or empty
ALTER TABLE visits ADD COLUMN campaign TEXT NOT NULL DEFAULT '';
-- when the page was asked for: '' asked, given, partly, refused; none: not known
ALTER TABLE visits ADD COLUMN decision TEXT NOT NULL DEFAULT 'none';
-- 1: its visitor had given a statistics service
ALTER TABLE visits ADD COLUMN consented INTEGER NOT NULL DEFAULT 0;
-- 1: the page carried a statistics service that its visitor had given
ALTER TABLE visits ADD COLUMN released INTEGER NOT NULL DEFAULT 0;
-- group of pages: the first segment of the path, or the policy's name for it
ALTER TABLE visits ADD COLUMN grp TEXT NOT NULL DEFAULT '';
-- mark of the policy whose banner was in the page, or empty
ALTER TABLE visits ADD COLUMN banner TEXT NOT NULL DEFAULT '';
-- 1: told by the script of the page, not by a request for one
ALTER TABLE visits ADD COLUMN beacon INTEGER NOT NULL DEFAULT 0;

CREATE TABLE answers (
    day      TEXT NOT NULL,
    grp      TEXT NOT NULL,         -- the group of the page on which it was given
    language TEXT NOT NULL,         -- in which it was asked
    device   TEXT NOT NULL,
    banner   TEXT NOT NULL,         -- mark of the policy that was shown
    answer   TEXT NOT NULL,         -- given, partly, refused or withdrawn
    count    INTEGER NOT NULL,
    PRIMARY KEY (day, grp, language, device, banner, answer)
) STRICT, WITHOUT ROWID;

CREATE TABLE names (
    day  TEXT NOT NULL,
    kind TEXT NOT NULL,             -- path, missing, crawled, group, referrer, campaign, language, browser, system
    name TEXT NOT NULL,             -- counted by name that day; beyond a number of them others are not
    PRIMARY KEY (day, kind, name)
) STRICT, WITHOUT ROWID;
