-- migrate:up
ALTER TABLE tasks ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
UPDATE tasks SET priority = 1 WHERE status = 'PENDING';
CREATE INDEX ix_tasks_project_id ON tasks (project_id);
CREATE INDEX ix_runs_task_id ON runs (task_id);
ALTER TABLE projects ADD COLUMN owner TEXT;
