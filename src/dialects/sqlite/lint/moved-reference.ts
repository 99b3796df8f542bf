// References that a rename took along: `ALTER TABLE a RENAME TO a_old` makes b refer to a_old, and then a_old is
// dropped (https://sqlite.org/lang_altertable.html#otheralter, point 12).

import { fold } from '../schema/sql-text.js';
import type { Snapshot } from '../schema/snapshot.js';
import { rowEffectOf } from '../syntax/row-effects.js';
import { tableNamed } from './lookup.js';
import type { SqliteRevisionTrace } from './sqlite-trace.js';

export interface MovedReference {
  /** What the parent was called before. */
  readonly from: string;
  readonly line: number;
  readonly mend: string;
}

/** The rename in this revision that made a table refer to that parent; null where none did. */
export function movedReference(
  { steps }: SqliteRevisionTrace,
  table: string,
  parent: string,
): MovedReference | null {
  const refers = (structure: Snapshot, to: string): boolean =>
    tableNamed(structure, table)?.foreignKeys.some((key) => fold(key.parent) === fold(to)) ?? false;
  for (const { statement, before, after } of steps.toReversed()) {
    const effect = rowEffectOf(statement);
    if (effect.kind !== 'renameTable' || fold(effect.to) !== fold(parent)) continue;
    const from = effect.table.name;
    if (!refers(before, from) || !refers(after, parent)) continue;
    return {
      from,
      line: statement.line,
      mend: `make the new table under another name, copy into it, drop ${from}, and rename the new one to ${from}: then ${table} goes on referring to ${from}`,
    };
  }
  return null;
}
