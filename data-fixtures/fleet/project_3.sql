-- An alembic_version row names the second revision, and the indexes are there. The application's own numbers too.
PRAGMA user_version = 7;
PRAGMA application_id = 1179405396;
.read shared/orm-initial.sql
.read shared/orm-indexes.sql
.read shared/rows.sql
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('4f0c2a9d7b13');
