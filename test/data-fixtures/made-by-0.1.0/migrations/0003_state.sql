-- depends_on: 0001

-- migrate:up
ALTER TABLE tasks ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
-- if_missing: ix_tasks_state
CREATE INDEX ix_tasks_state ON tasks (state);

-- migrate:down
DROP INDEX ix_tasks_state;
ALTER TABLE tasks DROP COLUMN state;
