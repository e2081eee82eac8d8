-- ledger_size
SELECT size FROM ledger_head

-- leaves
SELECT seq, leaf FROM ledger_leaves WHERE seq > :after ORDER BY seq LIMIT :most

-- records
SELECT seq, hour, event, salt, payload, person_salt, person, restricted FROM ledger_records
 WHERE seq > :after ORDER BY seq LIMIT :most

-- record
SELECT seq, hour, event, salt, payload, person_salt, person, restricted FROM ledger_records WHERE seq = :seq

-- records_of
SELECT seq, hour, event, salt, payload, person_salt, person, restricted FROM ledger_records
 WHERE subject = :subject ORDER BY seq

-- leaf_run
SELECT leaf FROM ledger_leaves WHERE seq >= :start AND seq < :stop ORDER BY seq

-- tile_run
SELECT root FROM ledger_tiles WHERE level = :level AND place >= :start AND place < :stop ORDER BY place

-- last_before
SELECT max(seq) FROM ledger_records
 WHERE hour < :hour AND event IN ('given', 'partly-given', 'refused', 'withdrawn') AND restricted = 0

-- checkpoints
SELECT size, note FROM checkpoints WHERE size > :after ORDER BY size LIMIT :most

-- last_checkpoint
SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1

-- shown
SELECT kind, time, body FROM shown WHERE hash = :hash

-- shown_policies
SELECT hash, time, body FROM shown WHERE kind = 'policy' ORDER BY time, hash

-- decision_before
-- The last one of the same person, to be used for something.
SELECT seq, payload FROM ledger_records
 WHERE subject = :subject AND seq < :seq AND restricted = 0
   AND event IN ('given', 'partly-given', 'refused', 'withdrawn')
 ORDER BY seq DESC LIMIT 1

-- ledger_head
SELECT size, frontier FROM ledger_head

-- removals
-- Leaves that say what is gone begin otherwise than those that commit to a record.
SELECT seq, leaf FROM ledger_leaves WHERE seq > :after AND substr(leaf, 1, 4) = :beginning ORDER BY seq LIMIT :most

-- tiles
SELECT level, place, root FROM ledger_tiles ORDER BY level, place

-- daily_checkpoints
SELECT size, note FROM checkpoints WHERE size IN (SELECT max(size) FROM checkpoints GROUP BY time / 86400) ORDER BY size

-- subjects
SELECT seq, subject FROM ledger_records WHERE seq > :after AND subject IS NOT NULL ORDER BY seq LIMIT :most

-- linked_still
SELECT seq FROM ledger_records WHERE subject IS NOT NULL AND person IS NULL ORDER BY seq

-- decisions
-- Of those that may be used for something, by day since 1970.
SELECT hour / 24 AS day, event, count(*) AS times FROM ledger_records
 WHERE hour >= :hour AND hour < :until AND restricted = 0
   AND event IN ('given', 'partly-given', 'refused', 'withdrawn')
 GROUP BY hour / 24, event ORDER BY day, event

-- shown_hashes
SELECT hash FROM shown ORDER BY hash

-- old_statements
SELECT seq FROM ledger_records WHERE event IN ('rectified', 'audit') AND hour < :hour AND restricted = 0
 ORDER BY seq LIMIT :most
