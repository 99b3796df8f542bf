-- Rows that violate foreign keys since a time when nobody enforced them, one of them in a table that is rebuilt,
-- and references without a constraint to rows that are gone.
.read shared/orm-initial.sql
.read shared/rows.sql
INSERT INTO tasks (id, project_id, title, phase, active_version_id, created_at, updated_at)
VALUES (30, 77, 'Its project is gone', 'CODER', 555, '2023-01-01 00:00:00', '2023-01-01 00:00:00');
INSERT INTO runs (id, task_id, started_at) VALUES (30, 78, '2023-01-01 00:00:00');
INSERT INTO artifacts (id, project_id, task_id, run_id, type, path, created_at)
VALUES (30, 1, 30, 79, 'OTHER', 'lost/and/found', '2023-01-01 00:00:00');
UPDATE control_state SET current_task_id = 556;
