-- Pages of 65536 bytes, the largest, and a blob that fills several.
PRAGMA page_size = 65536;
.read shared/orm-initial.sql
.read shared/rows.sql
UPDATE artifacts SET content = zeroblob(200000) WHERE id = 3;
