-- days_between
SELECT count(*) FROM days WHERE day >= :first AND day < :last

-- place_views
-- First of the queries on visits, in one snapshot with the rest: page views of people, each in its visit.
-- 30 minutes without a view end a visit. Without a visitor id an entry is a view that no page of this site led to;
-- where that visit ended, and how long it lasted, is unknown.
CREATE TEMP TABLE placed AS
SELECT day,
       visitor,
       path,
       CASE WHEN visitor IS NULL THEN own = 0 ELSE since IS NULL OR since > 1800 END AS entry,
       CASE WHEN visitor IS NOT NULL THEN until IS NULL OR until > 1800 END AS exit,
       CASE WHEN visitor IS NOT NULL AND until <= 1800 THEN until END AS seconds
  FROM (SELECT day, visitor, path, own,
               time - lag(time) OVER moments AS since,
               lead(time) OVER moments - time AS until
          FROM visits
         WHERE day BETWEEN :first AND :last AND bot = 0 AND (status < 300 OR status = 304)
        WINDOW moments AS (PARTITION BY day, visitor ORDER BY time, place)) AS views

-- totals
SELECT count(*)               AS views,
       count(visitor)         AS followed,
       (SELECT count(*) FROM (SELECT DISTINCT day, visitor FROM placed WHERE visitor IS NOT NULL) AS people) AS visitors,
       count(*) FILTER (WHERE entry) AS visits,
       count(seconds)         AS timed,
       avg(CAST(seconds AS DOUBLE PRECISION))           AS mean
  FROM placed

-- median
SELECT avg(CAST(seconds AS DOUBLE PRECISION))
  FROM (SELECT seconds, row_number() OVER (ORDER BY seconds) AS place, count(*) OVER () AS size
          FROM placed WHERE seconds IS NOT NULL) AS ranked
 WHERE place IN ((size + 1) / 2, (size + 2) / 2)

-- pages
WITH popular AS (SELECT path, count(*) AS views, count(seconds) AS timed, avg(CAST(seconds AS DOUBLE PRECISION)) AS mean
                   FROM placed GROUP BY path ORDER BY views DESC, path LIMIT :top),
     ranked AS (SELECT path, seconds, row_number() OVER (PARTITION BY path ORDER BY seconds) AS place,
                       count(*) OVER (PARTITION BY path) AS size
                  FROM placed WHERE seconds IS NOT NULL AND path IN (SELECT path FROM popular)),
     middle AS (SELECT path, avg(CAST(seconds AS DOUBLE PRECISION)) AS median
                  FROM ranked WHERE place IN ((size + 1) / 2, (size + 2) / 2) GROUP BY path)
SELECT popular.path, views, timed, mean, median
  FROM popular LEFT JOIN middle ON middle.path = popular.path
 ORDER BY views DESC, popular.path

-- entry_pages
SELECT path, count(*) AS times FROM placed WHERE entry GROUP BY path ORDER BY times DESC, path LIMIT :top

-- exit_pages
SELECT path, count(*) AS times FROM placed WHERE exit GROUP BY path ORDER BY times DESC, path LIMIT :top

-- browsers
SELECT browser, count(*) AS times FROM visits
 WHERE day BETWEEN :first AND :last AND bot = 0 AND (status < 300 OR status = 304)
 GROUP BY browser ORDER BY times DESC, browser LIMIT :top

-- systems
SELECT system, count(*) AS times FROM visits
 WHERE day BETWEEN :first AND :last AND bot = 0 AND (status < 300 OR status = 304)
 GROUP BY system ORDER BY times DESC, system LIMIT :top

-- devices
SELECT device, count(*) AS times FROM visits
 WHERE day BETWEEN :first AND :last AND bot = 0 AND (status < 300 OR status = 304)
 GROUP BY device ORDER BY times DESC, device LIMIT :top

-- referrers
SELECT referrer, count(*) AS times FROM visits
 WHERE day BETWEEN :first AND :last AND bot = 0 AND (status < 300 OR status = 304) AND referrer <> ''
 GROUP BY referrer ORDER BY times DESC, referrer LIMIT :top

-- apart
SELECT count(*) FILTER (WHERE bot = 1)                   AS bots,
       count(*) FILTER (WHERE bot = 0 AND status >= 400) AS errors
  FROM visits WHERE day BETWEEN :first AND :last

-- observations
SELECT kind, name, path, CAST(sum(count) AS BIGINT) AS times, min(day) AS first_day, max(day) AS last_day FROM observations
 WHERE day BETWEEN :first AND :last GROUP BY kind, name, path ORDER BY times DESC, kind, name, path LIMIT :top

-- names
SELECT kind, name FROM names WHERE day = :day ORDER BY kind, name

-- visited_days
SELECT DISTINCT day FROM visits ORDER BY day
