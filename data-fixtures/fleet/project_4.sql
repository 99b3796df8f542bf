-- Half stamped, twice: an alembic_version table without its row, and a history without a line.
.read shared/orm-initial.sql
.read shared/rows.sql
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE flotilla_history (
  position INTEGER PRIMARY KEY,
  revision TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  sql_checksum TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('applied', 'stamped', 'started')),
  statements_done INTEGER NOT NULL DEFAULT 0,
  run_id TEXT NOT NULL,
  applied_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  tool_version TEXT NOT NULL
);
