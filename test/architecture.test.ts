// The walls of the house, held by a test. The rules and their remedies are in support/architecture.ts; the exceptions
// are here, each with its reason, and go when nobody needs them any more.

import { readFileSync, readdirSync } from 'node:fs';
import { join, posix, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  checkArchitecture,
  RULES,
  type Exceptions,
  type RuleName,
  type SourceFile,
} from './support/architecture.js';

const EXCEPTIONS: Exceptions = {
  fileAccess: {
    'backup/copies.ts': {
      names: ['lstatSync', 'readdirSync'],
      reason: 'finds copies by their names',
    },
    'backup/left.ts': {
      names: ['closeSync', 'constants', 'openSync', 'readFileSync', 'writeFileSync'],
      reason: 'keeps beside a copy what a run left',
    },
    'backup/source.ts': { names: 'any', reason: 'reads copies, and writes one to a file of its own' },
    'backup/publish.ts': { names: 'any', reason: 'writes backups, and syncs them' },
    'backup/room.ts': {
      names: 'any',
      reason: 'writes and removes a file where backups go, to see whether it can',
    },
    'workers/stage-file.ts': {
      names: ['openSync', 'readFileSync', 'writeSync'],
      reason: 'tells the supervisor the step of a worker that is stuck inside SQLite',
    },
    'cli/configuration-file.ts': { names: ['readFile', 'stat'], reason: 'reads the configuration file' },
    'cli/name-lists.ts': {
      names: ['readFileSync', 'statSync'],
      reason: 'reads the lists of names of --only @FILE',
    },
    'cli/rights.ts': {
      names: ['accessSync', 'closeSync', 'constants', 'openSync', 'statSync'],
      reason: 'sees whose the data is, and whether the program can be read',
    },
    'cli/report-file.ts': { names: 'any', reason: 'writes the report that --report asks for' },
    'dialects/sqlite/discovery/target-files.ts': {
      names: ['lstatSync'],
      reason: 'is it still the file that was planned?',
    },
    'dialects/sqlite/discovery/list.ts': {
      names: ['lstat', 'lstatSync', 'readdir', 'realpathSync', 'statSync', 'Dirent'],
      reason: 'lists directories and looks at what is there; opens nothing',
    },
    'dialects/sqlite/discovery/present.ts': {
      names: ['readdirSync'],
      reason: 'lists names, where nothing is a target; opens nothing',
    },
    'dialects/sqlite/discovery/directories.ts': {
      names: ['realpathSync'],
      reason: 'sees through links to directories; opens nothing',
    },
    'dialects/sqlite/discovery/super-journal.ts': {
      names: 'any',
      reason: 'reads the last bytes of a -journal, which has no locks',
    },
    'dialects/sqlite/driver/opened-file.ts': {
      names: ['closeSync', 'fstatSync', 'lstatSync', 'openSync', 'readdirSync'],
      reason: 'asks which file SQLite has opened; opens /dev/null alone, and closes nothing else',
    },
    'dialects/sqlite/driver/content.ts': {
      names: ['closeSync', 'openSync', 'readSync', 'rmSync'],
      reason: 'reads and removes private copies',
    },
    'dialects/sqlite/driver/restore.ts': {
      names: ['closeSync', 'openSync', 'rmSync', 'writeSync'],
      reason: 'writes private copies',
    },
    'dialects/sqlite/driver/own-descriptor.ts': {
      names: ['fstatSync', 'lstatSync', 'readSync'],
      reason: "reads by SQLite's own descriptors, which it neither opens nor closes",
    },
    'dialects/sqlite/driver/copy.ts': {
      names: [
        'closeSync',
        'constants',
        'copyFileSync',
        'fstatSync',
        'lstatSync',
        'openSync',
        'rmSync',
        'writeSync',
      ],
      reason:
        'rehearsal leaves no trace on the original, which SQLite would; the process does not have it open',
    },
    'dialects/sqlite/driver/driver.ts': {
      names: ['lstatSync', 'rmSync'],
      reason: 'removes private copies, and says which file one is',
    },
    'dialects/sqlite/driver/look.ts': {
      names: ['lstatSync', 'rmSync'],
      reason: 'sees whether a log or a journal is there, and removes private copies',
    },
    'dialects/sqlite/driver/open.ts': {
      names: ['accessSync', 'constants', 'lstatSync'],
      reason: 'tells a missing permission from a damaged file, without a descriptor',
    },
    'dialects/sqlite/driver/scratch.ts': {
      names: ['existsSync', 'mkdtempSync', 'rmdirSync'],
      reason: 'makes room for private copies',
    },
    'ledger/keep-report.ts': { names: 'any', reason: 'writes reports' },
    'ledger/leftovers.ts': {
      names: ['readdirSync', 'rmdirSync'],
      reason: 'finds what runs that died have left in the state directory',
    },
    'ledger/open.ts': {
      names: ['existsSync'],
      reason: 'names the files of a ledger that is to be moved away',
    },
    'ledger/state-directory.ts': { names: 'any', reason: 'makes the state directory, and syncs it' },
    'revisions/load.ts': {
      names: 'any',
      reason: 'reads the migrations directory: the one reader of revisions',
    },
    'revisions/directory.ts': {
      names: 'any',
      reason: 'writes the files of revisions: the one writer of them',
    },
    'trust/own-files.ts': { names: 'any', reason: 'makes and removes files of our own, never of a target' },
    'trust/taken-on.ts': { names: ['realpathSync'], reason: 'sees through links to what was taken on' },
    'trust/safe-directory.ts': {
      names: ['lstatSync', 'readlinkSync', 'Stats'],
      reason: 'looks at directories and links; opens nothing',
    },
  },
  edges: {
    'trust/user.ts': 'asks whose process this is',
    'trust/own-files.ts': 'makes names that nobody can foretell',
    'fleet.ts': 'the composition root: names the dialect, and hands in clock and chance',
    'worker.ts':
      "the worker's entry and composition root: talks to the supervisor, hands in driver and clock",
  },
};

const SRC = resolve(import.meta.dirname, '../src');

function readSources(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ path: name.split(sep).join('/'), text: readFileSync(join(SRC, name), 'utf8') }));
}

test('The source keeps to the architecture.', () => {
  const offences = checkArchitecture(readSources(), EXCEPTIONS);
  expect(offences.map(({ rule, file, message }) => `[${rule}] src/${file}: ${message}`).sort()).toEqual([]);
});

test('Every file of the source is used by another: a rule or a command that is in no list would never run.', () => {
  const sources = readSources();
  const used = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:from|import\() ?'(\.[^']+)\.js'/g)].map(([, other = '']) =>
      posix.join(posix.dirname(path), `${other}.ts`),
    ),
  );
  // The shapes of documents are for what makes the published schemas.
  const inProgram = sources.map(({ path }) => path).filter((path) => !path.startsWith('model/documents/'));
  const unused = inProgram.filter((path) => !used.includes(path));
  expect(unused.sort()).toEqual(['cli/main.ts', 'worker.ts']);
});

test('Every exception is still needed.', () => {
  const sources = readSources();
  const without = (kind: keyof Exceptions, path: string): Exceptions => ({
    ...EXCEPTIONS,
    [kind]: Object.fromEntries(Object.entries(EXCEPTIONS[kind]).filter(([key]) => key !== path)),
  });
  for (const kind of ['fileAccess', 'edges'] as const) {
    for (const path of Object.keys(EXCEPTIONS[kind])) {
      const files = checkArchitecture(sources, without(kind, path)).map(({ file }) => file);
      expect(files, `src/${path} needs no exception for ${kind}`).toContain(path);
    }
  }
});

/** The least that breaks a rule: files by path, and who is to blame. */
const OFFENCES: Readonly<
  Record<RuleName, readonly (readonly [file: string, files: Readonly<Record<string, string>>])[]>
> = {
  'known-folder': [['helpers/text.ts', { 'helpers/text.ts': '' }]],
  'downward-imports': [
    ['model/target.ts', { 'model/target.ts': `import { run } from '../rollout/rollout.js';` }],
    ['report/json.ts', { 'report/json.ts': `import type { Graph } from '../revisions/graph.js';` }],
    ['target/upgrade.ts', { 'target/upgrade.ts': `export * from '../fleet.js';` }],
    ['workers/messages.ts', { 'workers/messages.ts': `import type { Look } from '../operations/look.js';` }],
    ['model/target.ts', { 'model/target.ts': `export type T = import('../ledger/ledger.js').Ledger;` }],
    ['model/target.ts', { 'model/target.ts': `export const load = () => import('../ledger/ledger.js');` }],
  ],
  'cli-to-index': [
    ['cli/main.ts', { 'cli/main.ts': `import type { Outcome } from '../model/outcome.js';` }],
    ['cli/commands/status.ts', { 'cli/commands/status.ts': `import { openFleet } from '../../fleet.js';` }],
  ],
  'index-re-exports': [['index.ts', { 'index.ts': `export const version = '1';` }]],
  'one-place-a-dialect': [
    [
      'target/upgrade.ts',
      { 'target/upgrade.ts': `import { open } from '../dialects/sqlite/driver/open.js';` },
    ],
    ['index.ts', { 'index.ts': `export type { Snapshot } from './dialects/sqlite/schema/snapshot.js';` }],
    ['dialects/port.ts', { 'dialects/port.ts': `import type { S } from './sqlite/schema/snapshot.js';` }],
    [
      'dialects/postgres/driver/open.ts',
      { 'dialects/postgres/driver/open.ts': `export { fold } from '../../sqlite/schema/sql-text.js';` },
    ],
  ],
  'words-of-a-dialect': [
    ['target/verify.ts', { 'target/verify.ts': `export const sql = 'PRAGMA quick_check';` }],
    ['stamping/judge.ts', { 'stamping/judge.ts': `/* what sqlite_schema says */` }],
    ['report/text.ts', { 'report/text.ts': `export const key = 'rowid';` }],
    ['operations/doctor/targets.ts', { 'operations/doctor/targets.ts': `// better-sqlite3 trims it` }],
  ],
  'inside-src': [['target/run.ts', { 'target/run.ts': `import { build } from '../../scripts/build.js';` }]],
  'no-cycles': [
    [
      'target/a.ts',
      {
        'target/a.ts': `import type { B } from './b.js';`,
        'target/b.ts': `import { c } from './c.js';`,
        'target/c.ts': `export { a } from './a.js';`,
      },
    ],
  ],
  'file-access': [
    ['rollout/queue.ts', { 'rollout/queue.ts': `import { lstatSync } from 'node:fs';` }],
    ['rollout/queue.ts', { 'rollout/queue.ts': `import * as files from 'fs/promises';` }],
    [
      'discovery/look.ts',
      { 'discovery/look.ts': `import { lstatSync, readFileSync as look } from 'node:fs';` },
    ],
  ],
  'process-and-console': [
    ['rollout/queue.ts', { 'rollout/queue.ts': `console.log('done');` }],
    ['rollout/queue.ts', { 'rollout/queue.ts': `export const home = globalThis.process.env['HOME'];` }],
    ['rollout/queue.ts', { 'rollout/queue.ts': `import { exit } from 'node:process';` }],
  ],
  'clock-and-chance': [
    ['ledger/run-id.ts', { 'ledger/run-id.ts': `export const id = () => Math.random();` }],
    ['ledger/run-id.ts', { 'ledger/run-id.ts': `export const id = () => randomUUID();` }],
    ['ledger/run-id.ts', { 'ledger/run-id.ts': `export const now = () => new Date();` }],
    ['ledger/run-id.ts', { 'ledger/run-id.ts': `export const now = () => Date.now();` }],
  ],
  'no-default-export': [
    ['model/a.ts', { 'model/a.ts': `export default function a() {}` }],
    ['model/a.ts', { 'model/a.ts': `const a = 1; export default a;` }],
    ['model/a.ts', { 'model/a.ts': `const a = 1; export { a as default };` }],
  ],
  'kebab-case': [
    ['model/runReport.ts', { 'model/runReport.ts': '' }],
    ['model/Target.ts', { 'model/Target.ts': '' }],
  ],
  'opening-comment': [['model/a.ts', { 'model/a.ts': `\nexport const a = 1;` }]],
  'file-length': [['model/a.ts', { 'model/a.ts': '// a line\n'.repeat(401) }]],
  'command-length': [['cli/commands/a.ts', { 'cli/commands/a.ts': '// a line\n'.repeat(81) }]],
};

/** The exceptions that the snippets are judged with. */
const FOR_SNIPPETS: Exceptions = {
  fileAccess: { 'discovery/look.ts': { names: ['lstatSync'], reason: 'a look' } },
  edges: { 'fleet.ts': 'the composition root' },
};

function judge(files: Readonly<Record<string, string>>): readonly string[] {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  const opened = sources.map(({ path, text }) => ({
    path,
    text: text.startsWith('\n') ? text : `// Opens.\n${text}`,
  }));
  return checkArchitecture(opened, FOR_SNIPPETS).map(({ rule, file }) => `${rule} ${file}`);
}

describe('Each rule is known to fail:', () => {
  test.each(RULES)('%s', (rule) => {
    expect(OFFENCES[rule].length).toBeGreaterThan(0);
    for (const [file, files] of OFFENCES[rule]) expect(judge(files)).toEqual([`${rule} ${file}`]);
  });
});

test('A remedy comes with every offence.', () => {
  const [offence] = checkArchitecture(
    [{ path: 'model/a.ts', text: '// Opens.\nexport default 1;' }],
    FOR_SNIPPETS,
  );
  expect(offence?.message).toBe('`export default 1;`: name what you export');
});

test('What the rules allow is not found.', () => {
  const files = {
    'cli/main.ts': `import { openFleet } from '../index.js';\nimport { text } from './text.js';\nconsole.log(process.argv);`,
    'cli/text.ts': `export const text = new Date();`,
    'index.ts': `export { openFleet } from './fleet.js';\nexport type * from './model/target.js';`,
    'fleet.ts': `import { driver } from './dialects/sqlite/driver/driver.js';\nexport const now = Date.now();`,
    'rollout/queue.ts': `import type { Driver } from '../dialects/port.js';\nexport const f = (child: { process: 1 }) => child.process;`,
    'discovery/look.ts': `import { lstatSync } from 'node:fs';\nexport const at = new Date(0);`,
    'dialects/sqlite/dialect.ts': `import { open } from './driver/open.js';\nimport type { Driver } from '../port.js';`,
    'dialects/sqlite/driver/open.ts': `export const set = 'PRAGMA foreign_keys = OFF';`,
    'dialects/port.ts': '',
    'ledger/open.ts': `import Database from 'better-sqlite3';`,
    'model/target.ts': '',
  };
  expect(judge(files)).toEqual([]);
});
