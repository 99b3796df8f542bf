-- What 0.1.0 made of an empty file by `upgrade` with the migrations beside this, as `sqlite3` dumps it.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL, note TEXT, state TEXT NOT NULL DEFAULT 'open');
INSERT INTO tasks VALUES(1,'first','a','open');
INSERT INTO tasks VALUES(2,'second',NULL,'open');
CREATE TABLE tmp_list (id INTEGER PRIMARY KEY, body TEXT);
INSERT INTO tmp_list VALUES(1,'kept');
INSERT INTO tmp_list VALUES(2,'gone');
CREATE TABLE flotilla_history (
  position INTEGER PRIMARY KEY,
  revision TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  sql_checksum TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('applied', 'stamped', 'started', 'leaving')),
  statements_done INTEGER NOT NULL DEFAULT 0,
  run_id TEXT NOT NULL,
  applied_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  tool_version TEXT NOT NULL
);
INSERT INTO flotilla_history VALUES(1,'0001','tasks','9041d7ab288976350598be7d064c6728766b94ec8518a6c930f5a462948a4727','c823ccda04def993c9b7902715773bee86df8a8d35a34555747d7eb82ef5d12f','applied',0,'20261129T132614Z-8fb33f','2026-11-29T13:26:14.298Z',0,'0.1.0');
INSERT INTO flotilla_history VALUES(2,'0002','rows','aa43e902f2715281e2039555bb5fe1dcb4c122d4780d424c4564172cc2ea0d6e','8f021d8b759a3b375118c6d291a68cbdc51214327fabec7c696c737d05a6c66a','applied',0,'20261129T132614Z-8fb33f','2026-11-29T13:26:14.298Z',0,'0.1.0');
INSERT INTO flotilla_history VALUES(3,'0003','state','a24cc1a9f74f79f2e4205a11c401e0cc0df33ddb686b855f15067df07711134e','b22013b0ded85d23d3187ab0d1be49b35ee8955bdcffeb2ba512c09a887087ee','applied',0,'20261129T132614Z-8fb33f','2026-11-29T13:26:14.298Z',0,'0.1.0');
CREATE INDEX ix_tasks_state ON tasks (state);
COMMIT;
