-- A log may still be being imported, day by day, when a gateway looks for visits whose time is over.

-- the day on which visits were last imported for it, or none
ALTER TABLE figured_days ADD COLUMN imported TEXT;
