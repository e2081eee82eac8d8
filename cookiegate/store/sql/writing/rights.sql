-- add_request
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
