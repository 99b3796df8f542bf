-- What revision 4f0c2a9d7b13 adds, in an ORM's order and quoting.
CREATE INDEX "ix_artifacts_run_id" ON artifacts ("run_id");
CREATE INDEX "ix_artifacts_task_id" ON artifacts ("task_id");
CREATE INDEX ix_change_requests_status ON change_requests (status);
CREATE INDEX ix_change_requests_task_id ON change_requests (task_id);
CREATE INDEX ix_tasks_project_id ON tasks (project_id);
CREATE INDEX ix_tasks_status ON tasks (status);
