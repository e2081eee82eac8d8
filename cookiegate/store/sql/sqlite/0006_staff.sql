-- The staff who look at the dashboard: their accounts, and who is signed in.

CREATE TABLE staff (
    name      TEXT PRIMARY KEY,
    role      TEXT NOT NULL,        -- statistics, officer, developer, admin, auditor
    password  TEXT NOT NULL,        -- scrypt$n$r$p$salt$hash
    temporary INTEGER NOT NULL,     -- until when a password that was handed out may be used, in seconds since
                                    -- 1970-01-01 UTC; 0: it is the person's own
    secret    TEXT NOT NULL,        -- of the one-time codes, in base32, or empty
    step      INTEGER NOT NULL,     -- the last 30 seconds since 1970-01-01 UTC whose code was used, or 0
    language  TEXT NOT NULL,        -- of the pages; empty: the browser's
    disabled  INTEGER NOT NULL      -- since when, in seconds since 1970-01-01 UTC; 0: is not
) STRICT, WITHOUT ROWID;

CREATE TABLE staff_sessions (
    token BLOB PRIMARY KEY,         -- SHA-256 of what the browser holds
    name  TEXT NOT NULL,
    begun INTEGER NOT NULL,         -- seconds since 1970-01-01 UTC, as the next
    seen  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
