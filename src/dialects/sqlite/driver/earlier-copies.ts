// Copies that revisions made before this session: a table that was copied then may go now. Told from the statements
// alone, and only where a table would else be stopped. The application may have gone on since, so keys are all that
// such a copy is asked for.

import { fold } from '../schema/sql-text.js';
import { copiedColumns } from '../syntax/copied-columns.js';
import { rowEffectOf, type RowEffect } from '../syntax/row-effects.js';
import type { RevisionWork } from './revision-work.js';
import { readTableShape } from './table-shape.js';
import type { Copy, TrackedTable } from './tracked-tables.js';

/** A table under all of its names, as the statements tell. */
interface Named {
  name: string;
}

interface Noted {
  readonly effect: Extract<RowEffect, { kind: 'copy' }>;
  /** What each name meant at this statement. */
  readonly named: (name: string) => Named;
}

export function earlierCopies(work: RevisionWork, table: TrackedTable): readonly Copy[] {
  const { db, tables } = work;
  if (table.origin === null) return [];
  const now = (named: Named): TrackedTable => tables.original(named.name);
  return copiesNoted(work).flatMap(({ effect, named }) => {
    const into = now(named(effect.into.name));
    const there = into.isGone || into === table ? null : readTableShape(db, into.database, into.name);
    if (there === null) return [];
    const columns =
      effect.columns ?? there.columns.filter(({ generated }) => !generated).map(({ name }) => name);
    const sources = copiedColumns(effect.select, columns, ({ name }) => {
      const meant = now(named(name));
      const shape = meant.isGone ? null : readTableShape(db, meant.database, meant.name);
      return shape === null ? null : { kind: 'table', columns: shape.columns.map((column) => column.name) };
    });
    return sources
      .filter((source) => now(named(source.table.name)) === table)
      .map(({ asIs, computed, joined }) => ({
        into,
        asIs: new Map(asIs.map(([source, target]) => [fold(source), target])),
        computed: new Set([...computed, ...joined]),
        isWhole: false,
        before: 0,
        isOld: true,
        isMatched: false,
      }));
  });
}

function copiesNoted({ begun }: RevisionWork): readonly Noted[] {
  const known = new Map<string, Named>();
  const get = (name: string): Named => {
    const found = known.get(fold(name)) ?? { name };
    known.set(fold(name), found);
    return found;
  };
  const noted: Noted[] = [];
  for (const statement of begun.earlier()) {
    const effect = rowEffectOf(statement);
    if (effect.kind === 'renameTable') {
      const table = get(effect.table.name);
      known.delete(fold(effect.table.name));
      known.set(fold(effect.to), table);
      table.name = effect.to;
    } else if (effect.kind === 'drop') {
      known.delete(fold(effect.table.name));
    } else if (effect.kind === 'copy' && effect.into.database !== 'temp') {
      get(effect.into.name);
      const then = new Map(known);
      noted.push({ effect, named: (name) => then.get(fold(name)) ?? get(name) });
    }
  }
  return noted;
}
