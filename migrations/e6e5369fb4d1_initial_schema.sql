-- revision: e6e5369fb4d1
-- down_revision: base
-- loses_rows: projects, tasks, change_requests, approvals, artifacts, task_versions, runs, control_state
--
-- The complete schema of the project tracker, as its first release made it. The down direction drops every table,
-- hence the line above. projects.spec_artifact_id, projects.selected_arch_option_id, tasks.active_version_id and
-- control_state.current_task_id refer to rows without a constraint.

-- migrate:up
CREATE TABLE projects (
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

CREATE TABLE tasks (
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

CREATE TABLE change_requests (
  id INTEGER NOT NULL PRIMARY KEY,
  task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  title VARCHAR(300) NOT NULL,
  reason TEXT,
  status VARCHAR(11) NOT NULL DEFAULT 'DRAFT',
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  submitted_at DATETIME,
  CONSTRAINT changerequeststatus CHECK (status IN ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'IMPLEMENTED'))
);

CREATE TABLE approvals (
  id INTEGER NOT NULL PRIMARY KEY,
  task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  change_request_id INTEGER REFERENCES change_requests (id) ON DELETE SET NULL,
  approver VARCHAR(120) NOT NULL,
  approved BOOLEAN NOT NULL,
  comment TEXT,
  decided_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE artifacts (
  id INTEGER NOT NULL PRIMARY KEY,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  task_id INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
  run_id INTEGER REFERENCES runs (id) ON DELETE SET NULL,
  type VARCHAR(12) NOT NULL,
  path VARCHAR(500) NOT NULL,
  content BLOB,
  details JSON,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT artifacttype CHECK (type IN (
    'SPEC', 'PLAN', 'ARCHITECTURE', 'ADR', 'TRANSCRIPT', 'DIFF', 'LOG', 'OTHER'
  ))
);

CREATE TABLE task_versions (
  id INTEGER NOT NULL PRIMARY KEY,
  task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT uq_task_versions_task_id_version UNIQUE (task_id, version)
);

CREATE TABLE runs (
  id INTEGER NOT NULL PRIMARY KEY,
  task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  status VARCHAR(9) NOT NULL DEFAULT 'RUNNING',
  exit_code INTEGER,
  seconds FLOAT,
  log TEXT,
  started_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  finished_at DATETIME,
  CONSTRAINT runstatus CHECK (status IN ('RUNNING', 'SUCCESS', 'FAILURE', 'TIMEOUT', 'CANCELLED'))
);

CREATE TABLE control_state (
  id INTEGER NOT NULL PRIMARY KEY,
  project_id INTEGER NOT NULL UNIQUE REFERENCES projects (id) ON DELETE CASCADE,
  current_task_id INTEGER,
  phase VARCHAR(15) NOT NULL DEFAULT 'PLANNER',
  paused BOOLEAN NOT NULL DEFAULT 0,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT phasetype CHECK (phase IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER'))
);

-- migrate:down
DROP TABLE control_state;
DROP TABLE artifacts;
DROP TABLE runs;
DROP TABLE task_versions;
DROP TABLE approvals;
DROP TABLE change_requests;
DROP TABLE tasks;
DROP TABLE projects;
