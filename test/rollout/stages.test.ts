// A target that takes long says where it is, while its process is stuck inside SQLite; a small one says nothing.

import Database from 'better-sqlite3';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { temporaryDirectory, treeOf } from '../support/fleet.js';

/** Takes seconds on a target that has a row that says so, and no time on an empty database. */
const SLOW = `-- migrate:up
CREATE TABLE numbers (n INTEGER);
INSERT INTO numbers
WITH RECURSIVE c(x) AS (
  SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000000 * (SELECT count(*) FROM notes WHERE text = 'slow')
)
SELECT count(*) FROM c;
`;

const migrations = temporaryDirectory();

beforeAll(() => {
  writeFileSync(
    join(migrations, '0001_notes.sql'),
    '-- migrate:up\nCREATE TABLE notes (id INTEGER PRIMARY KEY, text);\n',
  );
  writeFileSync(join(migrations, '0002_slow.sql'), SLOW);
  writeFileSync(
    join(migrations, '0003_index.sql'),
    '-- migrate:up\nCREATE INDEX notes_text ON notes (text);\n',
  );
});

/** Upgrades one small target that is slow, and five that are not. */
async function upgradeWith(...more: string[]) {
  const dataDir = temporaryDirectory();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'slow']) {
    const db = new Database(join(dataDir, `project_${name}.db`));
    db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text)');
    db.prepare('INSERT INTO notes (text) VALUES (?)').run(name);
    db.close();
  }
  const words = ['upgrade', '--data-dir', dataDir, '--migrations', migrations, '--stamp', '--jobs', '1'];
  return { ...(await runCli([...words, ...more])), dataDir };
}

test.each([
  ['a run', '--no-color'],
  ['a rehearsal', '--dry-run'],
])(
  'A small target that a revision keeps busy is told after a second, by a line with its step (%s).',
  async (_, option) => {
    const { code, stdout, stderr, dataDir } = await upgradeWith('--ndjson', '--verbose', option);
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const stages = lines.filter(({ event }) => event === 'stage');
    const at = expect.any(String) as unknown;
    expect(stages[0]).toEqual({
      event: 'stage',
      runId: at,
      at,
      id: 'project_slow',
      step: 'execute',
      revision: '0002',
    });
    expect(stderr).toContain('\nrunning revision 0002 on project_slow\n');
    // Each is told once, and none of the others took a second.
    expect(new Set(stages.map(({ step, revision }) => `${String(step)} ${String(revision)}`)).size).toBe(
      stages.length,
    );
    expect(Object.keys(treeOf(dataDir)).filter((path) => path.includes('scratch/'))).toEqual([]);
  },
);
