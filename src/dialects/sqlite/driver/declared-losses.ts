// What a revision says beforehand of the rows that it takes: headers, and what a way back or a repair is there to take.
// A table is meant by any name that it has in the revision, and so is the one that takes its place there:
// `changes: t.c` and `changes: t_new.c` are the same where t_new becomes t.

import type { Script } from '../../../model/revision.js';
import type { BegunRevision } from '../../port.js';
import { fold } from '../schema/sql-text.js';
import { rowEffectOf } from '../syntax/row-effects.js';
import type { TrackedTable } from './tracked-tables.js';

export interface DeclaredLosses {
  /** Whether any row of the table may go. */
  mayLoseRows(table: TrackedTable): boolean;
  /** Those of its columns, folded, that may go with what they hold. */
  mayDrop(table: TrackedTable, columns: readonly string[]): ReadonlySet<string>;
  mayChange(tables: readonly TrackedTable[], column: string): boolean;
  /** Tables, folded, that the rows of one live on in. */
  movesTo(table: TrackedTable): readonly string[];
  /** All tables, folded, that rows move to. */
  readonly destinations: readonly string[];
}

export function declaredLosses({ revision, direction, dropped, kept }: BegunRevision): DeclaredLosses {
  const own = revision?.[direction];
  const aliases = once(() =>
    aliasesIn(own === undefined || own === null || own.kind === 'broken' ? [] : [own]),
  );
  const later = once(() => aliasesIn(kept?.scripts ?? []));
  const isSeen = kept?.scripts.every(({ kind }) => kind === 'sql') === true;
  const namesOf = ({ names }: TrackedTable): ReadonlySet<string> =>
    new Set([...names].flatMap((name) => [...(aliases().get(name) ?? [name])]));
  const losesRows = [...dropped, ...(revision?.losesRows ?? [])].map(fold);
  const drops = (revision?.drops ?? []).map(columnOf);
  const changes = (revision?.changes ?? []).map(columnOf);
  const moves = (revision?.moves ?? []).map(({ from, to }) => ({ from: fold(from), to: fold(to) }));
  const keptAs = (table: TrackedTable): readonly string[] | null => {
    const name = [...namesOf(table)].find((one) => kept?.now[one] !== undefined);
    return name === undefined ? null : (kept?.now[name] ?? null);
  };
  const goesInTheEnd = ({ names }: TrackedTable): boolean =>
    isSeen &&
    ![...names].some((name) =>
      [name, ...(later().get(name) ?? [])].some((one) => kept.end[one] !== undefined),
    );
  return {
    mayLoseRows: (table) =>
      [...namesOf(table)].some((name) => losesRows.includes(name)) ||
      (direction === 'down' &&
        kept !== null &&
        table.database === 'main' &&
        (keptAs(table) === null || goesInTheEnd(table))),
    mayDrop(table, columns) {
      const names = namesOf(table);
      const named = drops.filter((one) => names.has(one.table)).map(({ column }) => column);
      const stays = keptAs(table)?.map(fold);
      // What is not to be there afterwards goes because that is what was asked for.
      const unwanted =
        stays === undefined ? [] : columns.map(fold).filter((column) => !stays.includes(column));
      return new Set([...named, ...unwanted]);
    },
    mayChange(tables, column) {
      const names = new Set(tables.flatMap((table) => [...namesOf(table)]));
      return changes.some((one) => names.has(one.table) && one.column === fold(column));
    },
    movesTo(table) {
      const names = namesOf(table);
      return moves.filter(({ from }) => names.has(from)).map(({ to }) => to);
    },
    destinations: moves.map(({ to }) => to),
  };
}

function columnOf(declared: string): { readonly table: string; readonly column: string } {
  const [table = '', column = ''] = declared.split('.');
  return { table: fold(table), column: fold(column) };
}

/** Most revisions take no rows: then nobody asks. */
function once<T>(work: () => T): () => T {
  let found: { readonly value: T } | null = null;
  return () => (found ??= { value: work() }).value;
}

/** By each name that scripts give or take by a rename, all that it leads to, and comes from. */
function aliasesIn(scripts: readonly Script[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const statement of scripts.flatMap((one) => (one.kind === 'sql' ? one.statements : []))) {
    const effect = rowEffectOf(statement);
    if (effect.kind !== 'renameTable') continue;
    const [from, to] = [fold(effect.table.name), fold(effect.to)];
    const joined = new Set([from, to, ...(found.get(from) ?? []), ...(found.get(to) ?? [])]);
    for (const name of joined) found.set(name, joined);
  }
  return found;
}
