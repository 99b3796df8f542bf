// Runs every revision in memory, in order, up and once down again, on an empty database and on one with a row in every
// table, and keeps what happened for the rules of `lint`. Foreign keys are off before BEGIN, as in the protocol.
// No target is opened here.

import type { Broken, SqliteRevisionTrace, SqliteStepTrace, SqliteTrace } from './sqlite-trace.js';
import type { Revision } from '../../../model/revision.js';
import { createBrokenFinder, type BrokenFinder } from './trace-broken.js';
import { createSeeded, NOTHING } from './trace-seeded.js';
import { createStructureReader } from '../driver/structure-reader.js';
import { guardHolds } from '../driver/guard.js';
import { tablesTouched } from './trace-tables.js';
import { memory } from '../driver/connect.js';
import { lineOf, run, statementsOf } from './trace-run.js';
import { tryDown, type Scratch } from './trace-down.js';
import type { Snapshot, Trigger, View } from '../schema/snapshot.js';
import { changed } from './lookup.js';

/** @param order revisions, every need first */
export async function traceRevisions(order: readonly Revision[]): Promise<SqliteTrace> {
  const empty = memory();
  const seeded = createSeeded(order);
  const reader = createStructureReader(empty);
  const broken = createBrokenFinder(empty);
  const scratch = { empty, seeded, reader, broken };
  const revisions: SqliteRevisionTrace[] = [];
  try {
    for (const revision of order) {
      const before = reader.read();
      seeded.begin(before, revision);
      const { steps, born } = await runUp(scratch, revision);
      const after = reader.read();
      const losses = seeded.end(before, after);
      const failed = steps.some((step) => step.error !== null);
      if (seeded.isLost()) seeded.takeOver(empty);
      revisions.push({
        revision,
        before,
        after,
        steps,
        changesNothing: before === after && steps.every(({ statement }) => statement.kind === 'SelectStmt'),
        broken: [
          ...broken.find(after),
          ...born.filter(({ kind, name }) => partNamed(after, kind, name) === null),
        ],
        ...losses,
        down:
          failed && revision.down !== null
            ? { kind: 'untried' }
            : await tryDown(scratch, revision, { before, after }),
      });
    }
    return { revisions, unseeded: seeded.seeder().unseeded() };
  } finally {
    empty.close();
    seeded.close();
  }
}

async function runUp(
  { empty, seeded, reader, broken }: Scratch,
  revision: Revision,
): Promise<{ readonly steps: readonly SqliteStepTrace[]; readonly born: readonly Broken[] }> {
  const steps: SqliteStepTrace[] = [];
  /** Views and triggers that did not work when they were made. */
  const born: Broken[] = [];
  // A target may get each revision in a run of its own: what the one before left switched on is off again.
  empty.pragma('legacy_alter_table = OFF');
  if (revision.transactional) empty.exec('BEGIN');
  for (const statement of statementsOf(revision.up)) {
    const before = reader.read();
    const skipped = !guardHolds(empty, statement.guard);
    const error = skipped ? null : await run(empty, revision.up, statement, 'up');
    if (revision.transactional && !empty.inTransaction) {
      // It ended the transaction (ON CONFLICT ROLLBACK), and what was done before it is gone.
      steps.push({ statement, before, after: reader.read(), skipped, error, ...NOTHING });
      break;
    }
    const onRows = skipped || error !== null ? NOTHING : await seeded.run(revision.up, statement, before);
    const after = reader.read(tablesTouched(statement, before));
    if (onRows.seededError !== null) seeded.refill(after);
    const said = error ?? onRows.seededError;
    const placed = said === null ? statement : { ...statement, line: lineOf(statement, said) };
    const step = { statement: placed, before, after, skipped, error, ...onRows };
    steps.push(step);
    born.push(...brokenAtBirth(broken, step));
  }
  if (empty.inTransaction) empty.exec('COMMIT');
  return { steps, born };
}

const MAKING = new Map<string, Broken['kind']>([
  ['CreateViewStmt', 'view'],
  ['CreateTriggerStmt', 'trigger'],
]);

function brokenAtBirth(broken: BrokenFinder, { statement, before, after }: SqliteStepTrace): Broken[] {
  const kind = MAKING.get(statement.kind);
  if (kind === undefined || before === after) return [];
  const made =
    kind === 'view' ? changed(before.views, after.views) : changed(before.triggers, after.triggers);
  return made.come.flatMap((part) => {
    const error = broken.check(after, part);
    return error === null ? [] : [{ kind, name: part.name, error, passing: true }];
  });
}

function partNamed(structure: Snapshot, kind: Broken['kind'], name: string): View | Trigger | null {
  const parts: readonly (View | Trigger)[] = kind === 'view' ? structure.views : structure.triggers;
  return parts.find((part) => part.name === name) ?? null;
}
