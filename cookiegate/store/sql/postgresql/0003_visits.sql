-- What more is known of a visit, and answers, as in SQLite. A statement ends with a semicolon at the end of a line.

ALTER TABLE visits ADD COLUMN language TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE visits ADD COLUMN campaign TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE visits ADD COLUMN decision TEXT COLLATE "C" NOT NULL DEFAULT 'none';
ALTER TABLE visits ADD COLUMN consented SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN released SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN grp TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE visits ADD COLUMN banner TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE visits ADD COLUMN beacon SMALLINT NOT NULL DEFAULT 0;

CREATE TABLE answers (
    day      TEXT COLLATE "C" NOT NULL,
    grp      TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    device   TEXT COLLATE "C" NOT NULL,
    banner   TEXT COLLATE "C" NOT NULL,
    answer   TEXT COLLATE "C" NOT NULL,
    count    BIGINT NOT NULL,
    PRIMARY KEY (day, grp, language, device, banner, answer)
);

CREATE TABLE names (
    day  TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (day, kind, name)
);
