// Revisions that are programs and wrong: each is told with its file and line before any target is touched, also where
// the program never comes to an end.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { LintReport } from '../../src/index.js';
import { startCli } from '../support/cli.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { look, writeMigrations } from '../support/revisions.js';

const TASKS = `-- migrate:up
CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
-- migrate:down
DROP TABLE tasks;
`;
const history = (program: string) =>
  writeMigrations({ '0001_tasks.sql': TASKS, '0002_program.mjs': program });

test.each([
  ['exports neither up nor down', 'export const upgrade = () => {};', /exports neither up nor down/],
  ['exports an up that is no function', 'export const up = 5;', /exports up, which is no function/],
  [
    'asks to run outside a transaction',
    'export function up() {}\nexport const meta = { transaction: false };',
    /runs in the transaction of its target, never outside/,
  ],
  [
    'waits for what never comes',
    'export async function up() {\n  await new Promise(() => {});\n}\n',
    /up\(db\) waits for a promise that nothing is left to resolve/,
  ],
  [
    'uses what is not there',
    `export function up(db) {\n  db.exec('SELECT * FROM nowhere');\n}\n`,
    /0002_program\.mjs:2\b.*no such table: nowhere/,
  ],
  ['throws no error', `export function up() {\n  throw 'hm';\n}\n`, /0002_program\.mjs.*: hm/],
])('A program that %s is refused once, before any target is touched.', async (_, program, words) => {
  const dataDir = makeProjects(1);
  const before = treeOf(dataDir, ['.flotilla']);
  const { code, stderr } = await look(dataDir, history(program), ['upgrade', '--stamp']);
  expect(code).toBe(78);
  expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(words);
  expect(stderr).toContain('A mistake in the revisions');
  expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
});

test('Lint tells the line at which a program fails, up and down, and calls its functions by name.', async () => {
  const failsUp = history(`export function up(db) {\n  db.exec('SELECT * FROM nowhere');\n}\n`);
  const failsDown = history(
    `export function up() {}\n\nexport function down() {\n  throw new Error('no');\n}\n`,
  );
  const dataDir = makeProjects(1);
  const findings = async (migrations: string) =>
    ((await look(dataDir, migrations, ['lint'])).json() as LintReport).findings;
  expect(await findings(failsUp)).toMatchObject([
    { rule: 'down-missing', mend: expect.stringContaining('export a function down(db)') as unknown },
    { rule: 'missing-reference', line: 2, severity: 'error' },
  ]);
  expect(await findings(failsDown)).toMatchObject([{ rule: 'down-fails', line: 4 }]);
});

test('A program may wait for what comes.', async () => {
  const migrations = history(
    `export async function up(db) {\n  await new Promise((resolve) => setTimeout(resolve, 50));\n  db.exec('CREATE TABLE late (id INTEGER PRIMARY KEY)');\n}\n`,
  );
  const { code } = await look(makeProjects(1), migrations, ['lint', '--rule', 'statement-fails']);
  expect(code).toBe(0);
});

test.each(['lint', 'status', 'upgrade'])(
  'A program that computes without end can be broken off: %s ends with exit 130.',
  async (command) => {
    const dataDir = makeProjects(1);
    const begun = join(dataDir, 'begun');
    const migrations = history(
      `import { writeFileSync } from 'node:fs';\nexport function up() {\n  writeFileSync(${JSON.stringify(begun)}, '');\n  for (;;);\n}\n`,
    );
    const place = ['--data-dir', dataDir, '--migrations', migrations];
    const { pid, result } = startCli([command, ...place]);
    await vi.waitFor(() => {
      expect(existsSync(begun)).toBe(true);
    }, 60_000);
    process.kill(pid, 'SIGINT');
    expect((await result).code).toBe(130);
  },
);
