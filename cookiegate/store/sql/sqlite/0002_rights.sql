-- The rights of people: what they asked for and by when it is due; who may be sent marketing, and who may not.

CREATE TABLE requests (
    id       TEXT PRIMARY KEY,      -- day of receipt and four letters: 2026-11-22-k7qd
    kind     TEXT NOT NULL,         -- access, portability, erasure, restriction, objection, rectification
    received TEXT NOT NULL,         -- a day, as all of them here: 2026-11-22
    channel  TEXT NOT NULL,         -- how it came in
    identity TEXT NOT NULL,         -- how it was shown who asks; never who
    due      TEXT NOT NULL,
    extended TEXT NOT NULL,         -- why it takes longer, or empty
    notes    TEXT NOT NULL,
    outcome  TEXT NOT NULL,         -- fulfilled, partly, refused, not-identified, withdrawn; empty while open
    reason   TEXT NOT NULL,         -- of the outcome, or empty
    closed   TEXT NOT NULL          -- empty while open
) STRICT, WITHOUT ROWID;

CREATE TABLE request_tasks (
    request TEXT NOT NULL,
    number  INTEGER NOT NULL,       -- from 1
    what    TEXT NOT NULL,          -- whom to tell, and where
    done    TEXT NOT NULL,          -- a day, or empty
    note    TEXT NOT NULL,
    PRIMARY KEY (request, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE permits (
    hash     BLOB NOT NULL,         -- keyed, of the address in its one spelling
    channel  TEXT NOT NULL,         -- email, sms, call
    address  TEXT NOT NULL,         -- as it was given; goes with the permit
    source   TEXT NOT NULL,         -- where it was given
    words    TEXT NOT NULL,         -- hash of what was read when it was given, in `shown`
    given    INTEGER NOT NULL,      -- seconds since 1970-01-01 UTC, as the next two
    expires  INTEGER NOT NULL,
    reviewed INTEGER NOT NULL,      -- 0: never
    PRIMARY KEY (hash, channel)
) STRICT, WITHOUT ROWID;

CREATE INDEX permits_by_expiry ON permits (expires);

CREATE TABLE bans (
    hash   BLOB PRIMARY KEY,        -- as in permits: whom it is about can be asked, not read
    time   INTEGER NOT NULL,        -- seconds since 1970-01-01 UTC
    source TEXT NOT NULL            -- where it was said
) STRICT, WITHOUT ROWID;
