-- add_visit
INSERT INTO visits (time, day, address, path, referrer, own, browser, system, device, status, bot, visitor,
                    language, campaign, decision, consented, released, grp, banner, beacon)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

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

-- add_answer
INSERT INTO answers (day, grp, language, device, banner, answer, count) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (day, grp, language, device, banner, answer) DO UPDATE SET count = answers.count + excluded.count

-- purge_answers
DELETE FROM answers
 WHERE (day, grp, language, device, banner, answer) IN
       (SELECT day, grp, language, device, banner, answer FROM answers WHERE day < ? LIMIT ?)

-- add_name
INSERT INTO names (day, kind, name) VALUES (?, ?, ?) ON CONFLICT (day, kind, name) DO NOTHING

-- purge_names
DELETE FROM names WHERE (day, kind, name) IN (SELECT day, kind, name FROM names WHERE day < ? LIMIT ?)
