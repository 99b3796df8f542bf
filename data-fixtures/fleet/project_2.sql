-- An alembic_version row names the initial schema, and the structure agrees.
.read shared/orm-initial.sql
.read shared/rows.sql
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('e6e5369fb4d1');
