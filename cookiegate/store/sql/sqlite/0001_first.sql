-- The first schema: the consent ledger, the visits, and what was seen that the policy does not name.

CREATE TABLE ledger_head (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    size     INTEGER NOT NULL,      -- leaves
    frontier BLOB NOT NULL          -- roots of their perfect subtrees, the largest first, 32 bytes each
) STRICT;

INSERT INTO ledger_head (one, size, frontier) VALUES (1, 0, x'');

CREATE TABLE ledger_leaves (
    seq  INTEGER PRIMARY KEY,       -- from 0, without gaps
    leaf BLOB NOT NULL              -- canonical JSON, no personal data; stays for ever
) STRICT;

CREATE TABLE ledger_tiles (
    level INTEGER NOT NULL,         -- 1, 2, …
    place INTEGER NOT NULL,         -- among those of its level, from 0
    root  BLOB NOT NULL,            -- of a complete subtree of 256^level leaves
    PRIMARY KEY (level, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_records (
    seq         INTEGER PRIMARY KEY,    -- of the leaf that commits to it
    hour        INTEGER NOT NULL,       -- since 1970-01-01 UTC
    event       TEXT NOT NULL,          -- given, partly-given, refused, withdrawn; policy, audit
    salt        BLOB NOT NULL,
    payload     BLOB NOT NULL,          -- canonical JSON
    subject     BLOB,                   -- keyed hash of the consent id
    person_salt BLOB,
    person      BLOB,                   -- canonical JSON: what would single a visitor out
    restricted  INTEGER NOT NULL DEFAULT 0  -- 1: kept, and used for nothing else (GDPR art. 18)
) STRICT;

CREATE INDEX ledger_records_by_subject ON ledger_records (subject) WHERE subject IS NOT NULL;

CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,       -- leaves covered
    time INTEGER NOT NULL,          -- seconds since 1970-01-01 UTC
    note BLOB NOT NULL              -- signed
) STRICT;

CREATE TABLE shown (
    hash TEXT PRIMARY KEY,          -- SHA-256 of the body, hex
    kind TEXT NOT NULL,             -- banner, notice, policy
    time INTEGER NOT NULL,          -- when it was first kept, seconds since 1970-01-01 UTC
    body BLOB NOT NULL
) STRICT;

CREATE TABLE visits (
    place    INTEGER PRIMARY KEY,   -- in the order of writing
    time     INTEGER NOT NULL,      -- seconds since 1970-01-01 UTC
    day      TEXT NOT NULL,         -- of `time`, UTC: 2026-03-01
    address  TEXT NOT NULL,         -- a network: 203.0.113.0/24, or empty
    path     TEXT NOT NULL,         -- without query
    referrer TEXT NOT NULL,         -- origin of another site, or empty
    own      INTEGER NOT NULL,      -- 1: the referrer was this site
    browser  TEXT NOT NULL,
    system   TEXT NOT NULL,
    device   TEXT NOT NULL,         -- desktop, mobile, tablet, bot, other
    status   INTEGER NOT NULL,
    bot      INTEGER NOT NULL,      -- 1: a program
    visitor  BLOB                   -- 8 bytes that hold for one day, or none
) STRICT;

CREATE INDEX visits_by_day ON visits (day);

CREATE TABLE observations (
    day   TEXT NOT NULL,
    kind  TEXT NOT NULL,            -- host, cookie or storage
    name  TEXT NOT NULL,
    path  TEXT NOT NULL,            -- the page on which it was seen
    count INTEGER NOT NULL,
    PRIMARY KEY (day, kind, name, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE days (
    day TEXT PRIMARY KEY            -- on which a gateway was at work: a clock that jumped has no days before it
) STRICT, WITHOUT ROWID;
