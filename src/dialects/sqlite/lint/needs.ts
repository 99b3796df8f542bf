// What each revision creates, alters, drops, reads and writes, and whose work it needs: from the structures before and
// after, because only they show what DROP TABLE takes along or IF NOT EXISTS leaves undone, and from syntax trees.

import type { RevisionNeeds } from '../../../model/report.js';
import type { SqliteRevisionTrace, SqliteTrace } from './sqlite-trace.js';
import { changed, columnNamed, hasObject, KINDS, tableNamed } from './lookup.js';
import { referencesOf, type Reference } from '../syntax/references.js';
import type { Snapshot } from '../schema/snapshot.js';
import { fold } from '../schema/sql-text.js';
import { treeOf } from '../syntax/tree.js';

/** By revision, in order. */
export function needsOfAll(trace: SqliteTrace): ReadonlyMap<string, RevisionNeeds> {
  const makers = makersOf(trace);
  return new Map(
    trace.revisions.map((revision, at) => [revision.revision.id, needsOf(revision, at, makers)]),
  );
}

/** Positions and ids of the revisions that make a thing, by its name in lower case. */
type Makers = ReadonlyMap<string, readonly Maker[]>;

function makersOf(trace: SqliteTrace): Makers {
  const makers = new Map<string, Maker[]>();
  trace.revisions.forEach(({ before, after, revision }, at) => {
    for (const name of [...created(before, after), ...createdColumns(before, after)]) {
      const all = makers.get(fold(name)) ?? [];
      all.push({ at, id: revision.id });
      makers.set(fold(name), all);
    }
  });
  return makers;
}

function needsOf(trace: SqliteRevisionTrace, at: number, makers: Makers): RevisionNeeds {
  const { before, after, steps, revision } = trace;
  const sides = { reads: new Map<string, string>(), writes: new Map<string, string>() };
  const from = new Map<string, { object: string; revision: string | null }>();
  const unknown: number[] = [];
  for (const step of steps) {
    const tree = treeOf(step.statement);
    if (tree === null) unknown.push(step.statement.line);
    if (tree === null || step.skipped) continue;
    const references = referencesOf(tree, (table) => columnNames(step.before, table));
    for (const side of ['reads', 'writes'] as const) {
      for (const reference of references[side]) {
        const name = nameOf(reference);
        const isOwn = !has(before, reference) && has(step.before, reference);
        const isPassing = !has(before, reference) && !has(after, reference);
        if (!isPassing || step.error !== null) sides[side].set(fold(name), name);
        if (isOwn) continue;
        const isThere = has(step.before, reference);
        const maker = makerFor(makers.get(fold(name)) ?? [], at, isThere);
        from.set(fold(name), { object: name, revision: maker?.id ?? null });
      }
    }
  }
  return {
    revision: revision.id,
    creates: [...created(before, after), ...addedColumns(before, after)],
    alters: altered(before, after),
    drops: [...created(after, before), ...addedColumns(after, before)],
    reads: [...sides.reads.values()],
    writes: [...sides.writes.values()],
    from: [...from.values()],
    unknown,
  };
}

interface Maker {
  readonly at: number;
  readonly id: string;
}

/** Of what is there the last maker before the position; of what is missing the first one after it. */
function makerFor(makers: readonly Maker[], at: number, isThere: boolean): Maker | undefined {
  return isThere ? makers.findLast((maker) => maker.at < at) : makers.find((maker) => maker.at > at);
}

const nameOf = ({ object, column }: Reference): string => (column === null ? object : `${object}.${column}`);

function has(structure: Snapshot, { object, column }: Reference): boolean {
  return column === null ? hasObject(structure, object) : columnNamed(structure, object, column) !== null;
}

function columnNames(structure: Snapshot, table: string): readonly string[] | null {
  return tableNamed(structure, table)?.columns.map((column) => column.name) ?? null;
}

/** Names of tables, indexes, views and triggers that are in the second structure only. */
function created(before: Snapshot, after: Snapshot): string[] {
  return KINDS.flatMap((kind) => {
    const { gone, come } = changed<{ readonly name: string }>(before[kind], after[kind]);
    const known = new Set(gone.map((part) => fold(part.name)));
    return come.filter((part) => !known.has(fold(part.name))).map((part) => part.name);
  });
}

/** Objects of both structures that differ in the second. */
function altered(before: Snapshot, after: Snapshot): string[] {
  return KINDS.flatMap((kind) => {
    const { gone, come } = changed<{ readonly name: string }>(before[kind], after[kind]);
    const known = new Set(gone.map((part) => fold(part.name)));
    return come.filter((part) => known.has(fold(part.name))).map((part) => part.name);
  });
}

/** Columns that tables of both structures have in the second only. */
function addedColumns(before: Snapshot, after: Snapshot): string[] {
  return newColumns(before, after, (table) => tableNamed(before, table) !== null);
}

/** Columns that are in the second structure only, those of new tables too. */
function createdColumns(before: Snapshot, after: Snapshot): string[] {
  return newColumns(before, after, () => true);
}

function newColumns(before: Snapshot, after: Snapshot, isWanted: (table: string) => boolean): string[] {
  return changed(before.tables, after.tables)
    .come.filter((table) => isWanted(table.name))
    .flatMap((table) =>
      table.columns
        .filter((column) => columnNamed(before, table.name, column.name) === null)
        .map((column) => `${table.name}.${column.name}`),
    );
}
