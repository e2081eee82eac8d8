-- meet_outbox_visitor
-- 30 minutes without an event end a visit, as they do for statistics.
INSERT INTO outbox_visitors (subject, service, salt, session, latest) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (subject, service) DO UPDATE
   SET session = CASE WHEN excluded.latest - outbox_visitors.latest > 1800 THEN excluded.session
                      ELSE outbox_visitors.session END,
       latest = CASE WHEN excluded.latest > outbox_visitors.latest THEN excluded.latest ELSE outbox_visitors.latest END

-- add_outbox_event
INSERT INTO outbox (id, service, subject, time, said, session, attempts)
VALUES (?, ?, ?, ?, ?, (SELECT session FROM outbox_visitors WHERE subject = ? AND service = ?), 0)

-- count_outbox
INSERT INTO outbox_counts (service, outcome, number) VALUES (?, ?, ?)
ON CONFLICT (service, outcome) DO UPDATE SET number = outbox_counts.number + excluded.number

-- stop_outbox_events
-- Of a person, all but those for the services that stand, each between spaces, in a list. Those on their way are left:
-- who has sent them takes them out.
UPDATE outbox SET claim = ? WHERE subject = ? AND ? NOT LIKE '% ' || service || ' %' AND claim IS NULL

-- end_outbox_events
-- Those that were left: were they not taken, a consent that is given later is not theirs.
UPDATE outbox SET session = -1 WHERE subject = ? AND ? NOT LIKE '% ' || service || ' %'

-- count_outbox_claim
INSERT INTO outbox_counts (service, outcome, number)
SELECT service, ?, count(*) FROM outbox WHERE claim = ? GROUP BY service
ON CONFLICT (service, outcome) DO UPDATE SET number = outbox_counts.number + excluded.number

-- forget_outbox_visitor
DELETE FROM outbox_visitors WHERE subject = ? AND ? NOT LIKE '% ' || service || ' %'

-- claim_outbox_event
UPDATE outbox SET claim = ?, attempts = attempts + 1 WHERE id = ? AND claim IS NULL

-- release_outbox_claim
UPDATE outbox SET claim = NULL WHERE claim = ?

-- drop_outbox_claim
DELETE FROM outbox WHERE claim = ?

-- purge_outbox
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE time < ? LIMIT ?)

-- purge_outbox_visitors
DELETE FROM outbox_visitors
 WHERE (subject, service) IN (SELECT subject, service FROM outbox_visitors WHERE latest < ? LIMIT ?)
