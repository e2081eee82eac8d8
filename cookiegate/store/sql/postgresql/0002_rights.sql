-- The rights of people, as in SQLite. A statement ends with a semicolon at the end of a line.

CREATE TABLE requests (
    id       TEXT COLLATE "C" PRIMARY KEY,
    kind     TEXT NOT NULL,
    received TEXT COLLATE "C" NOT NULL,
    channel  TEXT NOT NULL,
    identity TEXT NOT NULL,
    due      TEXT COLLATE "C" NOT NULL,
    extended TEXT NOT NULL,
    notes    TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    reason   TEXT NOT NULL,
    closed   TEXT COLLATE "C" NOT NULL
);

CREATE TABLE request_tasks (
    request TEXT COLLATE "C" NOT NULL,
    number  BIGINT NOT NULL,
    what    TEXT NOT NULL,
    done    TEXT COLLATE "C" NOT NULL,
    note    TEXT NOT NULL,
    PRIMARY KEY (request, number)
);

CREATE TABLE permits (
    hash     BYTEA NOT NULL,
    channel  TEXT COLLATE "C" NOT NULL,
    address  TEXT COLLATE "C" NOT NULL,
    source   TEXT NOT NULL,
    words    TEXT NOT NULL,
    given    BIGINT NOT NULL,
    expires  BIGINT NOT NULL,
    reviewed BIGINT NOT NULL,
    PRIMARY KEY (hash, channel)
);

CREATE INDEX permits_by_expiry ON permits (expires);

CREATE TABLE bans (
    hash   BYTEA PRIMARY KEY,
    time   BIGINT NOT NULL,
    source TEXT NOT NULL
);
