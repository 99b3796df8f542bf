// What the port offers on structures, over SQLite's own model of one. Apart so that everything else in this folder
// works on snapshots alone.

import type { Difference, Structure, Structures } from '../../structure.js';
import { describe, diff, distance, type SchemaDifference } from './diff.js';
import { fingerprintOf, layoutHashOf } from './fingerprint.js';
import { renderDrops, renderSnapshot } from './render.js';
import { planRepair } from './repair.js';
import { isSnapshot, type Snapshot } from './snapshot.js';
import { describeSoft, softDiff } from './soft.js';
import { fold } from './sql-text.js';

export const STRUCTURES: Structures = {
  fingerprint: (structure) => fingerprintOf(own(structure)),
  compare: (expected, actual) => diff(own(expected), own(actual)).map(differenceOf),
  layout: (structure) => layoutHashOf(own(structure)),
  compareSoft: (expected, actual) =>
    softDiff(own(expected), own(actual)).map((difference) => ({
      kind: difference.kind,
      words: describeSoft(difference),
    })),
  fold,
  render(structure) {
    const snapshot = own(structure);
    const { tables, indexes, views, triggers } = snapshot;
    return {
      up: renderSnapshot(snapshot),
      down: renderDrops(snapshot),
      counts: {
        tables: tables.length,
        indexes: indexes.length,
        views: views.length,
        triggers: triggers.length,
      },
    };
  },
  planRepair({ actual, expected, ...options }) {
    const { goal, left, ...repair } = planRepair({
      actual: own(actual),
      expected: own(expected),
      ...options,
    });
    const layout = options.arrange === true ? layoutHashOf(goal) : null;
    return { ...repair, left: left.map(differenceOf), fingerprint: fingerprintOf(goal), layout };
  },
};

/** A process has one dialect: the structures that it meets are its own. */
function own(structure: Structure): Snapshot {
  if (isSnapshot(structure)) return structure;
  throw new TypeError('this structure is of another dialect');
}

function differenceOf(difference: SchemaDifference): Difference {
  return {
    kind: difference.kind,
    words: describe(difference),
    weight: distance([difference]),
    isExtra: difference.kind.endsWith('Extra'),
    dropName: dropNameOf(difference),
    extraTable:
      difference.kind === 'tableExtra'
        ? { name: difference.table, isLeftover: difference.leftover !== null }
        : null,
  };
}

/** What is typed to let it go; null where something else is in its way. */
function dropNameOf(difference: SchemaDifference): string | null {
  const { kind } = difference;
  if (kind === 'tableExtra') return difference.table;
  if (kind === 'columnExtra') return `${difference.table}.${difference.actual.name}`;
  if (kind === 'indexExtra' || kind === 'viewExtra' || kind === 'triggerExtra') return difference.actual.name;
  // A virtual table, or one in the place of one, is dropped and made anew.
  return kind === 'tableDiffers' && (difference.expected.virtual || difference.actual.virtual)
    ? difference.table
    : null;
}
