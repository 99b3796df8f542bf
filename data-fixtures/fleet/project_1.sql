-- Made by an ORM: tables, and no word of a version.
.read shared/orm-initial.sql
.read shared/rows.sql
