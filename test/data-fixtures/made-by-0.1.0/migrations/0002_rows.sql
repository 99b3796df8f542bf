-- migrate:up
INSERT INTO tasks (id, title, note) VALUES (1, 'first', 'a'), (2, 'second', NULL);
INSERT INTO tmp_list (id, body) VALUES (1, 'kept'), (2, 'gone');

-- migrate:down
DELETE FROM tasks WHERE id IN (1, 2);
DELETE FROM tmp_list WHERE id IN (1, 2);
