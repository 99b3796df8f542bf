-- The first tables.

-- migrate:up
CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL, note TEXT);
CREATE TABLE tmp_list (id INTEGER PRIMARY KEY, body TEXT);

-- migrate:down
DROP TABLE tmp_list;
DROP TABLE tasks;
