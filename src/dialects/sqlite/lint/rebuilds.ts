// Copies of a table that another one then takes the place of: made under another name and renamed, or the old one
// renamed aside before. They may be spread over several revisions. A join or a view as source is followed by names
// alone.

import { copiedColumns, type SourceColumns } from '../syntax/copied-columns.js';
import { rowEffectOf, type RowEffect } from '../syntax/row-effects.js';
import { fold } from '../schema/sql-text.js';
import type { Table } from '../schema/snapshot.js';
import { shapesIn, tableNamed } from './lookup.js';
import type { Position, Timeline } from './timeline.js';

/** What one statement copies from one table to another. */
export interface TableCopy {
  readonly position: Position;
  readonly source: Table;
  /** As it is right after the copy. */
  readonly into: Table;
  readonly isPlain: boolean;
  readonly columns: SourceColumns;
  /** Columns, folded, that it puts anything into. */
  readonly filled: ReadonlySet<string>;
}

export interface Rebuild extends TableCopy {
  /** What the table is called before and after. */
  readonly name: string;
  /** The statement that takes the old one away. */
  readonly drop: Position;
  /** Columns of the old one, folded, that any statement takes over. */
  readonly taken: ReadonlySet<string>;
  /** Columns of the new one, folded, that any statement fills. */
  readonly filledByAny: ReadonlySet<string>;
}

/** All copies of a history, in order. */
export function copiesOf({ positions }: Timeline): readonly TableCopy[] {
  return positions.flatMap((position): TableCopy[] => {
    const { statement, before, after, skipped, error } = position.step;
    if (skipped || error !== null) return [];
    const effect = rowEffectOf(statement);
    if (effect.kind !== 'copy') return [];
    const into = tableNamed(after, effect.into.name);
    if (into === null || effect.into.database === 'temp') return [];
    const columns =
      effect.columns ?? into.columns.filter(({ generated }) => generated === null).map(({ name }) => name);
    const sources = copiedColumns(effect.select, columns, shapesIn(before));
    return sources.flatMap((found): TableCopy[] => {
      const source = tableNamed(before, found.table.name);
      if (source === null || fold(source.name) === fold(into.name)) return [];
      return [
        {
          position,
          source,
          into,
          isPlain: found.isPlain,
          columns: found,
          filled: new Set(columns.map(fold)),
        },
      ];
    });
  });
}

/** The first copy of each rebuild, in order. */
export function rebuildsOf(timeline: Timeline): readonly Rebuild[] {
  const copies = copiesOf(timeline);
  const seen = new Set<string>();
  return copies.flatMap((copy): Rebuild[] => {
    const end = endOf(timeline, copy);
    if (end === null) return [];
    const key = `${end.drop.index} ${fold(copy.into.name)}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const during = ({ index }: Position): boolean => index <= end.drop.index && index > end.begin;
    const same = copies.filter(({ position, source }) => during(position) && end.old.has(fold(source.name)));
    const own = same.filter(({ into }) => end.new.has(fold(into.name)));
    const set = timeline.positions
      .filter(
        ({ index, trace }) =>
          index > copy.position.index && (index < end.drop.index || trace === end.drop.trace),
      )
      .flatMap(({ step }) => setBy(rowEffectOf(step.statement), end.new));
    const taken = same.flatMap(({ columns }) => [
      ...columns.asIs.map(([column]) => fold(column)),
      ...columns.computed,
      ...columns.joined,
    ]);
    return [
      {
        ...copy,
        name: end.name,
        drop: end.drop,
        taken: new Set([...taken, ...set]),
        filledByAny: new Set([...own.flatMap(({ filled }) => [...filled]), ...set]),
      },
    ];
  });
}

function setBy(effect: RowEffect, tables: ReadonlySet<string>): string[] {
  return effect.kind === 'update' && tables.has(fold(effect.table.name)) ? effect.columns.map(fold) : [];
}

interface End {
  readonly name: string;
  readonly drop: Position;
  /** The index since when the old table has been there under its name. */
  readonly begin: number;
  /** Names, folded, that each of the two has meanwhile. */
  readonly old: ReadonlySet<string>;
  readonly new: ReadonlySet<string>;
}

/** Where the old table goes, if the new one has its name then or gets it. */
function endOf(timeline: Timeline, { position, source, into }: TableCopy): End | null {
  let [from, to] = [fold(source.name), fold(into.name)];
  const [old, made] = [new Set([from]), new Set([to])];
  const wanted = new Set([from]);
  const begun = timeline.lastGain(
    position.index,
    source.name,
    (each) => tableNamed(each, source.name) !== null,
  );
  const aside = begun === null ? null : rowEffectOf(begun.step.statement);
  if (aside?.kind === 'renameTable') {
    wanted.add(fold(aside.table.name));
    old.add(fold(aside.table.name));
  }
  let drop: Position | null = null;
  for (const next of timeline.changesAfter(position.index)) {
    if (drop !== null && wanted.has(to)) break;
    const effect = rowEffectOf(next.step.statement);
    if (effect.kind === 'renameTable') {
      const [name, other] = [fold(effect.table.name), fold(effect.to)];
      if (drop === null && name === from) old.add((from = other));
      else if (name === to) made.add((to = other));
    } else if (effect.kind === 'drop') {
      if (fold(effect.table.name) === to) return null;
      if (drop === null && fold(effect.table.name) === from) drop = next;
    }
  }
  if (drop === null || !wanted.has(to)) return null;
  return { name: to, drop, begin: begun?.index ?? -1, old, new: made };
}
