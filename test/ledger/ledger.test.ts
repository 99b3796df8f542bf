import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openLedger, type Ledger } from '../../src/ledger/ledger.js';
import { FleetError } from '../../src/model/errors.js';
import { temporaryDirectory } from '../support/fleet.js';
import { withoutPrivilege } from '../support/unprivileged.js';
import { firstOutput, outcomeOf, outputOf, RUN, startScript, startTogether, targets } from './samples.js';

function stateDirectory(): string {
  return join(temporaryDirectory(), 'state');
}

/** Does something with a ledger and closes it. */
function using<T>(stateDir: string, work: (ledger: Ledger) => T): T {
  const ledger = openLedger(stateDir);
  try {
    return work(ledger);
  } finally {
    ledger.close();
  }
}

function fault(work: () => unknown): FleetError {
  try {
    work();
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('A run', () => {
  test('has all its targets as planned before any outcome, refused ones with one id too.', () => {
    const stateDir = stateDirectory();
    using(stateDir, (ledger) => {
      ledger.startRun(RUN, [...targets(3), { id: 'a', path: 'data/a' }, { id: 'a', path: 'data/a.db' }]);
    });
    using(stateDir, (ledger) => {
      expect(ledger.countByOutcome(RUN.runId)).toEqual({ planned: 5 });
      expect([...ledger.outcomes(RUN.runId)]).toEqual([]);
      expect(ledger.unfinishedRuns()).toEqual([
        { runId: RUN.runId, command: 'upgrade', dryRun: false, startedAt: RUN.startedAt },
      ]);
    });
  });

  test('gives back every outcome as it was recorded, in the order of the plan.', () => {
    const stateDir = stateDirectory();
    const planned = targets(1_200);
    const outcomes = planned.map((target, n) => outcomeOf(target, n % 3 === 0 ? 'failed' : 'upgraded'));
    const ledger = openLedger(stateDir);
    ledger.startRun(RUN, planned);
    for (const outcome of [...outcomes].reverse()) ledger.recordOutcome(RUN.runId, outcome);
    ledger.finishRun(RUN.runId, { finishedAt: '', exitCode: 0 });
    using(stateDir, (other) => {
      expect([...other.outcomes(RUN.runId)]).toEqual(outcomes);
      expect(other.countByOutcome(RUN.runId)).toEqual({ failed: 400, upgraded: 800 });
    });
    ledger.close();
  });

  test('counts what nobody got to, and takes the last word on a target.', () => {
    const stateDir = stateDirectory();
    const planned = targets(3);
    using(stateDir, (ledger) => {
      ledger.startRun(RUN, planned);
      const [first] = planned;
      if (first === undefined) throw new Error('there is no target');
      ledger.recordOutcome(RUN.runId, outcomeOf(first, 'failed'));
      ledger.recordOutcome(RUN.runId, outcomeOf(first, 'upgraded'));
      expect(ledger.countByOutcome(RUN.runId)).toEqual({ planned: 2, upgraded: 1 });
    });
  });

  test('is kept apart from others, and ends with what was still to be written.', () => {
    const stateDir = stateDirectory();
    const other = { ...RUN, runId: '20261120T101501Z-000000', dryRun: true };
    using(stateDir, (ledger) => {
      ledger.startRun(RUN, targets(2));
      ledger.startRun(other, targets(2));
      for (const target of targets(2)) ledger.recordOutcome(other.runId, outcomeOf(target));
      ledger.finishRun(other.runId, { finishedAt: '2026-11-20T10:16:00.000Z', exitCode: 2 });
    });
    using(stateDir, (ledger) => {
      expect(ledger.countByOutcome(RUN.runId)).toEqual({ planned: 2 });
      expect(ledger.countByOutcome(other.runId)).toEqual({ upgraded: 2 });
      expect(ledger.unfinishedRuns().map(({ runId }) => runId)).toEqual([RUN.runId]);
    });
    const database = new Database(join(stateDir, 'ledger.db'), { readonly: true });
    expect(database.prepare('SELECT * FROM run WHERE run_id = ?').get(other.runId)).toMatchObject({
      dry_run: 1,
      finished_at: '2026-11-20T10:16:00.000Z',
      exit_code: 2,
      head: '["0004"]',
      arguments: '{"to":"head","stamp":true}',
    });
    database.close();
  });

  test('that was never started takes no outcome in silence.', () => {
    const ledger = openLedger(stateDirectory());
    for (const target of targets(1)) ledger.recordOutcome('nowhere', outcomeOf(target));
    expect(() => ledger.countByOutcome('nowhere')).toThrow('nowhere, which was never started');
    expect(() => {
      ledger.close();
    }).toThrow('never started');
  });

  test('can be read in batches while it is written.', () => {
    using(stateDirectory(), (ledger) => {
      const planned = targets(1_100);
      ledger.startRun(RUN, planned);
      for (const target of planned) ledger.recordOutcome(RUN.runId, outcomeOf(target));
      let count = 0;
      for (const { id, path } of ledger.outcomes(RUN.runId)) {
        if (count++ % 100 === 0) ledger.recordOutcome(RUN.runId, outcomeOf({ id, path }, 'failed'));
      }
      expect(count).toBe(1_100);
      expect(ledger.countByOutcome(RUN.runId)).toEqual({ failed: 11, upgraded: 1_089 });
    });
  });

  test('of 100,000 targets is planned as one of two.', () => {
    using(stateDirectory(), (ledger) => {
      ledger.startRun(RUN, targets(100_000));
      expect(ledger.countByOutcome(RUN.runId)).toEqual({ planned: 100_000 });
    });
  });
});

describe('An outcome', () => {
  test('is durable once its run has an end: the process may be killed at once.', async () => {
    const stateDir = stateDirectory();
    using(stateDir, (ledger) => {
      ledger.startRun(RUN, targets(70));
    });
    const child = startScript(`
      import { openLedger } from 'LEDGER/ledger.js';
      const ledger = openLedger(${JSON.stringify(stateDir)});
      for (const outcome of ${JSON.stringify(targets(70).map((target) => outcomeOf(target)))})
        ledger.recordOutcome(${JSON.stringify(RUN.runId)}, outcome);
      ledger.finishRun(${JSON.stringify(RUN.runId)}, { finishedAt: '', exitCode: 0 });
      process.kill(process.pid, 'SIGKILL');
    `);
    await outputOf(child);
    expect(child.signalCode).toBe('SIGKILL');
    using(stateDir, (ledger) => {
      expect(ledger.countByOutcome(RUN.runId)).toEqual({ upgraded: 70 });
    });
  });
});

describe('The ledger', () => {
  test('is in WAL mode, for its owner alone, with every commit synced.', () => {
    const stateDir = stateDirectory();
    using(stateDir, (ledger) => {
      ledger.startRun(RUN, []);
      const header = readFileSync(join(stateDir, 'ledger.db')).subarray(18, 20);
      expect([...header]).toEqual([2, 2]);
    });
    expect(statSync(stateDir).mode & 0o777).toBe(0o700);
  });

  test('can be made by many processes at the same moment.', async () => {
    const stateDir = stateDirectory();
    const { said } = await startTogether(
      5,
      (n) => `
        import { openLedger } from 'LEDGER/ledger.js';
        start();
        const ledger = openLedger(${JSON.stringify(stateDir)});
        ledger.startRun({ ...${JSON.stringify(RUN)}, runId: 'run-${n}' }, []);
        ledger.close();
        console.log('made');
      `,
    );
    expect(said).toEqual(Array(5).fill('made'));
    using(stateDir, (ledger) => {
      expect(
        ledger
          .unfinishedRuns()
          .map(({ runId }) => runId)
          .sort(),
      ).toEqual(Array.from({ length: 5 }, (_, n) => `run-${n}`));
    });
  });

  test('waits for another process that writes it, and then writes.', async () => {
    const stateDir = stateDirectory();
    using(stateDir, () => undefined);
    const child = startScript(`
      import Database from ${JSON.stringify(import.meta.resolve('better-sqlite3'))};
      const database = new Database(${JSON.stringify(join(stateDir, 'ledger.db'))});
      database.exec('BEGIN IMMEDIATE');
      console.log('held');
      setTimeout(() => database.close(), 300);
    `);
    expect(await firstOutput(child)).toBe('held');
    using(stateDir, (ledger) => {
      ledger.startRun(RUN, targets(1));
      expect(ledger.countByOutcome(RUN.runId)).toEqual({ planned: 1 });
    });
  });

  test('goes on where it was, and is not made anew.', () => {
    const stateDir = stateDirectory();
    using(stateDir, (ledger) => {
      ledger.noteHolder({ runId: 'r', command: 'stamp', startedAt: RUN.startedAt });
    });
    using(stateDir, (ledger) => {
      expect(ledger.lastHolder()).toEqual({ runId: 'r', command: 'stamp', startedAt: RUN.startedAt });
      ledger.noteHolder({ runId: 's', command: 'upgrade', startedAt: RUN.startedAt, pid: 42 });
      expect(ledger.lastHolder()).toMatchObject({ runId: 's', pid: 42 });
    });
  });
});

test('A ledger of format 1 is brought on, with all that is in it.', () => {
  const stateDir = stateDirectory();
  using(stateDir, (ledger) => {
    ledger.startRun(RUN, targets(2));
    for (const target of targets(1)) ledger.recordOutcome(RUN.runId, outcomeOf(target));
  });
  const database = new Database(join(stateDir, 'ledger.db'));
  database.exec(`
    ALTER TABLE run DROP COLUMN terms;
    ALTER TABLE run_target DROP COLUMN wave;
    ALTER TABLE run_target DROP COLUMN way;
    DROP TABLE run_wave;
    DROP TABLE run_leg;
    PRAGMA user_version = 1`);
  database.close();
  using(stateDir, (ledger) => {
    expect(ledger.countByOutcome(RUN.runId)).toEqual({ planned: 1, upgraded: 1 });
    const waves = [{ number: 1, name: 'rest', maxFailures: null, rule: '' }];
    ledger.startRun({ ...RUN, runId: 'next', waves }, targets(1));
    ledger.recordWave('next', { number: 1, startedAt: 'a', finishedAt: 'b', verdict: 'passed' });
    ledger.finishRun('next', { finishedAt: 'b', exitCode: 0 });
    expect(ledger.unfinishedRuns().map(({ runId }) => runId)).toEqual([RUN.runId]);
  });
});

describe('A ledger that cannot be used is told, with what to do:', () => {
  test('a directory above it that is missing.', () => {
    const error = fault(() => openLedger(join(temporaryDirectory(), 'a/b')));
    expect(error.code).toBe('stateDirectory');
    expect(error.message).toMatch(/a\/b cannot be made: there is no directory above it$/);
    expect(error.hint).toContain('--state-dir');
  });

  test('a file in the place of the directory.', () => {
    const stateDir = stateDirectory();
    writeFileSync(stateDir, '');
    expect(fault(() => openLedger(stateDir)).message).toMatch(/is not a directory \(ENOTDIR\)$/);
    expect(fault(() => openLedger(join(stateDir, 'below'))).message).toMatch(
      /is not a directory \(ENOTDIR\)$/,
    );
  });

  test('a directory in the place of the file, and a link that leads nowhere.', () => {
    const stateDir = stateDirectory();
    mkdirSync(join(stateDir, 'ledger.db'), { recursive: true });
    expect(fault(() => openLedger(stateDir)).code).toBe('stateDirectory');
    const linked = stateDirectory();
    symlinkSync('nowhere', linked);
    expect(fault(() => openLedger(linked)).code).toBe('stateDirectory');
  });

  test('no right to make the directory, or to write the file.', async () => {
    const above = temporaryDirectory();
    chmodSync(above, 0o755);
    const forbidden = await withoutPrivilege(() => fault(() => openLedger(join(above, 'state'))));
    expect(forbidden.message).toMatch(/state cannot be written \(EACCES/);
    using(join(above, 'made'), () => undefined);
    chmodSync(join(above, 'made'), 0o755);
    chmodSync(join(above, 'made/ledger.db'), 0o644);
    const readOnly = await withoutPrivilege(() => fault(() => openLedger(join(above, 'made'))));
    expect(readOnly.code).toBe('stateDirectory');
    expect(readOnly.message).toMatch(/made\/ledger\.db cannot be written \(SQLITE_(?:READONLY|CANTOPEN)/);
  });

  test.each([
    [
      'text',
      (path: string) => {
        writeFileSync(path, 'no database, '.repeat(100));
      },
    ],
    [
      'a truncated ledger',
      (path: string) => {
        truncateSync(path, 5_000);
      },
    ],
    [
      'a ledger whose pages are gone',
      (path: string) => {
        writeFileSync(path, readFileSync(path).fill(0xff, 100));
      },
    ],
  ])('damage (%s); the file is left as evidence.', (_, damage) => {
    const stateDir = stateDirectory();
    const path = join(stateDir, 'ledger.db');
    using(stateDir, (ledger) => {
      ledger.startRun(RUN, targets(500));
    });
    damage(path);
    const before = readFileSync(path);
    const error = fault(() => {
      using(stateDir, (ledger) => {
        ledger.startRun({ ...RUN, runId: 'another' }, targets(500));
        ledger.countByOutcome(RUN.runId);
      });
    });
    expect(error.code).toBe('stateDirectory');
    expect(error.message).toMatch(/ledger\.db is damaged \(SQLITE_(?:NOTADB|CORRUPT)/);
    expect(error.hint).toMatch(/^move it away/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('one that a newer version wrote.', () => {
    const stateDir = stateDirectory();
    using(stateDir, () => undefined);
    const database = new Database(join(stateDir, 'ledger.db'));
    database.pragma('user_version = 99');
    database.close();
    const error = fault(() => openLedger(stateDir));
    expect(error.message).toMatch(/was written by a newer Flotilla \(format 99; this one knows 2\)$/);
  });

  test('the database of another program, which is not touched.', () => {
    const stateDir = stateDirectory();
    mkdirSync(stateDir);
    const path = join(stateDir, 'ledger.db');
    const database = new Database(path);
    database.exec(`CREATE TABLE accounts (id INTEGER PRIMARY KEY)`);
    database.close();
    const before = readFileSync(path);
    expect(fault(() => openLedger(stateDir)).message).toMatch(/belongs to another program$/);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  test('a write that the disk refuses in the middle of a run; what was there stays whole.', async () => {
    const stateDir = stateDirectory();
    const child = startScript(
      `
      import { openLedger } from 'LEDGER/ledger.js';
      const ledger = openLedger(${JSON.stringify(stateDir)});
      const targets = ${JSON.stringify(targets(40))};
      ledger.startRun(${JSON.stringify(RUN)}, targets);
      let tries = 0;
      try {
        for (; tries < 1000; tries++) {
          for (const { id, path } of targets)
            ledger.recordOutcome(${JSON.stringify(RUN.runId)}, { id, path, outcome: 'upgraded', hint: String(tries).repeat(300) });
          ledger.countByOutcome(${JSON.stringify(RUN.runId)});
        }
      } catch (error) {
        console.log(error.code, error.message);
      }
      process.exit(0);
    `,
      // The largest file that this process may write: 512 KiB.
      ['bash', '-c', 'ulimit -f 512; exec "$@"', 'bash'],
    );
    expect(await outputOf(child)).toMatch(/^stateDirectory .*ledger\.db cannot be (?:written|used)/);
    using(stateDir, (ledger) => {
      const { planned = 0, upgraded = 0 } = ledger.countByOutcome(RUN.runId);
      expect(planned + upgraded).toBe(40);
    });
  });
});
