-- Somebody made the structure of the last revision by hand, one column by ALTER TABLE, so that it stands last.
create table [projects] (
	id INTEGER NOT NULL,
	name VARCHAR(200) NOT NULL,
	description TEXT,
	phase VARCHAR(15) DEFAULT 'PLANNER' NOT NULL,
	selected_arch_option_id INTEGER,
	created_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
	updated_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT phasetype CHECK (phase IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER'))
);
alter table projects add column spec_artifact_id INTEGER REFERENCES artifacts (id) ON DELETE SET NULL;
CREATE TABLE `tasks` (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	title VARCHAR(300) NOT NULL,
	description TEXT,
	phase VARCHAR(15) NOT NULL,
	status VARCHAR(17) DEFAULT 'PENDING' NOT NULL,
	priority INTEGER DEFAULT (0) NOT NULL,
	active_version_id INTEGER CONSTRAINT fk_active_version REFERENCES task_versions ON DELETE SET NULL,
	created_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
	updated_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE,
	CONSTRAINT phasetype CHECK (phase IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER')),
	CONSTRAINT taskstatus CHECK (status IN ('PENDING', 'IN_PROGRESS', 'AWAITING_APPROVAL', 'APPROVED', 'REJECTED', 'COMPLETED', 'CANCELLED'))
);
CREATE TABLE IF NOT EXISTS "control_state" (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	current_task_id INTEGER,
	phase VARCHAR(15) DEFAULT 'PLANNER' NOT NULL,
	paused BOOLEAN DEFAULT (0) NOT NULL,
	updated_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY (current_task_id) REFERENCES "tasks" ("id") ON DELETE SET NULL,
	FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE,
	UNIQUE (project_id),
	CONSTRAINT phasetype CHECK (phase IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER'))
);
CREATE TABLE change_requests (
	id INTEGER NOT NULL,
	task_id INTEGER NOT NULL,
	title VARCHAR(300) NOT NULL,
	reason TEXT,
	status VARCHAR(11) DEFAULT 'DRAFT' NOT NULL,
	created_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
	submitted_at DATETIME,
	PRIMARY KEY (id),
	FOREIGN KEY(task_id) REFERENCES tasks (id) ON DELETE CASCADE,
	CONSTRAINT changerequeststatus CHECK (status IN ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'IMPLEMENTED'))
);
CREATE TABLE runs (
	id INTEGER NOT NULL,
	task_id INTEGER NOT NULL,
	status VARCHAR(9) DEFAULT 'RUNNING' NOT NULL,
	exit_code INTEGER,
	seconds FLOAT,
	log TEXT,
	started_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
	finished_at DATETIME,
	PRIMARY KEY (id),
	FOREIGN KEY(task_id) REFERENCES tasks (id) ON DELETE CASCADE,
	CONSTRAINT runstatus CHECK (status IN ('RUNNING', 'SUCCESS', 'FAILURE', 'TIMEOUT', 'CANCELLED'))
);
CREATE TABLE task_versions (
	id INTEGER NOT NULL,
	task_id INTEGER NOT NULL,
	version INTEGER NOT NULL,
	body TEXT NOT NULL,
	created_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT uq_task_versions_task_id_version UNIQUE (task_id, version),
	FOREIGN KEY(task_id) REFERENCES tasks (id) ON DELETE CASCADE
);
CREATE TABLE approvals (
	id INTEGER NOT NULL,
	task_id INTEGER NOT NULL,
	change_request_id INTEGER,
	approver VARCHAR(120) NOT NULL,
	approved BOOLEAN NOT NULL,
	comment TEXT,
	decided_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(task_id) REFERENCES tasks (id) ON DELETE CASCADE,
	FOREIGN KEY(change_request_id) REFERENCES change_requests (id) ON DELETE SET NULL
);
CREATE TABLE artifacts (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	task_id INTEGER,
	run_id INTEGER,
	type VARCHAR(12) NOT NULL,
	path VARCHAR(500) NOT NULL,
	content BLOB,
	details JSON,
	created_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE,
	FOREIGN KEY(task_id) REFERENCES tasks (id) ON DELETE CASCADE,
	FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE SET NULL,
	CONSTRAINT artifacttype CHECK (type IN ('SPEC', 'PLAN', 'ARCHITECTURE', 'ADR', 'TRANSCRIPT', 'DIFF', 'LOG', 'OTHER'))
);
.read shared/orm-indexes.sql
INSERT INTO projects (id, name, phase, spec_artifact_id, created_at, updated_at)
VALUES (1, 'Lighthouse rota', 'PLANNER', 1, '2025-01-10 08:00:00', '2025-01-10 08:00:00');
INSERT INTO tasks (id, project_id, title, phase, active_version_id, created_at, updated_at)
VALUES (1, 1, 'Ask the keepers', 'PLANNER', 1, '2025-01-10 08:05:00', '2025-01-10 08:05:00');
INSERT INTO task_versions VALUES (1, 1, 1, 'By letter.', '2025-01-10 08:05:00');
INSERT INTO artifacts (id, project_id, type, path, created_at)
VALUES (1, 1, 'SPEC', 'rota.md', '2025-01-10 08:10:00');
INSERT INTO control_state (id, project_id, current_task_id, updated_at) VALUES (1, 1, 1, '2025-01-10 08:10:00');
