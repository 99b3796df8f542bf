// Copies that revisions made before this session: a table that was copied then may go now. Told from the statements
// alone, and only where a table would else be stopped. The application may have gone on since, so keys are all that
// such a copy is asked for; but a merge into rows that were there proves nothing by them, and is asked for values as
// well.

import { fold } from '../schema/sql-text.js';
import { copiedColumns, mergedColumns, type SourceColumns } from '../syntax/copied-columns.js';
import type { ShapeOf } from '../syntax/query-columns.js';
import { rowEffectOf, type RowEffect } from '../syntax/row-effects.js';
import { countRowsOf, type RevisionWork } from './revision-work.js';
import { readTableShape, type ShapeColumn } from './table-shape.js';
import type { Copy, TrackedTable } from './tracked-tables.js';

/** A table under all of its names, as the statements tell. */
interface Named {
  name: string;
  /** What its columns were called anew, in order, each with the place of its statement. */
  readonly renames: { readonly at: number; readonly from: string; readonly to: string }[];
}

type CopyEffect = Extract<RowEffect, { kind: 'copy' }>;
type MergeEffect = Extract<RowEffect, { kind: 'update' }>;

interface Noted {
  /** The place of the statement. */
  readonly at: number;
  readonly effect: CopyEffect | MergeEffect;
  /** The table that rows or values came to. */
  readonly target: string;
  /** What each name meant at this statement. */
  readonly named: (name: string) => Named;
}

export function earlierCopies(work: RevisionWork, table: TrackedTable): readonly Copy[] {
  const { db, tables } = work;
  if (table.origin === null) return [];
  const now = (named: Named): TrackedTable => tables.original(named.name);
  return copiesNoted(work).flatMap(({ at, effect, target, named }) => {
    const into = now(named(target));
    const there = into.isGone || into === table ? null : readTableShape(db, into.database, into.name);
    if (there === null) return [];
    const shapeOf: ShapeOf = ({ name }) => {
      const meant = now(named(name));
      const shape = meant.isGone ? null : readTableShape(db, meant.database, meant.name);
      const called = (column: ShapeColumn): string => calledThen(named(name), at, column.name);
      return shape === null ? null : { kind: 'table', columns: shape.columns.map(called) };
    };
    const nowThere = (column: string): string => calledNow(named(target), at, column);
    const all = there.columns.filter(({ generated }) => !generated).map(({ name }) => name);
    const isMerge = effect.kind === 'update';
    const sources = isMerge
      ? mergesOf(effect, shapeOf)
      : copiedColumns(effect.select, effect.columns?.map(nowThere) ?? all, shapeOf);
    const intoNow = (column: string): string => (isMerge ? nowThere(column) : column);
    const own = (source: SourceColumns, column: string): string =>
      fold(calledNow(named(source.table.name), at, column));
    return sources
      .filter((source) => now(named(source.table.name)) === table)
      .map((source) => ({
        into,
        asIs: new Map(source.asIs.map(([column, target]) => [own(source, column), intoNow(target)])),
        computed: new Set([...source.computed, ...source.joined].map((column) => own(source, column))),
        isWhole: false,
        before: isMerge ? countRowsOf(db, into) : 0,
        isOld: !isMerge,
        isMatched: isMerge,
      }));
  });
}

/** What was computed then may have been computed before the last rows came. */
function mergesOf({ merge }: MergeEffect, shapeOf: ShapeOf): readonly SourceColumns[] {
  const found = merge === null ? [] : mergedColumns(merge, shapeOf);
  return found.map((source) => ({ ...source, computed: new Set(), joined: new Set() }));
}

/** What a column is called now that had a name at a statement. */
function calledNow({ renames }: Named, then: number, column: string): string {
  return renames
    .filter(({ at }) => at > then)
    .reduce((name, { from, to }) => (fold(name) === fold(from) ? to : name), column);
}

/** What a column was called at a statement that has a name now. */
function calledThen({ renames }: Named, then: number, column: string): string {
  return renames
    .filter(({ at }) => at > then)
    .reduceRight((name, { from, to }) => (fold(name) === fold(to) ? from : name), column);
}

function copiesNoted({ begun }: RevisionWork): readonly Noted[] {
  const known = new Map<string, Named>();
  const get = (name: string): Named => {
    const found = known.get(fold(name)) ?? { name, renames: [] };
    known.set(fold(name), found);
    return found;
  };
  const noted: Noted[] = [];
  for (const [at, statement] of begun.earlier().entries()) {
    const effect = rowEffectOf(statement);
    if (effect.kind === 'renameTable') {
      const table = get(effect.table.name);
      known.delete(fold(effect.table.name));
      known.set(fold(effect.to), table);
      table.name = effect.to;
    } else if (effect.kind === 'renameColumn') {
      get(effect.table.name).renames.push({ at, from: effect.from, to: effect.to });
    } else if (effect.kind === 'drop') {
      known.delete(fold(effect.table.name));
    } else if (effect.kind === 'copy' || (effect.kind === 'update' && effect.merge !== null)) {
      const target = effect.kind === 'copy' ? effect.into : effect.table;
      if (target.database === 'temp') continue;
      get(target.name);
      const then = new Map(known);
      const named = (name: string): Named => then.get(fold(name)) ?? get(name);
      noted.push({ at, effect, target: target.name, named });
    }
  }
  return noted;
}
