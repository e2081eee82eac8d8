-- ledger_page
SELECT seq, time, event, payload, digest FROM ledger WHERE seq > :after ORDER BY seq LIMIT :most

-- totals
SELECT count(*)                                    AS views,
       count(visitor)                              AS followed,
       count(DISTINCT CASE WHEN visitor IS NOT NULL THEN day || hex(visitor) END) AS visitors,
       coalesce(sum(entry), 0)                     AS visits,
       count(seconds)                              AS timed,
       avg(seconds)                                AS mean
  FROM page_views WHERE day BETWEEN :first AND :last

-- median
SELECT avg(seconds)
  FROM (SELECT seconds, row_number() OVER (ORDER BY seconds) AS place, count(*) OVER () AS size
          FROM page_views WHERE day BETWEEN :first AND :last AND seconds IS NOT NULL)
 WHERE place IN ((size + 1) / 2, (size + 2) / 2)

-- apart
SELECT coalesce(sum(bot), 0)                            AS bots,
       coalesce(sum(bot = 0 AND status >= 400), 0)      AS errors
  FROM visits WHERE day BETWEEN :first AND :last

-- pages
WITH viewed AS (SELECT path, entry, exit, seconds FROM page_views WHERE day BETWEEN :first AND :last),
     popular AS (SELECT path, count(*) AS views, count(seconds) AS timed, avg(seconds) AS mean
                   FROM viewed GROUP BY path ORDER BY views DESC, path LIMIT :top),
     placed AS (SELECT path, seconds, row_number() OVER (PARTITION BY path ORDER BY seconds) AS place,
                       count(*) OVER (PARTITION BY path) AS size
                  FROM viewed WHERE seconds IS NOT NULL AND path IN (SELECT path FROM popular)),
     middle AS (SELECT path, avg(seconds) AS median
                  FROM placed WHERE place IN ((size + 1) / 2, (size + 2) / 2) GROUP BY path)
SELECT popular.path, views, timed, mean, median
  FROM popular LEFT JOIN middle ON middle.path = popular.path
 ORDER BY views DESC, popular.path

-- entry_pages
SELECT path, count(*) AS times FROM page_views
 WHERE day BETWEEN :first AND :last AND entry = 1 GROUP BY path ORDER BY times DESC, path LIMIT :top

-- exit_pages
SELECT path, count(*) AS times FROM page_views
 WHERE day BETWEEN :first AND :last AND exit = 1 GROUP BY path ORDER BY times DESC, path LIMIT :top

-- browsers
SELECT browser, count(*) AS times FROM page_views
 WHERE day BETWEEN :first AND :last GROUP BY browser ORDER BY times DESC, browser LIMIT :top

-- systems
SELECT system, count(*) AS times FROM page_views
 WHERE day BETWEEN :first AND :last GROUP BY system ORDER BY times DESC, system LIMIT :top

-- devices
SELECT device, count(*) AS times FROM page_views
 WHERE day BETWEEN :first AND :last GROUP BY device ORDER BY times DESC, device LIMIT :top

-- referrers
SELECT referrer, count(*) AS times FROM page_views
 WHERE day BETWEEN :first AND :last AND referrer <> '' GROUP BY referrer ORDER BY times DESC, referrer LIMIT :top

-- observations
SELECT kind, name, path, sum(count) AS times, min(day) AS first_day, max(day) AS last_day FROM observations
 WHERE day BETWEEN :first AND :last GROUP BY kind, name, path ORDER BY times DESC, kind, name, path LIMIT :top
