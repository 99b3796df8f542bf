// The values of single columns that would not survive a repair: NULL where it is not allowed any more, what a type does
// not store, what would be stored as something else, what would be replaced.

import { affinityOf } from './default-value.js';
import { generatedIdentity } from './identity.js';
import { rowidColumn } from './render.js';
import { find, lacking, namesIn, type IsNamed } from './repair-goal.js';
import type { RowCheck } from '../../structure.js';
import { rowCheck, type Pair } from './row-check.js';
import { fold, nameSql } from './sql-text.js';
import type { Affinity } from './default-value.js';
import type { Column, Table } from './snapshot.js';

/** @param isNamed columns whose values may go */
export function valueChecks(pair: Pair, column: Column, isNamed: IsNamed): readonly RowCheck[] {
  const { table, target } = pair;
  const { name, generated } = column;
  const there = find(table.columns, name);
  if (there === undefined) return missingChecks(pair, column);
  const sql = nameSql(name);
  const checks = (found: readonly (readonly [words: string, where: string | null])[]): readonly RowCheck[] =>
    found.flatMap(([words, where]) => (where === null ? [] : [rowCheck(table, words, [sql], where)]));
  const empty = [
    `with NULL in ${name}, expected NOT NULL`,
    column.notNull && !there.notNull ? `${sql} IS NULL` : null,
  ] as const;
  if (generated === null) {
    const type = column.type.text || '(none)';
    const [before, after] = [affinity(there, table), affinity(column, target)];
    const isRetyped = column.type.canonical !== there.type.canonical || !table.strict;
    const becomesRowid = rowidColumn(target) === column && rowidColumn(table) !== there && !target.strict;
    return checks([
      empty,
      [
        `with a value in ${name} that a STRICT table does not store as ${type}`,
        target.strict && isRetyped ? strictMisfit(column, sql) : null,
      ],
      [
        `with a value in ${name} that is no whole number, expected INTEGER PRIMARY KEY`,
        becomesRowid ? `CAST(${sql} AS INTEGER) <> ${sql}` : null,
      ],
      [
        `whose value in ${name} would change with its type ${type}`,
        before === after ? null : changeBy(after, sql),
      ],
    ]);
  }
  if (there.generated !== null)
    return generatedIdentity(there) === generatedIdentity(column) ? checks([empty]) : [];
  if (isNamed(target.name, name)) return [];
  const { text, canonical } = generated.expression;
  const names = namesIn(canonical);
  const canTell = lacking(target.columns, table.columns).every((each) => !names.has(fold(each.name)));
  return checks([
    [
      `whose value in ${name}, which is to be generated, would be lost`,
      canTell ? `${sql} IS NOT (${text})` : `${sql} IS NOT NULL`,
    ],
  ]);
}

/** A column that is missing is filled with its default, an expression, or the rowid. */
function missingChecks({ table, target }: Pair, column: Column): readonly RowCheck[] {
  const isFilled = column.default !== null || column.generated !== null || rowidColumn(target) === column;
  if (!column.notNull || isFilled) return [];
  const words = `without a value for the missing column ${column.name}, which is NOT NULL and has no default`;
  return [rowCheck(table, words, [], null)];
}

/** What a column makes of the values that it stores. */
export function affinity({ type }: Column, { strict }: Table): Affinity {
  return affinityOf(type.text, strict);
}

// A comparison with a number takes a text for the number that a column would store for it, and no other text:
// https://sqlite.org/datatype3.html#type_conversions_prior_to_comparison

/** What a STRICT table refuses: https://sqlite.org/stricttables.html */
function strictMisfit({ type }: Column, sql: string): string | null {
  switch (type.canonical) {
    case 'int':
    case 'integer':
      return `CAST(${sql} AS INTEGER) <> ${sql}`;
    case 'real':
      return `typeof(${sql}) = 'blob' OR typeof(${sql}) = 'text' AND CAST(${sql} AS NUMERIC) <> ${sql}`;
    case 'text':
      return `typeof(${sql}) = 'blob'`;
    case 'blob':
      return `typeof(${sql}) NOT IN ('blob', 'null')`;
    default:
      return null;
  }
}

/** Values that would not be the same, read back: '007' as a number, 0.1 + 0.2 as a text. */
function changeBy(to: Affinity, sql: string): string | null {
  const number = `CAST(${sql} AS NUMERIC)`;
  const rewritten = `typeof(${sql}) = 'text' AND ${number} = ${sql} AND CAST(${number} AS TEXT) <> ${sql}`;
  switch (to) {
    case 'integer':
    case 'numeric':
      return rewritten;
    case 'real':
      return `${rewritten} OR typeof(${sql}) <> 'blob' AND ${number} = ${sql} AND CAST(${number} AS REAL) <> ${number}`;
    case 'text':
      return `typeof(${sql}) = 'real' AND CAST(CAST(${sql} AS TEXT) AS REAL) <> ${sql}`;
    case 'none':
      return null;
  }
}
