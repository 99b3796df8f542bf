-- A project of several years, on top of rows.sql: 400 tasks, and children for each.
INSERT INTO tasks
WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
SELECT i, 1, 'Task ' || i, iif(i % 3 = 0, NULL, 'Step ' || i || ' of the plan.'), 'CODER',
  iif(i % 5 = 0, 'COMPLETED', 'PENDING'), i % 7, iif(i % 2 = 0, 1000 + i, NULL),
  datetime(1710000000 + 3600 * i, 'unixepoch'), datetime(1710000000 + 3600 * i, 'unixepoch')
FROM n;
INSERT INTO task_versions
SELECT 1000 + id, id, 1, 'Body of task ' || id || '.', created_at FROM tasks WHERE id >= 100 AND id % 2 = 0;
INSERT INTO runs
SELECT 1000 + id, id, iif(id % 4 = 0, 'TIMEOUT', 'SUCCESS'), iif(id % 4 = 0, NULL, 0), id / 8.0, NULL, created_at, updated_at
FROM tasks WHERE id >= 100;
INSERT INTO artifacts
SELECT 1000 + id, 1, id, 1000 + id, 'LOG', 'runs/' || id || '.log', zeroblob(id), NULL, created_at
FROM tasks WHERE id >= 100;
