-- Several years of work, in WAL mode, closed in good order.
PRAGMA journal_mode = WAL;
.read shared/orm-initial.sql
.read shared/orm-indexes.sql
.read shared/rows.sql
.read shared/many-rows.sql
