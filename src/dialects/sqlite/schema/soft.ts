// What a structure may have otherwise and still be the same: the order of columns, and the names of constraints. No
// part of a fingerprint and no drift; told apart because SQL may lean on either (INSERT without columns, DROP
// CONSTRAINT). Invariant: two structures of one fingerprint have a soft difference exactly where their layouts differ.

import { checkIdentity, foreignKeyIdentity, keyIdentity } from './identity.js';
import { describeKey } from './describe.js';
import { fold } from './sql-text.js';
import type { Snapshot, Table } from './snapshot.js';

export type SoftDifference =
  | {
      readonly kind: 'columnOrder';
      readonly table: string;
      readonly expected: readonly string[];
      readonly actual: readonly string[];
    }
  | {
      readonly kind: 'constraintName';
      readonly table: string;
      /** What the constraint says: `CHECK (a > 0)`. */
      readonly constraint: string;
      /** Its names; null for one without. */
      readonly expected: readonly (string | null)[];
      readonly actual: readonly (string | null)[];
    };

/** The soft differences of the tables that both have, as far as they have the same columns and constraints. */
export function softDiff(expected: Snapshot, actual: Snapshot): readonly SoftDifference[] {
  const others = new Map(actual.tables.map((table) => [fold(table.name), table]));
  return expected.tables.flatMap((table) => {
    const other = others.get(fold(table.name));
    return other === undefined || table.virtual || other.virtual ? [] : softDiffTable(table, other);
  });
}

export function describeSoft(difference: SoftDifference): string {
  const { table } = difference;
  switch (difference.kind) {
    case 'columnOrder':
      return `${table}: columns are in the order ${difference.actual.join(', ')}, expected ${difference.expected.join(', ')}`;
    case 'constraintName': {
      const { constraint, actual, expected } = difference;
      return `${table}: ${constraint} has ${namesText(actual)}, expected ${namesText(expected)}`;
    }
  }
}

/** The order of the columns and the names of the constraints of all tables, as a string to compare. */
export function layoutOf({ tables }: Pick<Snapshot, 'tables'>): string {
  return JSON.stringify(
    tables
      .filter(({ virtual }) => !virtual)
      .map((table) => [
        fold(table.name),
        table.columns.map(({ name }) => fold(name)),
        namesOf(table).map(({ identity, names }) => [identity, names.map(foldAny)]),
      ]),
  );
}

/** The same for one table, of which neither is virtual. */
export function softDiffTable(expected: Table, actual: Table): SoftDifference[] {
  const table = expected.name;
  const [should, is] = [common(expected, actual), common(actual, expected)];
  const isOrdered = should.map(fold).join('\0') === is.map(fold).join('\0');
  const there = new Map(namesOf(actual).map((one) => [one.identity, one]));
  return [
    ...(isOrdered ? [] : [{ kind: 'columnOrder', table, expected: should, actual: is } as const]),
    ...namesOf(expected).flatMap(({ identity, words, names }): SoftDifference[] => {
      const other = there.get(identity);
      if (other === undefined || other.names.map(foldAny).join('\0') === names.map(foldAny).join('\0'))
        return [];
      return [{ kind: 'constraintName', table, constraint: words, expected: names, actual: other.names }];
    }),
  ];
}

/** The columns of one table that another has too. */
function common({ columns }: Table, other: Table): string[] {
  const names = new Set(other.columns.map(({ name }) => fold(name)));
  return columns.map(({ name }) => name).filter((name) => names.has(fold(name)));
}

interface Constraint {
  readonly identity: string;
  readonly words: string;
  /** Of all constraints that say the same. */
  readonly names: readonly (string | null)[];
}

/** The constraints of a table with their names, those that say the same together, in an order that is not theirs. */
function namesOf({ columns, checks, uniques, foreignKeys }: Table): readonly Constraint[] {
  const all = [
    ...columns
      .filter(({ notNull }) => notNull)
      .map(({ name, notNullName }) => ({
        identity: `notNull ${fold(name)}`,
        words: `NOT NULL of ${name}`,
        name: notNullName,
      })),
    ...checks.map((check) => ({
      identity: `check ${checkIdentity(check)}`,
      words: `CHECK (${check.expression.text})`,
      name: check.name,
    })),
    ...uniques.map((key) => ({
      identity: `unique ${keyIdentity(key)}`,
      words: `UNIQUE ${describeKey(key)}`,
      name: key.name,
    })),
    ...foreignKeys.map((key) => ({
      identity: `foreignKey ${foreignKeyIdentity(key)}`,
      words: `foreign key (${key.columns.join(', ')}) -> ${key.parent}`,
      name: key.name,
    })),
  ];
  const found = new Map<string, Constraint>();
  for (const { identity, words, name } of all) {
    const names = [...(found.get(identity)?.names ?? []), name].sort(byFold);
    found.set(identity, { identity, words, names });
  }
  return [...found.values()].sort((a, b) => (a.identity < b.identity ? -1 : 1));
}

const foldAny = (name: string | null): string => (name === null ? '' : `=${fold(name)}`);
const byFold = (a: string | null, b: string | null): number => (foldAny(a) < foldAny(b) ? -1 : 1);

function namesText(names: readonly (string | null)[]): string {
  const given = names.flatMap((name) => name ?? []);
  return given.length === 0 ? 'no name' : `the name ${given.join(', ')}`;
}
