// The differences between two structures of one trace. Apart from the schema's own diff because here most tables are
// the very same objects, which need no look: a history of a thousand revisions is compared a thousand times.

import type { SchemaDifference } from '../schema/difference.js';
import type { Snapshot } from '../schema/snapshot.js';
import { diff } from '../schema/diff.js';
import { changed, KINDS } from './lookup.js';
import { fold } from '../schema/sql-text.js';

/** How `actual` differs from `expected`; none where they are equal. */
export function differencesBetween(expected: Snapshot, actual: Snapshot): readonly SchemaDifference[] {
  const touched = namesTouched(expected, actual);
  return touched.size === 0 ? [] : diff(only(expected, touched), only(actual, touched));
}

/** Names, in lower case, of what is not the same in both, and of the tables that it is on. */
export function namesTouched(one: Snapshot, other: Snapshot): ReadonlySet<string> {
  const touched = new Set<string>();
  if (one === other) return touched;
  for (const kind of KINDS) {
    const { gone, come } = changed<SchemaItem>(one[kind], other[kind]);
    for (const part of [...gone, ...come]) {
      touched.add(fold(part.name));
      if (part.table !== undefined) touched.add(fold(part.table));
    }
  }
  return touched;
}

interface SchemaItem {
  readonly name: string;
  readonly table?: string;
}

/** The part of a structure that has to do with these names. */
export function only(snapshot: Snapshot, names: ReadonlySet<string>): Snapshot {
  const isNamed = (part: SchemaItem): boolean =>
    names.has(fold(part.name)) || (part.table !== undefined && names.has(fold(part.table)));
  return {
    tables: snapshot.tables.filter(isNamed),
    indexes: snapshot.indexes.filter(isNamed),
    views: snapshot.views.filter(isNamed),
    triggers: snapshot.triggers.filter(isNamed),
  };
}
