-- The first schema, as in SQLite. A statement ends with a semicolon at the end of a line.

CREATE TABLE ledger_head (
    one      SMALLINT PRIMARY KEY CHECK (one = 1),
    size     BIGINT NOT NULL,
    frontier BYTEA NOT NULL
);

INSERT INTO ledger_head (one, size, frontier) VALUES (1, 0, '');

CREATE TABLE ledger_leaves (
    seq  BIGINT PRIMARY KEY,
    leaf BYTEA NOT NULL
);

CREATE TABLE ledger_tiles (
    level SMALLINT NOT NULL,
    place BIGINT NOT NULL,
    root  BYTEA NOT NULL,
    PRIMARY KEY (level, place)
);

CREATE TABLE ledger_records (
    seq         BIGINT PRIMARY KEY,
    hour        BIGINT NOT NULL,
    event       TEXT NOT NULL,
    salt        BYTEA NOT NULL,
    payload     BYTEA NOT NULL,
    subject     BYTEA,
    person_salt BYTEA,
    person      BYTEA,
    restricted  SMALLINT NOT NULL DEFAULT 0
);

CREATE INDEX ledger_records_by_subject ON ledger_records (subject) WHERE subject IS NOT NULL;

CREATE TABLE checkpoints (
    size BIGINT PRIMARY KEY,
    time BIGINT NOT NULL,
    note BYTEA NOT NULL
);

CREATE TABLE shown (
    hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    time BIGINT NOT NULL,
    body BYTEA NOT NULL
);

-- One partition a day, made when its first visit is written; what is too old goes by dropping its partition.
CREATE TABLE visits (
    place    BIGINT GENERATED ALWAYS AS IDENTITY,
    time     BIGINT NOT NULL,
    day      TEXT COLLATE "C" NOT NULL,
    address  TEXT COLLATE "C" NOT NULL,
    path     TEXT COLLATE "C" NOT NULL,
    referrer TEXT COLLATE "C" NOT NULL,
    own      SMALLINT NOT NULL,
    browser  TEXT COLLATE "C" NOT NULL,
    system   TEXT COLLATE "C" NOT NULL,
    device   TEXT COLLATE "C" NOT NULL,
    status   INTEGER NOT NULL,
    bot      SMALLINT NOT NULL,
    visitor  BYTEA
) PARTITION BY LIST (day);

CREATE TABLE observations (
    day   TEXT COLLATE "C" NOT NULL,
    kind  TEXT COLLATE "C" NOT NULL,
    name  TEXT COLLATE "C" NOT NULL,
    path  TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (day, kind, name, path)
);

CREATE TABLE days (
    day TEXT COLLATE "C" PRIMARY KEY
);
