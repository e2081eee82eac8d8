-- The first schema: the consent ledger, the visits, and what was seen that the policy does not name.

CREATE TABLE ledger (
    seq     INTEGER PRIMARY KEY,    -- from 1, without gaps
    time    INTEGER NOT NULL,       -- milliseconds since 1970-01-01 UTC
    event   TEXT NOT NULL,          -- given, partly-given, refused, withdrawn
    payload BLOB NOT NULL,          -- canonical JSON of the consent record
    digest  BLOB NOT NULL           -- of the digest before it and the payload
) STRICT;

CREATE TABLE visits (
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
