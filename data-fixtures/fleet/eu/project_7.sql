-- Text in UTF-16.
PRAGMA encoding = 'UTF-16le';
.read shared/orm-initial.sql
.read shared/rows.sql
