-- place_views
-- Before the counting of a day, in one snapshot with it: page views of people, each in its visit. 30 minutes without a
-- view end a visit. Without a visitor id an entry is a view that no page of this site led to; where that visit ended,
-- and how long it lasted, is unknown. `seconds` were spent on the page `before`; `answered` is the decision it had.
CREATE TEMP TABLE placed AS
SELECT place, time, visitor, path, before, decision, answered, grp, language, device, banner,
       CASE WHEN visitor IS NULL THEN 1 - own WHEN since <= 1800 THEN 0 ELSE 1 END AS entry,
       CASE WHEN visitor IS NOT NULL AND since IS NULL THEN 1 ELSE 0 END AS first,
       CASE WHEN visitor IS NOT NULL AND since <= 1800 THEN since END AS seconds
  FROM (SELECT place, time, visitor, own, path, decision,
               CASE WHEN decision = '' THEN grp END AS grp, CASE WHEN decision = '' THEN language END AS language,
               CASE WHEN decision = '' THEN device END AS device, CASE WHEN decision = '' THEN banner END AS banner,
               time - lag(time) OVER moments AS since,
               lag(path) OVER moments AS before,
               lag(decision) OVER moments AS answered
          FROM visits
         WHERE day = :day AND bot = 0 AND (status < 300 OR status = 304)
        WINDOW moments AS (PARTITION BY visitor ORDER BY time, place)) AS views

-- forget_views
DROP TABLE placed

-- count_pages
-- Each view with a visitor id either ends its visit or is followed by another: what is not timed is an exit.
WITH opened AS (SELECT path, sum(first) AS visitors, count(*) AS views, sum(entry) AS entries,
                       count(visitor) AS followed
                  FROM placed GROUP BY path),
     left_again AS (SELECT before, count(*) AS timed, sum(seconds) AS seconds,
                           count(*) FILTER (WHERE seconds >= 0 AND seconds < 2) AS t0,
                           count(*) FILTER (WHERE seconds >= 2 AND seconds < 5) AS t2,
                           count(*) FILTER (WHERE seconds >= 5 AND seconds < 10) AS t5,
                           count(*) FILTER (WHERE seconds >= 10 AND seconds < 15) AS t10,
                           count(*) FILTER (WHERE seconds >= 15 AND seconds < 20) AS t15,
                           count(*) FILTER (WHERE seconds >= 20 AND seconds < 30) AS t20,
                           count(*) FILTER (WHERE seconds >= 30 AND seconds < 45) AS t30,
                           count(*) FILTER (WHERE seconds >= 45 AND seconds < 60) AS t45,
                           count(*) FILTER (WHERE seconds >= 60 AND seconds < 90) AS t60,
                           count(*) FILTER (WHERE seconds >= 90 AND seconds < 120) AS t90,
                           count(*) FILTER (WHERE seconds >= 120 AND seconds < 180) AS t120,
                           count(*) FILTER (WHERE seconds >= 180 AND seconds < 300) AS t180,
                           count(*) FILTER (WHERE seconds >= 300 AND seconds < 600) AS t300,
                           count(*) FILTER (WHERE seconds >= 600 AND seconds < 1200) AS t600,
                           count(*) FILTER (WHERE seconds >= 1200) AS t1200
                      FROM placed WHERE seconds IS NOT NULL GROUP BY before)
SELECT path, CAST(visitors AS BIGINT) AS visitors, views, CAST(entries AS BIGINT) AS entries,
       CAST(followed - coalesce(timed, 0) AS BIGINT) AS exits,
       coalesce(timed, 0) AS timed, CAST(coalesce(seconds, 0) AS BIGINT) AS seconds,
       coalesce(t0, 0) AS t0, coalesce(t2, 0) AS t2, coalesce(t5, 0) AS t5, coalesce(t10, 0) AS t10,
       coalesce(t15, 0) AS t15, coalesce(t20, 0) AS t20, coalesce(t30, 0) AS t30, coalesce(t45, 0) AS t45,
       coalesce(t60, 0) AS t60, coalesce(t90, 0) AS t90, coalesce(t120, 0) AS t120, coalesce(t180, 0) AS t180,
       coalesce(t300, 0) AS t300, coalesce(t600, 0) AS t600, coalesce(t1200, 0) AS t1200
  FROM opened LEFT JOIN left_again ON before = path ORDER BY path

-- count_kinds
-- One look at all that a day's visits are listed by and many share: to sort them once costs less than once for each.
SELECT bot, status, browser, system, device, language, count(*) AS count,
       CAST(sum(consented) AS BIGINT) AS consented, CAST(sum(released) AS BIGINT) AS released
  FROM visits WHERE day = :day
 GROUP BY bot, status, browser, system, device, language ORDER BY bot, status, browser, system, device, language

-- count_origins
-- The same for what few have, and for pages that were not found.
SELECT status, referrer, campaign, missing, count(*) AS count
  FROM (SELECT status, referrer, campaign, CASE WHEN status = 404 THEN path ELSE '' END AS missing
          FROM visits WHERE day = :day AND bot = 0 AND (referrer <> '' OR campaign <> '' OR status = 404)) AS views
 GROUP BY status, referrer, campaign, missing ORDER BY status, referrer, campaign, missing

-- count_shown
-- The first view of a visit in which the question was in the page: the one that began the visit; else one that comes
-- after a view with another decision, unless it was asked in that visit before. Few visitors have such a view, so only
-- theirs are looked at again: of their entries and of what was asked, the one before is then that visit's entry.
SELECT grp, language, device, banner, count(*) AS count
  FROM (SELECT grp, language, device, banner FROM placed WHERE entry = 1 AND decision = ''
        UNION ALL
        SELECT grp, language, device, banner
          FROM (SELECT grp, language, device, banner, entry, decision,
                       lag(decision) OVER (PARTITION BY visitor ORDER BY time, place) AS answered
                  FROM placed
                 WHERE (entry = 1 OR decision = '')
                   AND visitor IN (SELECT visitor FROM placed WHERE entry = 0 AND decision = '' AND answered <> '')
               ) AS views
         WHERE entry = 0 AND decision = '' AND answered <> '') AS asked
 GROUP BY grp, language, device, banner ORDER BY grp, language, device, banner

-- count_answers
SELECT grp, language, device, banner, answer, count FROM answers WHERE day = :day
 ORDER BY grp, language, device, banner, answer

-- figured_day
SELECT written, counted, state FROM figured_days WHERE day = :day

-- due_days
SELECT day FROM figured_days
 WHERE day < :over AND state <> 'final' AND (state = 'open' OR counted <> written OR coalesce(threshold, 0) < :threshold)
 ORDER BY day

-- due_months
SELECT substr(day, 1, 7) AS month FROM figured_days
 WHERE day < :month AND substr(day, 1, 7) NOT IN (SELECT month FROM figured_months)
 GROUP BY substr(day, 1, 7) HAVING sum(CASE WHEN state = 'open' THEN 1 ELSE 0 END) = 0
 ORDER BY month

-- unfinished_days
SELECT day,
       CASE WHEN state = 'closed' AND counted = written AND coalesce(threshold, 0) >= :threshold THEN 1 ELSE 0 END AS counted,
       imported
  FROM figured_days WHERE day < :before AND state <> 'final' ORDER BY day

-- final_days
SELECT day FROM figured_days WHERE state = 'final' ORDER BY day

-- threshold
SELECT threshold FROM figured_days WHERE threshold IS NOT NULL ORDER BY day DESC LIMIT 1

-- figured_days
SELECT day, written, counted, state FROM figured_days WHERE day BETWEEN :first AND :last ORDER BY day

-- choose_spans
-- First of the queries on figures, in one snapshot with the rest: months that were summed, and the days beside them.
CREATE TEMP TABLE spans AS
WITH whole AS (SELECT month FROM figured_months WHERE month BETWEEN :first_month AND :last_month)
SELECT month AS span FROM whole
UNION ALL
SELECT day FROM figured_days
 WHERE day BETWEEN :first AND :last
   AND (state <> 'open' AND substr(day, 1, 7) NOT IN (SELECT month FROM whole)
        OR state = 'open' AND counted > 0 AND written > :small)

-- weigh_spans
-- Else a planner that takes them for many would read all figures there are.
ANALYZE spans

-- figures_of_days
SELECT span, name, count FROM figured_days CROSS JOIN figures
 WHERE day BETWEEN :first AND :last AND (state <> 'open' OR counted > 0 AND written > :small)
   AND span = day AND kind = 'total'
 ORDER BY span, name

-- figures_of_names
SELECT kind, name, CAST(sum(count) AS BIGINT) AS count FROM spans CROSS JOIN figures
 WHERE figures.span = spans.span
   AND kind IN ('browser', 'system', 'device', 'language', 'referrer', 'campaign', 'status', 'missing')
 GROUP BY kind, name ORDER BY kind, name

-- figures_of_funnel
SELECT kind, name, CAST(sum(count) AS BIGINT) AS count FROM spans CROSS JOIN figures
 WHERE figures.span = spans.span AND kind IN (:shown, :given, :partly, :refused, :ignored)
 GROUP BY kind, name ORDER BY kind, name

-- figures_of_pages
SELECT path,
       CAST(sum(views) AS BIGINT) AS views, CAST(sum(entries) AS BIGINT) AS entries,
       CAST(sum(exits) AS BIGINT) AS exits, CAST(sum(timed) AS BIGINT) AS timed,
       CAST(sum(seconds) AS BIGINT) AS seconds, CAST(sum(t0) AS BIGINT) AS t0, CAST(sum(t2) AS BIGINT) AS t2,
       CAST(sum(t5) AS BIGINT) AS t5, CAST(sum(t10) AS BIGINT) AS t10, CAST(sum(t15) AS BIGINT) AS t15,
       CAST(sum(t20) AS BIGINT) AS t20, CAST(sum(t30) AS BIGINT) AS t30, CAST(sum(t45) AS BIGINT) AS t45,
       CAST(sum(t60) AS BIGINT) AS t60, CAST(sum(t90) AS BIGINT) AS t90, CAST(sum(t120) AS BIGINT) AS t120,
       CAST(sum(t180) AS BIGINT) AS t180, CAST(sum(t300) AS BIGINT) AS t300, CAST(sum(t600) AS BIGINT) AS t600,
       CAST(sum(t1200) AS BIGINT) AS t1200
  FROM spans CROSS JOIN page_figures WHERE page_figures.span = spans.span GROUP BY path ORDER BY path

-- figures_of_day
SELECT kind, name, count FROM figures WHERE span = :day ORDER BY kind, name

-- page_figures_of_day
SELECT path, views, entries, exits, timed, seconds, t0, t2, t5, t10, t15, t20, t30, t45, t60, t90, t120, t180, t300, t600,
       t1200
  FROM page_figures WHERE span = :day ORDER BY path

-- settled_days
SELECT day, threshold FROM figured_days WHERE state = 'closed' AND counted = written ORDER BY day
