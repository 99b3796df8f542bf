-- A copy that stopped half-way: the second half of the file is missing.
-- ends: cut in half
.read shared/orm-initial.sql
.read shared/rows.sql
