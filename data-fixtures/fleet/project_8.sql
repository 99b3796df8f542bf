-- Pages of 512 bytes, the smallest, with pages kept for auto-vacuum; somebody added the indexes by hand.
PRAGMA page_size = 512;
PRAGMA auto_vacuum = INCREMENTAL;
.read shared/orm-initial.sql
.read shared/rows.sql
.read shared/orm-indexes.sql
