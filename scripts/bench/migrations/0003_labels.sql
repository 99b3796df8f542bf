-- migrate:up
CREATE TABLE labels (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE task_labels (
  task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  label_id INTEGER NOT NULL REFERENCES labels (id) ON DELETE CASCADE,
  PRIMARY KEY (task_id, label_id)
);
INSERT INTO labels (name) VALUES ('urgent'), ('later');
INSERT INTO task_labels SELECT id, 1 + id % 2 FROM tasks WHERE priority = 1;
CREATE INDEX ix_task_labels_label_id ON task_labels (label_id);
