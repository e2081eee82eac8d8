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

-- add_visit
INSERT INTO visits (time, day, address, path, referrer, own, browser, system, device, status, bot, visitor)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- add_day
INSERT INTO days (day) VALUES (?) ON CONFLICT (day) DO NOTHING

-- purge_days
DELETE FROM days WHERE day IN (SELECT day FROM days WHERE day < ? LIMIT ?)

-- add_observation
INSERT INTO observations (day, kind, name, path, count) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (day, kind, name, path) DO UPDATE SET count = observations.count + excluded.count

-- purge_observations
DELETE FROM observations
 WHERE (day, kind, name, path) IN (SELECT day, kind, name, path FROM observations WHERE day < ? LIMIT ?)

-- purge_ledger_records
DELETE FROM ledger_records
 WHERE seq IN (SELECT seq FROM ledger_records
                WHERE hour < ? AND event IN ('given', 'partly-given', 'refused', 'withdrawn') AND restricted = 0
                LIMIT ?)

-- add_request
-- From here on: people's rights (requests and their tasks, marketing permits and bans).
INSERT INTO requests (id, kind, received, channel, identity, due, extended, notes, outcome, reason, closed)
VALUES (?, ?, ?, ?, ?, ?, '', ?, '', '', '')

-- extend_request
UPDATE requests SET due = ?, extended = ? WHERE id = ? AND closed = ''

-- close_request
UPDATE requests SET outcome = ?, reason = ?, closed = ? WHERE id = ? AND closed = ''

-- add_request_task
INSERT INTO request_tasks (request, number, what, done, note) VALUES (?, ?, ?, '', '')

-- finish_request_task
UPDATE request_tasks SET done = ?, note = ? WHERE request = ? AND number = ?

-- purge_request_tasks
DELETE FROM request_tasks
 WHERE (request, number) IN (SELECT request, number FROM request_tasks
                              WHERE request IN (SELECT id FROM requests WHERE closed <> '' AND closed < ?) LIMIT ?)

-- purge_requests
-- Its tasks go first: without it nobody could tell how old they are.
DELETE FROM requests
 WHERE id IN (SELECT id FROM requests
               WHERE closed <> '' AND closed < ? AND id NOT IN (SELECT request FROM request_tasks) LIMIT ?)

-- add_permit
-- Never against a ban. An older permit changes nothing about a newer one.
INSERT INTO permits (hash, channel, address, source, words, given, expires, reviewed)
SELECT ?, ?, ?, ?, ?, ?, ?, 0 WHERE NOT EXISTS (SELECT 1 FROM bans WHERE hash = ?)
ON CONFLICT (hash, channel) DO UPDATE
   SET address = excluded.address, source = excluded.source, words = excluded.words, given = excluded.given,
       expires = excluded.expires, reviewed = 0
 WHERE excluded.given >= permits.given

-- withdraw_permit
DELETE FROM permits WHERE hash = ? AND channel = ?

-- review_permit
UPDATE permits SET reviewed = ? WHERE hash = ? AND channel = ?

-- purge_permits
DELETE FROM permits
 WHERE (hash, channel) IN (SELECT hash, channel FROM permits WHERE expires <= ? LIMIT ?)

-- add_ban
INSERT INTO bans (hash, time, source) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING

-- drop_banned_permits
DELETE FROM permits WHERE hash = ?

-- lift_ban
DELETE FROM bans WHERE hash = ?
