-- A small project at work: every table, every kind of reference, NULLs, a blob, text in several scripts.
INSERT INTO projects VALUES
  (1, 'Harbour crane controller', 'Rewrite of the dispatch logic.', 'CODER', 1, 42,
   '2024-03-01 09:15:00.000000', '2024-05-17 16:02:41.120455');
INSERT INTO tasks VALUES
  (1, 1, 'Parse the load table', 'Tons, not pounds.', 'CODER', 'COMPLETED', 2, 2, '2024-03-01 09:20:00', '2024-03-04 11:00:00'),
  (2, 1, 'Schichtpläne für Größe XL prüfen', NULL, 'REVIEW_APPROVAL', 'AWAITING_APPROVAL', 1, 3, '2024-03-02 08:00:00', '2024-03-02 08:00:00'),
  (3, 1, '起重机日志 🏗️', '多行' || char(10) || '说明', 'ARCHITECT', 'IN_PROGRESS', 0, NULL, '2024-03-03 10:30:00', '2024-03-03 10:30:00'),
  (4, 1, 'Say ''stop'' at 1,000 kg', '', 'PLANNER', 'PENDING', -1, NULL, '2024-03-05 07:45:12.000001', '2024-03-05 07:45:12.000001'),
  (9, 1, 'Retire the paper forms', NULL, 'PLANNER', 'CANCELLED', 0, NULL, '2024-03-06 12:00:00', '2024-03-07 12:00:00');
INSERT INTO task_versions VALUES
  (1, 1, 1, 'Read the CSV.', '2024-03-01 09:21:00'),
  (2, 1, 2, 'Read the CSV, check its sums.', '2024-03-02 14:10:00'),
  (3, 2, 1, 'Every shift has a lead.', '2024-03-02 08:01:00');
INSERT INTO change_requests VALUES
  (1, 1, 'Accept semicolons', 'Two ports export them.', 'IMPLEMENTED', '2024-03-02 09:00:00', '2024-03-02 09:30:00'),
  (2, 2, 'Only warn on Sundays', NULL, 'DRAFT', '2024-03-03 09:00:00', NULL);
INSERT INTO approvals VALUES
  (1, 1, 1, 'Åse Nilsen', 1, NULL, '2024-03-02 10:00:00'),
  (2, 2, NULL, 'M. O''Brien', 0, 'Not before the audit.', '2024-03-03 15:00:00');
INSERT INTO runs VALUES
  (1, 1, 'FAILURE', 2, 3.25, 'line 7: not a number', '2024-03-02 11:00:00', '2024-03-02 11:00:03.250000'),
  (2, 1, 'SUCCESS', 0, 4.5, NULL, '2024-03-02 14:20:00', '2024-03-02 14:20:04.500000'),
  (3, 3, 'RUNNING', NULL, NULL, NULL, '2024-03-03 10:31:00', NULL);
INSERT INTO artifacts VALUES
  (1, 1, NULL, NULL, 'SPEC', 'docs/spec.md', CAST('# Spec' || char(10) AS BLOB), '{"pages": 12}', '2024-03-01 09:16:00'),
  (2, 1, 1, 1, 'LOG', 'runs/1.log', x'00ff10807f0a0d00', NULL, '2024-03-02 11:00:04'),
  (3, 1, 1, 2, 'DIFF', 'runs/2.diff', NULL, '{}', '2024-03-02 14:20:05'),
  (4, 1, 2, NULL, 'TRANSCRIPT', 'talk/ü.txt', x'', NULL, '2024-03-02 08:05:00');
INSERT INTO control_state VALUES (1, 1, 3, 'CODER', 0, '2024-03-03 10:31:00');
