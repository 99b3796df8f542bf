// From a structure that drifted to what mends it: statements, the rows that would be in their way, and what is left on
// purpose. Pure: whoever runs it looks for the rows first.
// Invariant: run in one transaction that began with foreign_keys = OFF, and with no row in the way, the statements
// leave exactly the goal and keep every row and value of it, or fail.

import { describe, diff } from './diff.js';
import { resolveParents } from './normalize.js';
import { find, goalOf, has, namedBy, usesOfDropped } from './repair-goal.js';
import { rowChecks } from './repair-rows.js';
import { describeSoft, softDiff } from './soft.js';
import { statementsOf, tableIdentity } from './repair-statements.js';
import { nameSql } from './sql-text.js';
import type { SchemaDifference } from './difference.js';
import type { Repair as StructureRepair, RepairRequest as StructureRepairRequest } from '../../structure.js';
import type { Snapshot, Table } from './snapshot.js';

export interface RepairRequest extends Omit<StructureRepairRequest, 'actual' | 'expected'> {
  readonly actual: Snapshot;
  readonly expected: Snapshot;
}

export interface Repair extends Omit<StructureRepair, 'left' | 'fingerprint' | 'layout' | 'arranged'> {
  /** The soft differences that are mended, in words. */
  readonly arranged: readonly string[];
  /** What will differ afterwards. */
  readonly left: readonly SchemaDifference[];
  /** The structure afterwards. */
  readonly goal: Snapshot;
}

export function planRepair({ actual, expected, dropExtra, arrange = false }: RepairRequest): Repair {
  const isNamed = namedBy(dropExtra);
  const goal = goalOf(expected, actual, { isNamed, arrange });
  const left = diff(expected, goal);
  const isLeft = new Set(left.map(describe));
  const differences = diff(expected, actual).filter((difference) => !isLeft.has(describe(difference)));
  // A foreign key that names no columns of its parent follows the parent's key, and is not changed itself.
  const before = { ...actual, tables: resolveParents(actual.tables, goal.tables) };
  const soft = arrange ? softDiff(goal, actual) : [];
  const isNeeded = differences.length + soft.length > 0;
  const mended = [
    ...differences.map((difference) => ({ difference, words: describe(difference) })),
    ...soft.map((difference) => ({ difference, words: describeSoft(difference) })),
  ];
  return {
    statements: isNeeded ? statementsOf(before, goal, { mended, arrange }) : [],
    obstacles: isNeeded ? rowChecks(before, goal, isNamed) : [],
    left,
    refused: [...usesOfDropped(goal, expected, actual), ...cutOff(differences, left)],
    goal,
    arranged: soft.map(describeSoft),
    dropped: droppedTables(actual, goal).map(({ name }) => name),
  };
}

/** Tables that go, and those that are dropped and made anew because only their module knows what they hold. */
function droppedTables(actual: Snapshot, goal: Snapshot): readonly Table[] {
  return actual.tables.filter((table) => {
    const target = find(goal.tables, table.name);
    if (target === undefined) return true;
    return (table.virtual || target.virtual) && tableIdentity(table) !== tableIdentity(target);
  });
}

/** A table that is missing may just have another name: an empty one in its place would hide its rows. */
function cutOff(
  differences: readonly SchemaDifference[],
  left: readonly SchemaDifference[],
): readonly string[] {
  return left.flatMap((difference) => {
    if (difference.kind !== 'tableExtra' || difference.leftover === null) return [];
    const { table, tool } = difference.leftover;
    const missing = differences.flatMap((other) => (other.kind === 'tableMissing' ? [other.table] : []));
    // A name that does not say whose copy it is may be that of any.
    return missing
      .filter((name) => table === null || has([{ name }], table))
      .map((name) => {
        const rename = `ALTER TABLE ${nameSql(difference.table)} RENAME TO ${nameSql(name)}`;
        const words = `table ${name} is missing, and ${difference.table}, by its name left behind by a rebuild of ${table === null ? 'some table' : 'it'} (${tool}), may hold its rows`;
        return `${words}: ${rename}, or name ${difference.table} to drop it`;
      });
  });
}
