// What somebody else could have prepared in the state directory: a run refuses it, a look goes on without it, and
// nothing outside is changed, made, removed or read for it.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.js';
import { MIGRATIONS, runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';

const isRoot = process.geteuid?.() === 0;
const OTHER = 4711;

interface Planted {
  readonly stateDir: string;
  /** A place of the victim, with a directory `app` and a file `precious`; what is planted points to it. */
  readonly outside: string;
}

/** What it is called, what plants it, what a run says. */
type Situation = readonly [name: string, plant: (at: Planted) => void, says: RegExp];

/** In place of something that an earlier run made. */
function link(at: Planted, name: string, to: string): void {
  const path = join(at.stateDir, name);
  if (existsSync(path)) renameSync(path, `${path}.before`);
  symlinkSync(join(at.outside, to), path);
}

function sql(path: string, text: string): void {
  const database = new Database(path);
  database.exec(text);
  database.close();
}

const SITUATIONS: readonly Situation[] = [
  [
    'the state directory is a link',
    ({ stateDir, outside }) => {
      renameSync(stateDir, join(outside, 'state'));
      symlinkSync(join(outside, 'state'), stateDir);
    },
    /\.flotilla is a link to /,
  ],
  ...['scratch', 'backups', 'reports'].map((name): Situation => [
    `${name} is a link, and a run "app" was never finished`,
    (at) => {
      const ledger = openLedger(at.stateDir);
      const start = { command: 'upgrade', dryRun: false, startedAt: '', head: [], arguments: {} } as const;
      ledger.startRun({ runId: 'app', ...start }, []);
      ledger.close();
      link(at, name, '');
    },
    new RegExp(`${name} is a link to `),
  ]),
  ...['ledger.db', 'ledger.db-wal', 'run.lock', 'run.lock-journal'].flatMap((name): Situation[] => [
    [
      `${name} is a link to a file`,
      (at) => {
        link(at, name, 'precious');
      },
      new RegExp(`${name} is a link \\(uid`),
    ],
    [
      `${name} is a link to what is not there`,
      (at) => {
        link(at, name, 'nothing');
      },
      new RegExp(`${name} is a link \\(uid`),
    ],
  ]),
  [
    'the ledger has a second name elsewhere',
    ({ stateDir, outside }) => {
      linkSync(join(stateDir, 'ledger.db'), join(outside, 'second'));
    },
    /ledger\.db has a second name elsewhere/,
  ],
  [
    'the lock is a pipe',
    ({ stateDir }) => {
      renameSync(join(stateDir, 'run.lock'), join(stateDir, 'before'));
      execFileSync('mkfifo', [join(stateDir, 'run.lock')]);
    },
    /run\.lock is no plain file/,
  ],
  [
    'everybody may write the ledger',
    ({ stateDir }) => {
      chmodSync(join(stateDir, 'ledger.db'), 0o666);
    },
    /ledger\.db may be written by others/,
  ],
  ...[0o777, 0o1777].map((mode): Situation => [
    `everybody may write the state directory (${mode.toString(8)})`,
    ({ stateDir }) => {
      chmodSync(stateDir, mode);
    },
    /\.flotilla may be written by everybody/,
  ]),
  [
    'the ledger has a trigger, a view and a table of somebody else',
    ({ stateDir }) => {
      sql(
        join(stateDir, 'ledger.db'),
        `CREATE TABLE more (a); CREATE VIEW seen AS SELECT 1;
         CREATE TRIGGER evil AFTER INSERT ON run BEGIN DELETE FROM run_target; END;`,
      );
    },
    /is not as Flotilla makes it: the table more is not Flotilla's, the view seen .*, the trigger evil/,
  ],
  [
    'a table of the ledger is another one',
    ({ stateDir }) => {
      sql(join(stateDir, 'ledger.db'), 'ALTER TABLE lock_holder ADD COLUMN more TEXT');
    },
    /the table lock_holder is another one/,
  ],
];

if (isRoot) {
  const foreign: readonly Situation[] = [
    ...['.', 'ledger.db', 'run.lock', 'reports', 'backups'].map((name): Situation => [
      `another user owns ${name}`,
      ({ stateDir }) => {
        chownSync(join(stateDir, name), OTHER, OTHER);
      },
      /belongs to another user \(uid 4711/,
    ]),
    [
      'a foreign group may write the state directory',
      ({ stateDir }) => {
        chownSync(stateDir, 0, OTHER);
        chmodSync(stateDir, 0o770);
      },
      /may be written by a group that this user is not in \(gid 4711, mode 0770\)/,
    ],
  ];
  (SITUATIONS as Situation[]).push(...foreign);
}

let template = '';

beforeAll(async () => {
  template = join(temporaryDirectory(), 'fleet', 'data');
  mkdirSync(template, { recursive: true });
  makeProjects(1, undefined, template);
  const { code, stderr } = await runCli(['upgrade', '--stamp', ...placeOf(template)]);
  expect(code, stderr).toBe(0);
});

function placeOf(dataDir: string): string[] {
  return ['--data-dir', dataDir, '--migrations', MIGRATIONS];
}

/** A fleet that one run went over, and a place of its own outside. */
function plantedFleet(): Planted & { readonly dataDir: string } {
  const room = temporaryDirectory();
  execFileSync('cp', ['-a', join(template, '..'), room]);
  const outside = join(room, 'outside');
  mkdirSync(join(outside, 'app'), { recursive: true });
  writeFileSync(join(outside, 'app', 'a'), 'a');
  writeFileSync(join(outside, 'precious'), '');
  const dataDir = join(room, 'fleet', 'data');
  mkdirSync(join(dataDir, '.flotilla', 'scratch'), { recursive: true });
  return { dataDir, stateDir: join(dataDir, '.flotilla'), outside };
}

describe('A run refuses and a look goes on, with nothing outside changed, where', () => {
  test.concurrent.each(SITUATIONS)('%s.', async (_, plant, says) => {
    const at = plantedFleet();
    plant(at);
    const before = treeOf(at.outside);
    const database = treeOf(at.dataDir, ['.flotilla']);
    for (const more of [[], ['--dry-run']]) {
      const { code, stderr } = await runCli(['upgrade', ...placeOf(at.dataDir), ...more]);
      expect({ code, stderr: stderr.replaceAll(/\s+/g, ' ') }).toEqual({
        code: 78,
        stderr: expect.stringMatching(says) as unknown,
      });
    }
    const status = await runCli(['status', ...placeOf(at.dataDir)]);
    expect(status.code, status.stderr).toBe(0);
    const warnings = status.stderr.split('\n').filter((line) => line.startsWith('warning: '));
    expect(warnings).toEqual([expect.stringMatching(says)]);
    expect(warnings[0]).toContain('this look goes on without it');
    const doctor = await runCli(['doctor', '--json', ...placeOf(at.dataDir)]);
    const { findings } = doctor.json() as { findings: { message: string; severity: string }[] };
    expect(findings.filter(({ message }) => says.test(message))[0]?.severity).toBe('error');
    expect(treeOf(at.outside)).toEqual(before);
    expect(treeOf(at.dataDir, ['.flotilla'])).toEqual(database);
  });
});

test('A state directory below one that everybody may write is refused, wherever the data is.', async () => {
  const { dataDir, outside } = plantedFleet();
  const stateDir = join(outside, 'open', 'state');
  mkdirSync(join(outside, 'open'));
  chmodSync(join(outside, 'open'), 0o777);
  const { code, stderr } = await runCli(['upgrade', ...placeOf(dataDir), '--state-dir', stateDir]);
  expect(code).toBe(78);
  expect(stderr).toContain(`chmod o-w ${join(outside, 'open')}`);
  expect(existsSync(stateDir)).toBe(false);
  chmodSync(join(outside, 'open'), 0o1777);
  expect((await runCli(['upgrade', ...placeOf(dataDir), '--state-dir', stateDir])).code).toBe(0);
});

test('A backup directory is held to the same.', async () => {
  const { dataDir, outside } = plantedFleet();
  const open = join(outside, 'open');
  mkdirSync(open);
  chmodSync(open, 0o1777);
  symlinkSync(join(outside, 'app'), join(outside, 'link'));
  const before = treeOf(outside);
  for (const backupDir of [open, join(outside, 'link')]) {
    for (const command of [
      ['upgrade'],
      ['upgrade', '--dry-run'],
      ['restore', 'project_1', '--to', '/dev/null/x'],
    ]) {
      const { code, stderr } = await runCli([...command, ...placeOf(dataDir), '--backup-dir', backupDir]);
      expect([code, stderr]).toEqual([
        78,
        expect.stringContaining(`The backup directory ${backupDir} is not safe`),
      ]);
    }
  }
  expect(treeOf(outside)).toEqual(before);
});

test('What the commands of the refusals promise is so: typed as they stand, the next run works.', async () => {
  const at = plantedFleet();
  const ledger = join(at.stateDir, 'ledger.db');
  sql(ledger, 'CREATE VIEW seen AS SELECT 1');
  link(at, 'run.lock', 'nothing');
  chmodSync(at.stateDir, 0o777);
  const typed: string[] = [];
  for (;;) {
    const { code, stdout, stderr } = await runCli(['upgrade', '--json', ...placeOf(at.dataDir)]);
    if (code === 0) break;
    expect(code, stderr).toBe(78);
    const { error } = JSON.parse(stdout) as {
      error: { commands: { program: string; args: string[] }[] };
    };
    for (const { program, args } of error.commands) {
      typed.push(program);
      execFileSync(program, args);
    }
    expect(typed.length).toBeLessThan(9);
  }
  expect(typed).toEqual(['chmod', 'mv', 'mv']);
});

test('What is made is for this user alone, whatever the mask; --state-mode 0750 lets a group read it.', async () => {
  const modes: Record<string, string> = {};
  for (const mode of ['0700', '0750']) {
    const { dataDir } = plantedFleet();
    const stateDir = join(dataDir, '..', 'state');
    const args = [
      'upgrade',
      ...placeOf(dataDir),
      '--state-dir',
      stateDir,
      '--state-mode',
      mode,
      '--report',
      '/dev/null',
    ];
    expect((await runCli(args)).code).toBe(0);
    const tree = ['.', ...readdirSync(stateDir, { recursive: true, encoding: 'utf8' })];
    const found = tree.map((name) => lstatSync(join(stateDir, name)));
    modes[mode] = [...new Set(found.map((one) => (one.mode & 0o7777).toString(8)))].sort().join(' ');
  }
  expect(modes).toEqual({ '0700': '600 700', '0750': '640 700 750' });
});
