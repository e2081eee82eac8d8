-- When a day's visits were imported, as in SQLite.

ALTER TABLE figured_days ADD COLUMN imported TEXT COLLATE "C";
