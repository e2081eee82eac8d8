-- set_head
UPDATE ledger_head SET size = ?, frontier = ?

-- add_leaf
INSERT INTO ledger_leaves (seq, leaf) VALUES (?, ?)

-- add_record
INSERT INTO ledger_records (seq, hour, event, salt, payload, subject, person_salt, person)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- add_tile
INSERT INTO ledger_tiles (level, place, root) VALUES (?, ?, ?)

-- add_checkpoint
-- Of the same leaves, under a new key.
INSERT INTO checkpoints (size, time, note) VALUES (?, ?, ?) ON CONFLICT (size) DO UPDATE SET note = excluded.note

-- drop_checkpoints
-- Of one day, counted since 1970: those of fewer leaves than the newest.
DELETE FROM checkpoints WHERE time / 86400 = ? AND size < ?

-- add_shown
INSERT INTO shown (hash, kind, time, body) VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING

-- erase_record
DELETE FROM ledger_records WHERE seq = ?

-- unlink_record
-- Nobody is left who could have it released.
UPDATE ledger_records SET subject = NULL, person_salt = NULL, person = NULL, restricted = 0 WHERE seq = ?

-- restrict_record
UPDATE ledger_records SET restricted = ? WHERE seq = ? AND subject IS NOT NULL

-- restrict_alike
-- A correction like what it corrects. Where that is nobody's any more there is no value to set: all is undone.
UPDATE ledger_records
   SET restricted = (SELECT other.restricted FROM ledger_records AS other
                      WHERE other.seq = ? AND other.subject IS NOT NULL)
 WHERE seq = ?

-- purge_ledger_records
DELETE FROM ledger_records
 WHERE seq IN (SELECT seq FROM ledger_records
                WHERE hour < ? AND event IN ('given', 'partly-given', 'refused', 'withdrawn') AND restricted = 0
                LIMIT ?)
