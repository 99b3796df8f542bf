-- revision: b81d57e3c60a
-- down_revision: 4f0c2a9d7b13
--
-- Gives three references their constraint. SQLite cannot add one to a table, so each table is made anew, filled,
-- and takes the old one's place (https://www.sqlite.org/lang_altertable.html#otheralter). Foreign keys are not
-- enforced during a run: where they are, DROP TABLE deletes the children that are ON DELETE CASCADE.
-- A reference to a row that is gone becomes NULL, as ON DELETE SET NULL would have made it.
-- projects.selected_arch_option_id stays as it is: the options are kept outside the database.

-- migrate:up
CREATE TABLE projects_rebuilt (
  id INTEGER NOT NULL PRIMARY KEY,
  name VARCHAR(200) NOT NULL,
  description TEXT,
  phase VARCHAR(15) NOT NULL DEFAULT 'PLANNER',
  spec_artifact_id INTEGER REFERENCES artifacts (id) ON DELETE SET NULL,
  selected_arch_option_id INTEGER,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT phasetype CHECK (phase IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER'))
);
INSERT INTO projects_rebuilt
  (id, name, description, phase, spec_artifact_id, selected_arch_option_id, created_at, updated_at)
SELECT id, name, description, phase,
  (SELECT artifacts.id FROM artifacts WHERE artifacts.id = projects.spec_artifact_id),
  selected_arch_option_id, created_at, updated_at
FROM projects;
DROP TABLE projects;
ALTER TABLE projects_rebuilt RENAME TO projects;

CREATE TABLE tasks_rebuilt (
  id INTEGER NOT NULL PRIMARY KEY,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  title VARCHAR(300) NOT NULL,
  description TEXT,
  phase VARCHAR(15) NOT NULL,
  status VARCHAR(17) NOT NULL DEFAULT 'PENDING',
  priority INTEGER NOT NULL DEFAULT 0,
  active_version_id INTEGER REFERENCES task_versions (id) ON DELETE SET NULL,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT phasetype CHECK (phase IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER')),
  CONSTRAINT taskstatus CHECK (status IN (
    'PENDING', 'IN_PROGRESS', 'AWAITING_APPROVAL', 'APPROVED', 'REJECTED', 'COMPLETED', 'CANCELLED'
  ))
);
INSERT INTO tasks_rebuilt
  (id, project_id, title, description, phase, status, priority, active_version_id, created_at, updated_at)
SELECT id, project_id, title, description, phase, status, priority,
  (SELECT task_versions.id FROM task_versions WHERE task_versions.id = tasks.active_version_id),
  created_at, updated_at
FROM tasks;
DROP TABLE tasks;
ALTER TABLE tasks_rebuilt RENAME TO tasks;
CREATE INDEX ix_tasks_project_id ON tasks (project_id);
CREATE INDEX ix_tasks_status ON tasks (status);

CREATE TABLE control_state_rebuilt (
  id INTEGER NOT NULL PRIMARY KEY,
  project_id INTEGER NOT NULL UNIQUE REFERENCES projects (id) ON DELETE CASCADE,
  current_task_id INTEGER REFERENCES tasks (id) ON DELETE SET NULL,
  phase VARCHAR(15) NOT NULL DEFAULT 'PLANNER',
  paused BOOLEAN NOT NULL DEFAULT 0,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT phasetype CHECK (phase IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER'))
);
INSERT INTO control_state_rebuilt (id, project_id, current_task_id, phase, paused, updated_at)
SELECT id, project_id,
  (SELECT tasks.id FROM tasks WHERE tasks.id = control_state.current_task_id),
  phase, paused, updated_at
FROM control_state;
DROP TABLE control_state;
ALTER TABLE control_state_rebuilt RENAME TO control_state;

-- migrate:down
CREATE TABLE control_state_rebuilt (
  id INTEGER NOT NULL PRIMARY KEY,
  project_id INTEGER NOT NULL UNIQUE REFERENCES projects (id) ON DELETE CASCADE,
  current_task_id INTEGER,
  phase VARCHAR(15) NOT NULL DEFAULT 'PLANNER',
  paused BOOLEAN NOT NULL DEFAULT 0,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT phasetype CHECK (phase IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER'))
);
INSERT INTO control_state_rebuilt (id, project_id, current_task_id, phase, paused, updated_at)
SELECT id, project_id, current_task_id, phase, paused, updated_at FROM control_state;
DROP TABLE control_state;
ALTER TABLE control_state_rebuilt RENAME TO control_state;

CREATE TABLE tasks_rebuilt (
  id INTEGER NOT NULL PRIMARY KEY,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  title VARCHAR(300) NOT NULL,
  description TEXT,
  phase VARCHAR(15) NOT NULL,
  status VARCHAR(17) NOT NULL DEFAULT 'PENDING',
  priority INTEGER NOT NULL DEFAULT 0,
  active_version_id INTEGER,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT phasetype CHECK (phase IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER')),
  CONSTRAINT taskstatus CHECK (status IN (
    'PENDING', 'IN_PROGRESS', 'AWAITING_APPROVAL', 'APPROVED', 'REJECTED', 'COMPLETED', 'CANCELLED'
  ))
);
INSERT INTO tasks_rebuilt
  (id, project_id, title, description, phase, status, priority, active_version_id, created_at, updated_at)
SELECT id, project_id, title, description, phase, status, priority, active_version_id, created_at, updated_at
FROM tasks;
DROP TABLE tasks;
ALTER TABLE tasks_rebuilt RENAME TO tasks;
CREATE INDEX ix_tasks_project_id ON tasks (project_id);
CREATE INDEX ix_tasks_status ON tasks (status);

CREATE TABLE projects_rebuilt (
  id INTEGER NOT NULL PRIMARY KEY,
  name VARCHAR(200) NOT NULL,
  description TEXT,
  phase VARCHAR(15) NOT NULL DEFAULT 'PLANNER',
  spec_artifact_id INTEGER,
  selected_arch_option_id INTEGER,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT phasetype CHECK (phase IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER'))
);
INSERT INTO projects_rebuilt
  (id, name, description, phase, spec_artifact_id, selected_arch_option_id, created_at, updated_at)
SELECT id, name, description, phase, spec_artifact_id, selected_arch_option_id, created_at, updated_at
FROM projects;
DROP TABLE projects;
ALTER TABLE projects_rebuilt RENAME TO projects;
