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
