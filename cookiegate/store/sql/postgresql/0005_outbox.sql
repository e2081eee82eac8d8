-- What services are to be told of visits by this site's server, as in SQLite.

CREATE TABLE outbox (
    id       BYTEA PRIMARY KEY,
    service  TEXT COLLATE "C" NOT NULL,
    subject  BYTEA NOT NULL,
    time     BIGINT NOT NULL,
    session  BIGINT NOT NULL,
    said     TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    claim    BYTEA
);

CREATE INDEX outbox_by_turn ON outbox (service, attempts, time);
CREATE INDEX outbox_by_time ON outbox (time);
CREATE INDEX outbox_by_subject ON outbox (subject);
CREATE INDEX outbox_by_claim ON outbox (claim) WHERE claim IS NOT NULL;

CREATE TABLE outbox_visitors (
    subject BYTEA NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    salt    BYTEA NOT NULL,
    session BIGINT NOT NULL,
    latest  BIGINT NOT NULL,
    PRIMARY KEY (subject, service)
);

CREATE TABLE outbox_counts (
    service TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    number  BIGINT NOT NULL,
    PRIMARY KEY (service, outcome)
);
