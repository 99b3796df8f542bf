// The differences between two structures of one trace. Apart from the schema's own diff because here most tables are
// the very same objects, which need no look: a history of a thousand revisions is compared a thousand times.

import type { SchemaDifference } from '../schema/difference.js';
import type { Snapshot } from '../schema/snapshot.js';
import { diff } from '../schema/diff.js';
import { changed, KINDS } from './lookup.js';
import { fold } from '../schema/sql-text.js';

/** How `actual` differs from `expected`; none where they are equal. */
export function differencesBetween(expected: Snapshot, actual: Snapshot): readonly SchemaDifference[] {
  if (expected === actual) return [];
  const touched = new Set<string>();
  for (const kind of KINDS) {
    const { gone, come } = changed<SchemaItem>(expected[kind], actual[kind]);
    for (const part of [...gone, ...come]) {
      touched.add(fold(part.name));
      if (part.table !== undefined) touched.add(fold(part.table));
    }
  }
  if (touched.size === 0) return [];
  return diff(only(expected, touched), only(actual, touched));
}

interface SchemaItem {
  readonly name: string;
  readonly table?: string;
}

/** The part of a structure that has to do with these names. */
function only(snapshot: Snapshot, names: ReadonlySet<string>): Snapshot {
  const isNamed = (part: SchemaItem): boolean =>
    names.has(fold(part.name)) || (part.table !== undefined && names.has(fold(part.table)));
  return {
    tables: snapshot.tables.filter(isNamed),
    indexes: snapshot.indexes.filter(isNamed),
    views: snapshot.views.filter(isNamed),
    triggers: snapshot.triggers.filter(isNamed),
  };
}
