-- any_ban
SELECT 1 FROM bans LIMIT 1

-- requests
SELECT id, kind, received, channel, identity, due, extended, notes, outcome, reason, closed
  FROM requests ORDER BY due, id

-- request
SELECT id, kind, received, channel, identity, due, extended, notes, outcome, reason, closed
  FROM requests WHERE id = :id

-- request_tasks
SELECT number, what, done, note FROM request_tasks WHERE request = :id ORDER BY number

-- permits
SELECT hash, channel, address, source, words, given, expires, reviewed FROM permits ORDER BY address, channel

-- permits_of
SELECT hash, channel, address, source, words, given, expires, reviewed FROM permits
 WHERE hash = :hashed ORDER BY channel

-- permits_due
SELECT hash, channel, address, source, words, given, expires, reviewed FROM permits
 WHERE expires <= :now OR (given <= :looked AND reviewed <= :looked) ORDER BY expires, address, channel

-- ban
SELECT time, source FROM bans WHERE hash = :hashed
