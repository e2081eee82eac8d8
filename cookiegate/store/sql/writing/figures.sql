-- note_day
INSERT INTO figured_days (day, written) VALUES (?, ?)
ON CONFLICT (day) DO UPDATE SET written = figured_days.written + excluded.written

-- announce_threshold
INSERT INTO figured_days (day, threshold) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET threshold = excluded.threshold

-- forget_thresholds
UPDATE figured_days SET threshold = NULL WHERE day > ? AND threshold IS NOT NULL

-- set_counted
UPDATE figured_days SET counted = ?, state = ?, threshold = ? WHERE day = ? AND state <> 'final'

-- hold_day
UPDATE figured_days SET state = state WHERE day = ?

-- note_import
INSERT INTO figured_days (day, imported) VALUES (?, ?)
ON CONFLICT (day) DO UPDATE SET imported = excluded.imported WHERE figured_days.state <> 'final'

-- finish_day
-- Unless more was written meanwhile.
UPDATE figured_days SET state = 'final'
 WHERE day = ? AND state = 'closed' AND counted = written AND coalesce(threshold, 0) >= ?

-- give_up_day
UPDATE figured_days SET state = 'final' WHERE day = ?

-- add_figure
INSERT INTO figures (span, kind, name, count) VALUES (?, ?, ?, ?)

-- add_page_figure
INSERT INTO page_figures (span, path, views, entries, exits, timed, seconds, t0, t2, t5, t10, t15, t20, t30, t45,
                          t60, t90, t120, t180, t300, t600, t1200)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- forget_figures
DELETE FROM figures WHERE span = ?

-- forget_page_figures
DELETE FROM page_figures WHERE span = ?

-- forget_month
DELETE FROM figured_months WHERE month = ?

-- add_month
INSERT INTO figured_months (month) VALUES (?) ON CONFLICT (month) DO NOTHING

-- sum_figures
INSERT INTO figures (span, kind, name, count)
SELECT substr(span, 1, 7), kind, name, CAST(sum(count) AS BIGINT) FROM figures
 WHERE span BETWEEN ? AND ? GROUP BY substr(span, 1, 7), kind, name

-- sum_page_figures
INSERT INTO page_figures (span, path, views, entries, exits, timed, seconds, t0, t2, t5, t10, t15, t20, t30, t45,
                          t60, t90, t120, t180, t300, t600, t1200)
SELECT substr(span, 1, 7), path, CAST(sum(views) AS BIGINT), CAST(sum(entries) AS BIGINT),
       CAST(sum(exits) AS BIGINT), CAST(sum(timed) AS BIGINT), CAST(sum(seconds) AS BIGINT),
       CAST(sum(t0) AS BIGINT), CAST(sum(t2) AS BIGINT), CAST(sum(t5) AS BIGINT), CAST(sum(t10) AS BIGINT),
       CAST(sum(t15) AS BIGINT), CAST(sum(t20) AS BIGINT), CAST(sum(t30) AS BIGINT), CAST(sum(t45) AS BIGINT),
       CAST(sum(t60) AS BIGINT), CAST(sum(t90) AS BIGINT), CAST(sum(t120) AS BIGINT), CAST(sum(t180) AS BIGINT),
       CAST(sum(t300) AS BIGINT), CAST(sum(t600) AS BIGINT), CAST(sum(t1200) AS BIGINT)
  FROM page_figures WHERE span BETWEEN ? AND ? GROUP BY substr(span, 1, 7), path

-- purge_figures
DELETE FROM figures
 WHERE (span, kind, name) IN (SELECT span, kind, name FROM figures WHERE span < ? ORDER BY span LIMIT ?)

-- purge_page_figures
DELETE FROM page_figures
 WHERE (span, path) IN (SELECT span, path FROM page_figures WHERE span < ? ORDER BY span LIMIT ?)

-- purge_figured_days
DELETE FROM figured_days WHERE day IN (SELECT day FROM figured_days WHERE day < ? LIMIT ?)

-- purge_figured_months
DELETE FROM figured_months WHERE month IN (SELECT month FROM figured_months WHERE month < ? LIMIT ?)
