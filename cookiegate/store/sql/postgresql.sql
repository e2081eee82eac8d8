-- head
SELECT size, frontier FROM ledger_head FOR UPDATE

-- partitions
-- Of days whose figures are final, or were kept for no longer than the visits.
SELECT inhrelid::regclass::text FROM pg_inherits
 WHERE inhparent = 'visits'::regclass
   AND inhrelid::regclass::text NOT IN (SELECT 'visits_' || replace(day, '-', '') FROM figured_days WHERE state <> 'final')

-- readers
SELECT pid FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' AND backend_xmin IS NOT NULL
   AND pid <> pg_backend_pid()

-- has_table
SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) AND tablename = $1)

-- lead
SELECT pg_try_advisory_lock($1)
