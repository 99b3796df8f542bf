import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.js';
import { Observations } from '../../src/ledger/observations.js';
import { openLedgerFile } from '../../src/ledger/open.js';
import { temporaryDirectory } from '../support/fleet.js';
import {
  firstOutput,
  NOON,
  observationOf,
  outputOf,
  RUN,
  startScript,
  targetOf,
  targets,
} from './samples.js';

/** Long after every sample target was written. */
const LATER = NOON + 60_000;

function pairs(list: ReturnType<typeof targets>, fingerprint = 'f') {
  return list.map((target) => ({ target, observation: observationOf(fingerprint) }));
}

test('What was found in a file is known until the file is written.', () => {
  const stateDir = temporaryDirectory();
  const ledger = openLedger(stateDir);
  const fleet = targets(3);
  expect(ledger.cachedObservations(fleet)).toEqual(new Map());
  expect(ledger.rememberObservations(pairs(fleet), LATER)).toBe(3);
  ledger.close();

  const again = openLedger(stateDir);
  const rewritten = targetOf('project_2', NOON + 1);
  const known = again.cachedObservations([rewritten, ...fleet.filter(({ id }) => id !== 'project_2')]);
  expect([...known.keys()]).toEqual(['project_1', 'project_3']);
  expect(known.get('project_1')).toEqual(observationOf('f'));

  again.rememberObservations(pairs([rewritten], 'g'), LATER);
  expect(again.cachedObservations([rewritten]).get('project_2')).toEqual(observationOf('g'));
  expect(again.cachedObservations(fleet).has('project_2')).toBe(false);
  again.close();
});

test('A file written less than two seconds before the look is not remembered, nor one from the future.', () => {
  const ledger = openLedger(temporaryDirectory());
  const fleet = [-1, 0, 1, 1_999, 2_001, 90_000].map((age) => targetOf(`age_${age}`, NOON - age));
  expect(ledger.rememberObservations(pairs(fleet), NOON)).toBe(2);
  expect([...ledger.cachedObservations(fleet).keys()]).toEqual(['age_2001', 'age_90000']);
  ledger.close();
});

test('Equal observations are one row and one object.', () => {
  const stateDir = temporaryDirectory();
  const ledger = openLedger(stateDir);
  const fleet = targets(5_000);
  ledger.rememberObservations(
    fleet.map((target, n) => ({ target, observation: observationOf(`f${n % 3}`) })),
    LATER,
  );
  expect(new Set(ledger.cachedObservations(fleet).values()).size).toBe(3);
  ledger.close();
  const database = new Database(join(stateDir, 'ledger.db'), { readonly: true });
  expect(database.prepare('SELECT count(*) FROM observation').pluck().get()).toBe(3);
  database.close();
});

test('Observations that no target has any more are removed by a later process.', () => {
  const stateDir = temporaryDirectory();
  for (const fingerprint of ['old', 'newer', 'newest']) {
    const ledger = openLedger(stateDir);
    ledger.rememberObservations(pairs(targets(2), fingerprint), LATER);
    ledger.close();
  }
  const database = new Database(join(stateDir, 'ledger.db'), { readonly: true });
  expect(database.prepare('SELECT count(*) FROM observation').pluck().get()).toBe(1);
  expect(database.prepare('SELECT count(*) FROM observed_target').pluck().get()).toBe(2);
  database.close();
});

test('Another version of the program does not trust them.', () => {
  const database = openLedgerFile(join(temporaryDirectory(), 'ledger.db'));
  const fleet = targets(1);
  new Observations(database, '1.0.0').remember(pairs(fleet), LATER);
  expect(new Observations(database, '1.0.0').cached(fleet).size).toBe(1);
  expect(new Observations(database, '1.1.0').cached(fleet).size).toBe(0);
  database.close();
});

test('An observation whose text was changed is not given out.', () => {
  const stateDir = temporaryDirectory();
  const ledger = openLedger(stateDir);
  ledger.rememberObservations(pairs(targets(2)), LATER);
  const database = new Database(join(stateDir, 'ledger.db'));
  database.exec(`UPDATE observation SET document = replace(document, '"f"', '"g"')`);
  database.close();
  expect(ledger.cachedObservations(targets(2)).size).toBe(0);
  ledger.close();
});

test('A ledger that another process holds for long costs the memory of this one, and is not waited for.', async () => {
  const stateDir = temporaryDirectory();
  const ledger = openLedger(stateDir);
  ledger.rememberObservations(pairs(targets(2)), LATER);
  const child = startScript(`
    import Database from ${JSON.stringify(import.meta.resolve('better-sqlite3'))};
    const database = new Database(${JSON.stringify(join(stateDir, 'ledger.db'))});
    database.exec('BEGIN IMMEDIATE');
    console.log('held');
    setTimeout(() => database.close(), 60_000);
  `);
  await firstOutput(child);
  expect(ledger.cachedObservations(targets(2)).size).toBe(2);
  for (let round = 0; round < 100; round++)
    expect(ledger.rememberObservations(pairs([targetOf('project_9')]), LATER)).toBe(0);
  child.kill('SIGKILL');
  await outputOf(child);
  // A run's own records still wait for their turn.
  ledger.startRun(RUN, []);
  ledger.close();
  const next = openLedger(stateDir);
  expect(next.rememberObservations(pairs([targetOf('project_9')]), LATER)).toBe(1);
  next.close();
});

test('A status may remember while a run writes its outcomes, in another process.', async () => {
  const stateDir = temporaryDirectory();
  openLedger(stateDir).close();
  const child = startScript(`
    import { openLedger } from 'LEDGER/ledger.js';
    const ledger = openLedger(${JSON.stringify(stateDir)});
    const targets = ${JSON.stringify(targets(300).map(({ id, path }) => ({ id, path })))};
    ledger.startRun({ runId: 'r', command: 'upgrade', dryRun: false, startedAt: '', head: [], arguments: {} }, targets);
    console.log('started');
    for (const target of targets) {
      ledger.recordOutcome('r', { ...target, outcome: 'upgraded' });
      ledger.countByOutcome('r');
    }
    ledger.finishRun('r', { finishedAt: '', exitCode: 0 });
    ledger.close();
  `);
  await firstOutput(child);
  const ledger = openLedger(stateDir);
  let remembered = 0;
  for (let round = 0; child.exitCode === null; round++) {
    remembered += ledger.rememberObservations(pairs(targets(500), `f${round}`), LATER);
    await new Promise((done) => setTimeout(done, 5));
  }
  expect(child.exitCode).toBe(0);
  expect(remembered).toBeGreaterThan(0);
  expect(remembered % 500).toBe(0);
  expect(ledger.countByOutcome('r')).toEqual({ upgraded: 300 });
  ledger.close();
});

test('10,000 are looked up at once.', () => {
  const ledger = openLedger(temporaryDirectory());
  const fleet = targets(10_000);
  ledger.rememberObservations(pairs(fleet), LATER);
  expect(ledger.cachedObservations(fleet).size).toBe(10_000);
  ledger.close();
});
