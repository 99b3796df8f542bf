-- revision: 4f0c2a9d7b13
-- down_revision: e6e5369fb4d1
--
-- SQLite makes no index for a foreign key: listing the tasks of a project, or the runs' artifacts, read whole tables.

-- migrate:up
CREATE INDEX ix_tasks_project_id ON tasks (project_id);
CREATE INDEX ix_tasks_status ON tasks (status);
CREATE INDEX ix_artifacts_task_id ON artifacts (task_id);
CREATE INDEX ix_artifacts_run_id ON artifacts (run_id);
CREATE INDEX ix_change_requests_task_id ON change_requests (task_id);
CREATE INDEX ix_change_requests_status ON change_requests (status);

-- migrate:down
DROP INDEX ix_change_requests_status;
DROP INDEX ix_change_requests_task_id;
DROP INDEX ix_artifacts_run_id;
DROP INDEX ix_artifacts_task_id;
DROP INDEX ix_tasks_status;
DROP INDEX ix_tasks_project_id;
