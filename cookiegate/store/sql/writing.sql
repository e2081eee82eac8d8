-- head
SELECT seq, digest FROM ledger ORDER BY seq DESC LIMIT 1

-- append
INSERT INTO ledger (seq, time, event, payload, digest) VALUES (?, ?, ?, ?, ?)

-- add_visit
INSERT INTO visits (time, day, address, path, referrer, own, browser, system, device, status, bot, visitor)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- add_observation
INSERT INTO observations (day, kind, name, path, count) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (day, kind, name, path) DO UPDATE SET count = count + excluded.count

-- purge_visits
DELETE FROM visits WHERE rowid IN (SELECT rowid FROM visits WHERE day < :before LIMIT :most)

-- purge_observations
DELETE FROM observations
 WHERE (day, kind, name, path) IN (SELECT day, kind, name, path FROM observations WHERE day < :before LIMIT :most)
