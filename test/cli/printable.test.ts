// Nothing that comes from a database or a file's name reaches a terminal as a control character, in no command's text
// and in no form, on neither stream. Property test over all commands that look: whatever the names and values are.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { times } from '../support/figures.js';
import { temporaryDirectory } from '../support/fleet.js';

/** All that a terminal might obey, ends of lines and tabs aside. */
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const HOSTILE = ['\u001b[2J\u001b[31m', '\u009b1A', '\u0007', '\r', '\u202e', '\u007f', '\u001b]0;x\u0007'];

const COMMANDS = [
  'discover',
  'discover --verbose',
  'status',
  'status --verbose',
  'check',
  'current --verbose',
  'drift --verbose',
  'plan',
  'plan --sql --stamp',
  'repair --plan',
  'doctor',
  'history',
  'history --fleet',
  'heads',
  'show 0002',
  'lint',
  'lint --graph',
  'lint --graph --mermaid',
  'baseline project_1',
  'upgrade --stamp --dry-run --verbose',
  'upgrade --stamp --verbose',
  'downgrade base --verbose',
  'upgrade 9999',
  'status --only nobody',
];

/** All in one name; each alone where there is time for as many fleets. */
const TRIED = [HOSTILE.join(' '), ...HOSTILE.slice(0, times({ standard: 0, full: HOSTILE.length }))];

test.each(TRIED)(
  'no command passes %j on, as text or as JSON',
  async (bad) => {
    const directory = temporaryDirectory();
    const [dataDir, migrations] = [join(directory, `data${bad}`), join(directory, 'migrations')];
    for (const each of [dataDir, migrations]) mkdirSync(each);
    const quoted = bad.replaceAll("'", "''");
    const first = `CREATE TABLE "t${bad}" (id INTEGER PRIMARY KEY, "c${bad}" TEXT DEFAULT '${quoted}');`;
    writeFileSync(
      join(migrations, '0001_first.sql'),
      `-- migrate:up\n${first}\n-- migrate:down\nDROP TABLE "t${bad}";\n`,
    );
    writeFileSync(
      join(migrations, '0002_more.sql'),
      `-- migrate:up\nCREATE UNIQUE INDEX "i${bad}" ON "t${bad}" ("c${bad}");\nUPDATE "t${bad}" SET "c${bad}" = '${quoted}';\n-- migrate:down\nDROP INDEX "i${bad}";\n`,
    );
    for (const [n, more] of [
      '',
      `CREATE VIEW "v${bad}" AS SELECT 1;`,
      `INSERT INTO "t${bad}" DEFAULT VALUES; INSERT INTO "t${bad}" DEFAULT VALUES;`,
    ].entries()) {
      const db = new Database(join(dataDir, `project_${n + 1}.db`));
      db.exec(first + more);
      db.close();
    }
    copyFileSync(join(dataDir, 'project_1.db'), join(dataDir, `project_x${bad}y.db`));
    for (const command of COMMANDS) {
      for (const form of command.includes('verbose') ? [[]] : [[], ['--json']]) {
        const words = [...command.split(' '), '--data-dir', dataDir, '--migrations', migrations, ...form];
        const { stdout, stderr } = await runCli(words);
        expect([command, OBEYED.exec(stdout)?.[0], OBEYED.exec(stderr)?.[0]]).toEqual([
          command,
          undefined,
          undefined,
        ]);
      }
    }
    const completed = await runCli(['--complete', 'status', '--data-dir', dataDir, '--only', 'project']);
    expect(OBEYED.exec(completed.stdout)).toBeNull();
  },
  240_000,
);

test('of any text nothing is passed on but ends of lines, tabs and the colours that texts are painted with', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(OBEYED.exec(printable(text, { colour: false }))).toBeNull();
      const painted = printable(text, { colour: true });
      expect(OBEYED.exec(painted.replace(/\u001b\[(?:1|2|22|31|32|33|39)m/g, ''))).toBeNull();
    }),
  );
  expect(printable('\u001b[31mred\u001b[39m\r\n\tx', { colour: true })).toBe('\u001b[31mred\u001b[39m\n\tx');
});
