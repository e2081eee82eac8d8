-- What services are to be told of visits by this site's server, until they are; and of whom.

CREATE TABLE outbox (
    id       BLOB PRIMARY KEY,      -- 16 random bytes
    service  TEXT NOT NULL,
    subject  BLOB NOT NULL,         -- as in ledger_records
    time     INTEGER NOT NULL,      -- milliseconds since 1970-01-01 UTC
    session  INTEGER NOT NULL,      -- when the visit it belongs to began, seconds since 1970-01-01 UTC
    said     TEXT NOT NULL,         -- canonical JSON
    attempts INTEGER NOT NULL,      -- how often it was about to be sent
    claim    BLOB                   -- of the sender that has it on its way; none: it waits
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_by_turn ON outbox (service, attempts, time);
CREATE INDEX outbox_by_time ON outbox (time);
CREATE INDEX outbox_by_subject ON outbox (subject);
CREATE INDEX outbox_by_claim ON outbox (claim) WHERE claim IS NOT NULL;

CREATE TABLE outbox_visitors (
    subject BLOB NOT NULL,
    service TEXT NOT NULL,
    salt    BLOB NOT NULL,          -- 16 random bytes: without them the number that the service knows cannot be made again
    session INTEGER NOT NULL,       -- when the latest visit began, seconds since 1970-01-01 UTC
    latest  INTEGER NOT NULL,       -- event, seconds since 1970-01-01 UTC
    PRIMARY KEY (subject, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox_counts (
    service TEXT NOT NULL,
    outcome TEXT NOT NULL,          -- accepted, sent; withdrawn, refused, expired, purged: dropped, and why
    number  INTEGER NOT NULL,
    PRIMARY KEY (service, outcome)
) STRICT, WITHOUT ROWID;
