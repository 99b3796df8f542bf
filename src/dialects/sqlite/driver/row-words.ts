// What is said where rows or values are not what they were: all that one statement does, and what to write instead.

import { DatabaseError } from '../../port.js';
import type { ChangedColumn } from './compare-copy.js';
import type { Uncovered } from './rows-going.js';
import type { TrackedTable } from './tracked-tables.js';

export const rowsText = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`;

export function valuesChanged(
  source: string,
  into: string,
  columns: readonly ChangedColumn[],
  unpaired: number,
): DatabaseError {
  const each = columns.map(({ column, into: other, rows, first }) => {
    const name = column === other ? column : `${column} (there ${other})`;
    const examples = first.map(([before, after]) =>
      before === null ? `${after} is new` : `${before} becomes ${after}`,
    );
    return `${name} in ${rowsText(rows)}: ${examples.join(', ')}${rows > first.length ? ', ..' : ''}`;
  });
  const what =
    columns.length === 0 ? `${rowsText(unpaired)} that ${source} does not have as they are` : each.join('; ');
  const names = columns.map(({ column }) => `${source}.${column}`);
  const listed = columns.map(({ column }) => column).join(', ');
  return new DatabaseError('valuesChanged', `the copy of ${source} in ${into} has other values: ${what}`, {
    found: {
      tables: [source],
      rows: Math.max(unpaired, ...columns.map(({ rows }) => rows)),
      declare: names.length === 0 ? [] : [{ key: 'changes', names }],
      mend:
        names.length === 0
          ? 'copy the values as they are'
          : `keep the type and the collation of ${listed}, or convert on purpose (CAST, printf)`,
    },
  });
}

/** @param how what becomes of the table: `goes`, `loses rows` */
export function rowsLost(
  { name, called }: Pick<TrackedTable, 'name' | 'called'>,
  how: string,
  { rows, first, columns, keyless }: Uncovered,
): DatabaseError {
  const table = name === called ? name : `${name} with the rows of ${called}`;
  const parts: string[] = [];
  if (keyless !== null) {
    const key = keyless.columns.join(', ');
    parts.push(
      `its copy in ${keyless.into} leaves out ${key}, which ${rowsText(rows)} ${verb(rows)} known by`,
    );
  } else if (rows > 0) {
    const examples = first.length === 0 ? '' : `: ${first.join(', ')}${rows > first.length ? ', ..' : ''}`;
    parts.push(`${rowsText(rows)} ${verb(rows)} nowhere else${examples}`);
  }
  if (columns.length > 0) {
    const listed = columns.map(({ column, rows: count }) => `${column} (${rowsText(count)})`).join(', ');
    parts.push(`nothing holds what is in ${listed}`);
  }
  const forgotten = [
    ...(keyless?.isMerge === false ? keyless.columns : []),
    ...columns.map(({ column }) => column),
  ];
  const isLost = rows > 0 && keyless === null;
  const drops = isLost ? [] : forgotten.map((column) => `${called}.${column}`);
  const moves = keyless?.isMerge === true ? [`${called} -> ${keyless.into}`] : [];
  const missing = [...(keyless?.columns ?? []), ...columns.map(({ column }) => column)].join(', ');
  return new DatabaseError('rowsLost', `${table} ${how}, and ${parts.join('; ')}`, {
    found: {
      tables: [called],
      rows: Math.max(rows, ...columns.map((one) => one.rows)),
      declare: [
        { key: 'loses_rows' as const, names: isLost ? [called] : [] },
        { key: 'moves' as const, names: moves },
        { key: 'drops' as const, names: drops },
      ].filter(({ names }) => names.length > 0),
      mend: isLost ? 'copy these rows first' : `copy ${missing} as well`,
    },
  });
}

const verb = (count: number): string => (count === 1 ? 'is' : 'are');
