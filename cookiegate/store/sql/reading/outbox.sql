-- outbox_waiting
-- Those that were tried before come last: what is wrong with one keeps no others back.
SELECT id, subject, time, attempts, session FROM outbox
 WHERE service = :service AND claim IS NULL ORDER BY attempts, time, id LIMIT :most

-- outbox_claimed
-- With what makes the number by which the service knows the visitor.
SELECT outbox.id, outbox.subject, time, outbox.session, said, attempts, salt
  FROM outbox LEFT JOIN outbox_visitors USING (subject, service)
 WHERE claim = :claim ORDER BY time, outbox.id

-- outbox_claims
SELECT DISTINCT claim FROM outbox WHERE claim IS NOT NULL ORDER BY claim

-- outbox_left
-- Of a person for all but some services: how much there is, and how much of it is on its way.
SELECT count(*), count(claim) FROM outbox
 WHERE subject = :subject AND :services NOT LIKE '% ' || service || ' %'

-- outbox_size
SELECT count(*) FROM outbox

-- outbox_sizes
SELECT service, count(*), min(time) FROM outbox GROUP BY service ORDER BY service

-- outbox_counts
SELECT service, outcome, number FROM outbox_counts ORDER BY service, outcome

-- latest_decision
-- What a person has chosen now, and whether it may be used for anything.
SELECT payload, restricted FROM ledger_records
 WHERE subject = :subject AND event IN ('given', 'partly-given', 'refused', 'withdrawn')
 ORDER BY seq DESC LIMIT 1

-- outbox_of
SELECT service, time, said, attempts FROM outbox WHERE subject = :subject ORDER BY time, id

-- outbox_visitors_of
SELECT service, session, latest FROM outbox_visitors WHERE subject = :subject ORDER BY service
