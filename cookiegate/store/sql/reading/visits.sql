-- days_between
SELECT count(*) FROM days WHERE day >= :first AND day < :last

-- observations
SELECT kind, name, path, CAST(sum(count) AS BIGINT) AS times, min(day) AS first_day, max(day) AS last_day FROM observations
 WHERE day BETWEEN :first AND :last GROUP BY kind, name, path ORDER BY times DESC, kind, name, path LIMIT :top

-- names
SELECT kind, name FROM names WHERE day = :day ORDER BY kind, name

-- visited_days
SELECT DISTINCT day FROM visits ORDER BY day
