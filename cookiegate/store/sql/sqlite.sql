-- head
SELECT size, frontier FROM ledger_head

-- purge_visits
DELETE FROM visits WHERE place IN (SELECT place FROM visits WHERE day < ? LIMIT ?)
