-- The application died: two committed transactions are in the write-ahead log alone, and nobody has the file open.
-- ends: killed
PRAGMA journal_mode = WAL;
.read shared/orm-initial.sql
.read shared/rows.sql
PRAGMA wal_checkpoint(TRUNCATE);
PRAGMA wal_autocheckpoint = 0;
BEGIN;
INSERT INTO tasks VALUES (20, 1, 'Only in the log', NULL, 'PLANNER', 'PENDING', 5, 20, '2024-06-01 00:00:00', '2024-06-01 00:00:00');
INSERT INTO task_versions VALUES (20, 20, 1, 'Not in the main file yet.', '2024-06-01 00:00:00');
COMMIT;
UPDATE tasks SET priority = priority + 100;
