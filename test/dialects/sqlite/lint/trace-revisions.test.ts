import { afterEach, beforeEach, expect, it } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { bare } from '../../../revisions/drafts.js';
import { graphOf, lintOf, traceOf } from './histories.js';
import { buildGraph } from '../../../../src/revisions/graph.js';
import { lintTrace } from '../../../../src/dialects/sqlite/lint/lint-revisions.js';
import { readSnapshot } from '../../../../src/dialects/sqlite/driver/introspect.js';
import { traceRevisions } from '../../../../src/dialects/sqlite/lint/trace-revisions.js';
import Database from 'better-sqlite3';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flotilla-trace-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

it('holds the structures that the revisions really leave, and shares what did not change', async () => {
  const history = {
    '0001_a.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY);',
    '0002_b.sql': "INSERT INTO a VALUES (1); ALTER TABLE b ADD COLUMN c TEXT DEFAULT 'x';",
    '0003_c.sql': 'UPDATE b SET c = id;',
  };
  const { revisions } = await traceOf(history);
  const db = new Database(':memory:');
  for (const { after, revision } of revisions) {
    for (const { sql } of revision.up.kind === 'sql' ? revision.up.statements : []) db.exec(sql);
    expect(after).toEqual(readSnapshot(db));
  }
  db.close();
  expect(revisions[2]?.after).toBe(revisions[1]?.after);
  expect(revisions[2]?.after.tables[0]).toBe(revisions[0]?.after.tables[0]);
  expect(revisions[1]?.steps[0]?.before).toBe(revisions[1]?.steps[0]?.after);
});

it('runs modules, up and down, and tells what is wrong in them', async () => {
  const file = join(directory, '0002_fill.mjs');
  await writeFile(
    file,
    `export function up(db) { db.exec('ALTER TABLE a ADD COLUMN b TEXT'); db.run('UPDATE a SET b = ?', 'x'); }
export function down(db) { db.exec('ALTER TABLE a DROP COLUMN b'); }`,
  );
  const broken = join(directory, '0003_broken.mjs');
  await writeFile(broken, `export function up(db) { db.run('INSERT INTO a (ghost) VALUES (1)'); }`);
  const [base] = graphOf({ '0001_a.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY);' }).order;
  if (base === undefined) throw new Error('no base');
  const module = (id: string, path: string, parent: string) => ({
    ...bare(id, [parent]),
    file: path,
    up: { kind: 'module', file: path } as const,
    down: id === '0002' ? ({ kind: 'module', file: path } as const) : null,
  });
  const built = buildGraph([base, module('0002', file, '0001'), module('0003', broken, '0002')]);
  if ('problems' in built) throw new Error('no graph');
  const trace = await traceRevisions(built.graph.order);
  expect(trace.revisions.map(({ down }) => down.kind)).toEqual(['missing', 'same', 'missing']);
  expect(trace.revisions[1]?.after.tables[0]?.columns.map(({ name }) => name)).toEqual(['id', 'b']);
  const [finding] = lintTrace(built.graph, trace, { rules: ['missing-reference'] }).report.findings;
  expect(finding).toMatchObject({ revision: '0003', line: 1, rule: 'missing-reference' });
  expect(finding?.message).toContain('a has no column ghost here');
});

it('switches legacy_alter_table off between revisions, as separate runs would', async () => {
  const history = {
    '0001_a.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT id FROM a;',
    '0002_b.sql': 'PRAGMA legacy_alter_table = ON;',
    '0003_c.sql':
      'CREATE TABLE n (id INTEGER PRIMARY KEY); INSERT INTO n SELECT * FROM a; DROP TABLE a; ALTER TABLE n RENAME TO a;',
  };
  const { findings } = await lintOf(history, { rules: ['statement-fails'] });
  expect(findings.map(({ revision }) => revision)).toEqual(['0003']);
  const together = {
    '0001_a.sql': history['0001_a.sql'],
    '0002_b.sql': history['0002_b.sql'] + history['0003_c.sql'],
  };
  expect((await lintOf(together, { rules: ['statement-fails'] })).findings).toEqual([]);
});
