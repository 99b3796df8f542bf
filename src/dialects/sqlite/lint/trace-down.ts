// The ways back: each is run right after its revision, compared with the structure before, and undone again. Tried
// where it costs least: in the database itself, in a small copy of what it has to do with, or, outside a transaction,
// in a whole copy.

import type { Database } from 'better-sqlite3';
import type { DownTrace } from '../../../revisions/lint/trace.js';
import type { Revision, Script } from '../../../model/revision.js';
import { createStructureReader, type StructureReader } from '../driver/structure-reader.js';
import { describe } from '../schema/describe.js';
import type { Snapshot } from '../schema/snapshot.js';
import { differencesBetween, namesTouched, only } from './differences-between.js';
import { copySmall, wordsOf } from './small-copy.js';
import type { SqliteRevisionTrace } from './sqlite-trace.js';
import type { BrokenFinder } from './trace-broken.js';
import type { Seeded } from './trace-seeded.js';
import { memory } from '../driver/connect.js';
import { runDown, statementsOf, type DownFailure } from './trace-run.js';
import { tablesTouched } from './trace-tables.js';

/** The two databases that revisions are run in, and who looks at the empty one. */
export interface Scratch {
  readonly empty: Database;
  readonly seeded: Seeded;
  readonly reader: StructureReader;
  readonly broken: BrokenFinder;
}

type Sides = Pick<SqliteRevisionTrace, 'before' | 'after'>;

/** How the way back of a revision goes that was run just now. */
export async function tryDown(scratch: Scratch, revision: Revision, sides: Sides): Promise<DownTrace> {
  const { down } = revision;
  if (down === null) return { kind: 'missing' };
  if (down.kind === 'broken') return { kind: 'untried' };
  const judged = revision.transactional
    ? ((await trySmall(scratch, down, sides)) ?? (await tryInPlace(scratch, down, sides)))
    : await tryInCopy(memory(scratch.empty.serialize()), down, sides.before);
  if (judged.kind !== 'same' || !revision.transactional) return judged;
  const onRows = await scratch.seeded.tryDown(down);
  return onRows === null ? judged : { ...onRows, seeded: true };
}

async function tryInPlace(
  { empty, reader }: Scratch,
  down: Script,
  { before, after }: Sides,
): Promise<DownTrace> {
  empty.exec('BEGIN');
  try {
    const failure = await runDown(empty, down);
    return judge(failure, before, () => reader.read(touchedBy(down, after)));
  } finally {
    empty.exec('ROLLBACK');
    reader.rewind(after);
  }
}

/** Null where the whole database is wanted. */
async function trySmall(
  { empty, broken }: Scratch,
  down: Script,
  { before, after }: Sides,
): Promise<DownTrace | null> {
  const words = down.kind === 'sql' ? wordsOf(down.statements) : null;
  if (words === null || broken.isAny(after)) return null;
  const names = new Set([...words, ...namesTouched(before, after)]);
  const copy = copySmall(empty, after, names);
  return copy === null ? null : tryInCopy(copy, down, before, names);
}

/** @param names what is in the copy; left out: all */
async function tryInCopy(
  copy: Database,
  down: Script,
  before: Snapshot,
  names?: ReadonlySet<string>,
): Promise<DownTrace> {
  const part = (structure: Snapshot): Snapshot => (names === undefined ? structure : only(structure, names));
  try {
    const failure = await runDown(copy, down);
    return judge(failure, part(before), () => part(createStructureReader(copy).read()));
  } finally {
    copy.close();
  }
}

function judge(failure: DownFailure | null, before: Snapshot, readAfter: () => Snapshot): DownTrace {
  if (failure !== null) return { ...failure, seeded: false };
  const differences = differencesBetween(before, readAfter()).map(describe);
  return differences.length === 0 ? { kind: 'same' } : { kind: 'differs', differences };
}

function touchedBy(script: Script, structure: Snapshot): readonly string[] | undefined {
  const touched = statementsOf(script).map((statement) => tablesTouched(statement, structure));
  return touched.some((tables) => tables === undefined)
    ? undefined
    : touched.flatMap((tables) => tables ?? []);
}
