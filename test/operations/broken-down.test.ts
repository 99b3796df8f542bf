// A mistake in a way back: lint tells it and a downgrade over it is refused. Nothing else is kept from being done.

import { describe, expect, test } from 'vitest';
import type { LintReport } from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { look, run, writeMigrations } from '../support/revisions.js';

const FIRST =
  '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE tasks;\n';
const UP = '-- migrate:up\nALTER TABLE tasks ADD COLUMN note TEXT;\n';
const LAST = '-- migrate:up\nCREATE TABLE notes (id INTEGER);\n-- migrate:down\nDROP TABLE notes;\n';

const MISTAKES: readonly (readonly [what: string, file: string, text: string, line: number, said: RegExp])[] =
  [
    ['a syntax error', '0002_a.sql', `${UP}-- migrate:down\nALTR TABLE tasks;\n`, 4, /syntax error/i],
    [
      'a string that does not end',
      '0002_a.sql',
      `${UP}-- migrate:down\nSELECT 'a;\n`,
      4,
      /unrecognized token/,
    ],
    ['a transaction word', '0002_a.sql', `${UP}-- migrate:down\n\nCOMMIT;\n`, 5, /COMMIT is not allowed/],
    ['a pragma', '0002_a.sql', `${UP}-- migrate:down\nPRAGMA journal_mode = OFF;\n`, 4, /journal_mode/],
    [
      'a value that nobody gives',
      '0002_a.sql',
      `${UP}-- migrate:down\nDELETE FROM tasks WHERE id = ?;\n`,
      4,
      /\?/,
    ],
    [
      'a guard above nothing',
      '0002_a.sql',
      `${UP}-- migrate:down\n-- if_exists: tasks\n`,
      4,
      /above no statement/,
    ],
    ['an option', '0002_a.sql', `${UP}-- migrate:down transactions:false\n`, 3, /no option that is known/],
    [
      'a second section',
      '0002_a.sql',
      `${UP}-- migrate:down\n-- migrate:down\n`,
      4,
      /second `-- migrate:down`/,
    ],
    [
      'what is no function',
      '0002_a.mjs',
      `export function up(db) { db.exec('ALTER TABLE tasks ADD COLUMN note TEXT'); }\nexport const down = 5;\n`,
      1,
      /down, which is no function/,
    ],
  ];

describe.each(MISTAKES)('A way back with %s', (_, file, text, line, said) => {
  test('is an error of lint and refuses the downgrade over it, and nothing else.', async () => {
    const migrations = writeMigrations({ '0001_first.sql': FIRST, [file]: text, '0003_last.sql': LAST });
    const dataDir = makeProjects(2, 'PRAGMA user_version = 1');
    for (const words of [['upgrade', '0001'], ['upgrade', '0003', '--only', 'project_1'], ['status']]) {
      expect((await look(dataDir, migrations, words)).code).toBeLessThan(2);
    }
    const lint = await runCli(['lint', '--json', '--migrations', migrations]);
    const { findings } = lint.json() as LintReport;
    expect(lint.code).toBe(1);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({
        rule: 'down-broken',
        revision: '0002',
        line,
        message: expect.stringMatching(said) as string,
      }),
    ]);
    expect((await look(dataDir, migrations, ['downgrade', '0002', '--only', 'project_1'])).code).toBe(0);

    const before = treeOf(dataDir, ['.flotilla']);
    const { code, stdout } = await look(dataDir, migrations, ['downgrade', '0001', '--only', 'project_1']);
    expect(code).toBe(78);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`${file}:${line}`);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(said);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);

    const both = await run(dataDir, migrations, ['downgrade', 'base']);
    expect(both.code).toBe(1);
    expect(both.report.targets.map(({ outcome }) => outcome)).toEqual(['skipped', 'downgraded']);
    expect(both.report.targets[0]?.failure).toMatchObject({
      code: 'migrationFailed',
      revision: '0002',
      hint: expect.stringContaining('flotilla downgrade 0002 --only project_1') as string,
    });
  });
});
