-- head
SELECT size, frontier FROM ledger_head

-- purge_visits
-- Of days whose figures are final, or were kept for no longer than the visits.
DELETE FROM visits
 WHERE place IN (SELECT place FROM visits
                  WHERE day < ? AND day NOT IN (SELECT day FROM figured_days WHERE state <> 'final') LIMIT ?)
