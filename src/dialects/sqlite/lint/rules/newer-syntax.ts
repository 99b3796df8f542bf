// What revisions leave in the schema, and the oldest SQLite that the application has cannot read: it would call the
// whole file malformed, whatever it wants of it. What a later revision takes away again is no matter.

import type { Mistake } from '../../../../revisions/lint/rule.js';
import { FEATURES, isBefore, partsOf, type Feature } from '../../schema/since.js';
import type { Snapshot } from '../../schema/snapshot.js';
import type { SqliteRule } from '../sqlite-rule.js';
import type { SqliteRevisionTrace } from '../sqlite-trace.js';

export const newerSyntax: SqliteRule = {
  id: 'newer-syntax',
  severity: 'error',
  why: 'An older SQLite cannot read a schema that has it, and calls the whole file malformed.',
  check: ({ trace: { revisions, oldest } }) => {
    if (oldest === undefined) return [];
    const newer = FEATURES.filter(({ since }) => isBefore(oldest, since));
    const seen = new Map<Snapshot, ReadonlyMap<string, Found>>();
    const read = (structure: Snapshot): ReadonlyMap<string, Found> => {
      const known = seen.get(structure) ?? foundIn(structure, newer);
      seen.set(structure, known);
      return known;
    };
    const last = revisions.at(-1);
    const kept = last === undefined ? new Map<string, Found>() : read(last.after);
    return revisions.flatMap((trace) => {
      const before = read(trace.before);
      return [...read(trace.after)]
        .filter(([key]) => kept.has(key) && !before.has(key))
        .map(([key, found]) => mistakeOf(trace, found, key, { oldest, read }));
    });
  },
};

interface Found {
  readonly part: string;
  readonly feature: Feature;
}

/** By the part and what is newer in it. */
function foundIn(structure: Snapshot, newer: readonly Feature[]): ReadonlyMap<string, Found> {
  return new Map(
    partsOf(structure).flatMap((part) =>
      newer
        .filter((feature) => feature.isIn(part))
        .map((feature) => [`${part.name} ${feature.words}`, { part: part.name, feature }] as const),
    ),
  );
}

function mistakeOf(
  { revision, steps }: SqliteRevisionTrace,
  { part, feature }: Found,
  key: string,
  {
    oldest,
    read,
  }: { readonly oldest: string; readonly read: (structure: Snapshot) => ReadonlyMap<string, Found> },
): Mistake {
  const made = steps.find((step) => !read(step.before).has(key) && read(step.after).has(key));
  return {
    revision,
    line: made?.statement.line ?? 1,
    message: `In ${part}: ${feature.words}, which SQLite reads from ${feature.since} on, and the oldest here is ${oldest}`,
    mend: 'write it in an older way; or where every application has a newer SQLite, raise --sqlite-oldest',
  };
}
