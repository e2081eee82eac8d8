-- The staff, as in SQLite. A statement ends with a semicolon at the end of a line.

CREATE TABLE staff (
    name      TEXT COLLATE "C" PRIMARY KEY,
    role      TEXT NOT NULL,
    password  TEXT NOT NULL,
    temporary BIGINT NOT NULL,
    secret    TEXT NOT NULL,
    step      BIGINT NOT NULL,
    language  TEXT NOT NULL,
    disabled  BIGINT NOT NULL
);

CREATE TABLE staff_sessions (
    token BYTEA PRIMARY KEY,
    name  TEXT NOT NULL,
    begun BIGINT NOT NULL,
    seen  BIGINT NOT NULL
);
