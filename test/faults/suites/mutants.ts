// Suite L: the protocol with one line weakened, a copy at a time. A suite that finds nothing wrong with any of them
// would be no proof. Each weakening is a patch of the built program that must match exactly once, so that it is noticed
// when the line moves.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, stderr } from 'node:process';
import { bundle, installProgram } from '../harness/program.js';
import { runSuite } from '../harness/run-suite.js';
import type { Bench, Finding, OpenSuite, Suite } from '../harness/suite.js';

interface Mutant {
  readonly name: string;
  readonly patches: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  /** Which suite must find it, and which of its points are enough. */
  readonly by: { readonly suite: string; readonly only: string; readonly size: number };
}

const BACKUP = 'backup/publish.js';
const RUN = 'operations/run.js';
const OPEN = 'dialects/sqlite/driver/open.js';
const SESSION = 'dialects/sqlite/driver/session.js';
const STEPS = 'target/upgrade.js';
const ROWS = 'dialects/sqlite/driver/';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'journal-not-asked-whom-it-names',
    patches: [
      {
        file: 'dialects/sqlite/discovery/target-files.js',
        from: 'journal: hasRecord ? journalFault(path) : null',
        to: 'journal: null',
      },
    ],
    by: { suite: 'neighbour', only: 'journal/absolute/', size: 1 },
  },
  {
    name: 'data-directory-of-anybody',
    patches: [
      {
        file: 'dialects/sqlite/discovery/discover.js',
        from: 'assertSafe(dataDir, stateDir, trust);',
        to: '',
      },
    ],
    by: { suite: 'neighbour', only: 'data/mode-1777/', size: 1 },
  },
  {
    name: 'backup-not-synced',
    patches: [
      {
        file: BACKUP,
        from: 'fsyncSync(file);',
        to: '',
      },
    ],
    by: { suite: 'power', only: 'delete/upgrade/', size: 300 },
  },
  {
    name: 'directory-of-the-backup-not-synced',
    patches: [{ file: BACKUP, from: 'syncDirectory(key.directory);', to: '' }],
    by: { suite: 'power', only: 'delete/upgrade/strict/', size: 600 },
  },
  {
    name: 'directories-above-the-backup-not-synced',
    patches: [{ file: BACKUP, from: 'if (!syncIfReadable(at) || at === dirname(at))', to: 'if (at)' }],
    by: { suite: 'power', only: 'delete/upgrade/strict/', size: 600 },
  },
  {
    name: 'journal-without-extra',
    patches: [{ file: OPEN, from: `['synchronous', 3]`, to: `['synchronous', 2]` }],
    by: { suite: 'power', only: 'delete/upgrade/', size: 600 },
  },
  {
    name: 'log-with-normal',
    patches: [{ file: OPEN, from: `['synchronous', 3]`, to: `['synchronous', 1]` }],
    by: { suite: 'power', only: 'wal/upgrade/', size: 600 },
  },
  {
    name: 'write-probe-skipped',
    patches: [{ file: STEPS, from: 'await session.proveWritable();', to: '' }],
    by: { suite: 'hostile', only: 'content/', size: 100 },
  },
  {
    name: 'copy-by-the-file-system',
    patches: [
      { file: SESSION, from: 'db.serialize()', to: 'readFileSync(db.name)' },
      {
        file: SESSION,
        from: `import { DatabaseError } from '../../port.js';`,
        to: `import { DatabaseError } from '../../port.js';\nimport { readFileSync } from 'node:fs';`,
      },
    ],
    by: { suite: 'locks', only: 'delete/upgrade/', size: 4 },
  },
  {
    name: 'foreign-keys-left-on',
    patches: [{ file: OPEN, from: `['foreign_keys', 0]`, to: `['foreign_keys', 1]` }],
    by: { suite: 'hostile', only: 'content/', size: 100 },
  },
  {
    name: 'ledger-trusted',
    patches: [
      {
        file: RUN,
        from: 'record.start(graph.heads,',
        to: `const ledger = openLedger(context.stateDir);
        for (const { runId: old } of ledger.unfinishedRuns())
            for (const known of ledger.outcomes(old))
                if (known.failure === null) targets.splice(0, targets.length, ...targets.filter(({ id }) => id !== known.id));
        ledger.close();
        record.start(graph.heads,`,
      },
      {
        file: RUN,
        from: `import { assertRoom } from './room.js';`,
        to: `import { assertRoom } from './room.js';\nimport { openLedger } from '../ledger/ledger.js';`,
      },
    ],
    by: { suite: 'kill', only: 'delete/upgrade/', size: 50 },
  },
  {
    name: 'backup-after-the-first-write',
    patches: [
      {
        file: STEPS,
        from: `        since = await copyBefore(session, plan.from, { progress, work });`,
        to: `        await session.execute({ sql: 'UPDATE tasks SET title = title', kind: 'UpdateStmt', line: 1 });
        await session.execute({ sql: "INSERT INTO notes (task_id, body) VALUES (1, 'early')", kind: 'InsertStmt', line: 1 });
        since = await copyBefore(session, plan.from, { progress, work });
        await session.execute({ sql: "DELETE FROM notes WHERE body = 'early'", kind: 'DeleteStmt', line: 1 });`,
      },
    ],
    by: { suite: 'vfs', only: 'delete/4096/upgrade/', size: 60 },
  },
  {
    name: 'backup-under-its-own-name',
    patches: [
      {
        file: 'trust/own-files.js',
        from: "const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;",
        to: 'const temporary = `${path}.${"0".repeat(64)}.db`;',
      },
    ],
    by: { suite: 'power', only: 'delete/upgrade/', size: 600 },
  },
  {
    name: 'transaction-without-lock',
    patches: [{ file: SESSION, from: `db.exec('BEGIN IMMEDIATE')`, to: `db.exec('BEGIN')` }],
    by: { suite: 'locks', only: 'delete/upgrade/', size: 4 },
  },
  {
    name: 'failed-commit-taken-for-none',
    patches: [{ file: STEPS, from: `if (codeOf(error) === 'commitUncertain')`, to: 'if (false)' }],
    by: { suite: 'vfs', only: 'delete/4096/upgrade/deleted/', size: 2500 },
  },
  {
    name: 'lost-rows-not-counted',
    patches: [{ file: `${ROWS}end-of-revision.js`, from: 'if (work.isUnsure)', to: 'if (false)' }],
    by: { suite: 'hostile', only: 'schemas/trigger-of-its-own-that-deletes', size: 1 },
  },
  {
    name: 'rows-that-go-not-looked-for',
    patches: [{ file: `${ROWS}row-proof.js`, from: 'if (!table.mustKeep)', to: 'if (true)' }],
    by: { suite: 'hostile', only: 'schemas/rows-that-go', size: 1 },
  },
  {
    name: 'values-not-compared',
    patches: [{ file: `${ROWS}copied-rows.js`, from: 'if (isRight)', to: 'if (true)' }],
    by: { suite: 'hostile', only: 'schemas/copy-that-converts', size: 1 },
  },
  {
    name: 'values-compared-as-columns-collate',
    patches: [
      {
        file: `${ROWS}compare-copy.js`,
        from: '`+${old} COLLATE BINARY IS +${made} COLLATE BINARY`',
        to: '`+${old} IS +${made}`',
      },
    ],
    by: { suite: 'hostile', only: 'schemas/copy-that-folds-case', size: 1 },
  },
  {
    name: 'values-compared-as-columns-convert',
    patches: [
      {
        file: `${ROWS}compare-copy.js`,
        from: '`+${old} COLLATE BINARY IS +${made} COLLATE BINARY`',
        to: '`${old} COLLATE BINARY IS ${made} COLLATE BINARY`',
      },
    ],
    by: { suite: 'hostile', only: 'schemas/copy-that-converts', size: 1 },
  },
  {
    name: 'journal-in-memory',
    patches: [
      {
        file: SESSION,
        from: `guarded('busy', () => db.exec('BEGIN IMMEDIATE'));`,
        to: `db.pragma('journal_mode = MEMORY'); guarded('busy', () => db.exec('BEGIN IMMEDIATE'));`,
      },
    ],
    by: { suite: 'kill', only: 'delete/upgrade/all/', size: 130 },
  },
  {
    name: 'orphans-commit',
    patches: [
      {
        file: 'worker.js',
        from: 'mayCommit: () => process.ppid === supervisor',
        to: 'mayCommit: () => true',
      },
    ],
    by: { suite: 'kill', only: 'delete/upgrade/leader/', size: 130 },
  },
  {
    name: 'backup-not-read-back',
    patches: [
      {
        file: BACKUP,
        from: 'if (chunk.equals(written.subarray(offset, offset + chunk.byteLength)))',
        to: 'if (true)',
      },
    ],
    by: { suite: 'errors', only: 'delete/upgrade/altered/', size: 600 },
  },
  {
    name: 'order-of-columns-not-asked',
    patches: [
      {
        file: `${ROWS}column-order.js`,
        from: 'if (first.length > 0 && !first.includes(null))',
        to: 'if (false)',
      },
    ],
    by: { suite: 'hostile', only: 'schemas/values-by-position', size: 1 },
  },
  {
    name: 'same-file-not-asked',
    patches: [
      {
        file: 'dialects/sqlite/discovery/target-files.js',
        from: 'if (identity !== undefined && found !== identity)',
        to: 'if (false)',
      },
    ],
    by: { suite: 'hostile', only: 'swaps/', size: 20 },
  },
  {
    name: 'undo-without-proof',
    patches: [
      {
        file: 'target/plans/undo.js',
        from: 'const isProved = left !== null && (await ifSound(() => session.content())) === left.content;',
        to: 'const isProved = left !== null;',
      },
    ],
    by: { suite: 'undo', only: '', size: 100 },
  },
];

export const mutants: Suite = {
  name: 'mutants',
  unit: 'weakened protocols, each caught',
  standard: MUTANTS.length,
  full: MUTANTS.length,
  open,
};

async function open({ program, directory, seed }: Bench): Promise<OpenSuite> {
  return {
    async points() {
      return MUTANTS.map(({ name }) => name);
    },
    async run(point): Promise<Finding> {
      const mutant = MUTANTS.find(({ name }) => name === point);
      if (mutant === undefined) throw new Error(`there is no mutant ${point}`);
      const { suite, only, size } = mutant.by;
      const weak = join(directory, point);
      const weakened = installProgram(weak, program.root);
      for (const { file, from, to } of mutant.patches) patch(join(weak, 'build', file), from, to);
      bundle(weakened);
      // Here, because the list of suites has this one too.
      const { suiteNamed } = await import('../suites.js');
      const found = await caughtBy(async () =>
        runSuite(suiteNamed(suite), { seed, full: false, root: weak, only, size, untilBad: true }),
      );
      rmSync(weak, { recursive: true });
      if (env['FAULTS_TELL'] !== undefined) stderr.write(`${point}: ${found ?? 'not caught'}\n`);
      return found === null ? { bad: [`the suite ${suite} finds nothing wrong with it`] } : { bad: [] };
    },
    close: () => Promise.resolve(),
  };
}

/** @returns what was found; null where nothing was */
async function caughtBy(work: () => ReturnType<typeof runSuite>): Promise<string | null> {
  try {
    const { bad } = await work();
    return bad[0]?.what[0] ?? null;
  } catch (error) {
    // A program so weak that the suite cannot even be set up.
    return error instanceof Error ? error.message : String(error);
  }
}

function patch(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  const count = text.split(from).length - 1;
  if (count !== 1) {
    throw new Error(
      `the line to weaken is not there any more: ${file} has ${count} places that read: ${from}`,
    );
  }
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
}
