// The check of column orders as SQL, for scripts that somebody else runs: by then nobody of ours looks at the target.
// Apart from the check itself because a script can only stop by an error, and a constraint's name is the one text of
// an error that SQL may choose.

import type { TableOrders } from '../../port.js';
import { quoteName, textSql } from '../schema/sql-text.js';

/** A name that no application has. */
const CHECK = 'temp.flotilla_column_order';

/**
 * Statements that fail, and say why, unless tables have their columns in one of the orders, all of them in the same
 * one. They leave nothing behind, inside a transaction and outside. Tables that are missing are passed over.
 */
export function orderScript(accepted: readonly TableOrders[]): readonly string[] {
  const conditions = [...new Set(accepted.map(conditionOf))];
  if (conditions.length === 0 || conditions.includes('')) return [];
  const words = [...new Set(accepted.map((orders) => Object.entries(orders).map(wordsOf).join(' and ')))];
  const rule = quoteName(`the script goes by the order of columns: ${words.join(' or ')}`);
  return [
    `CREATE TABLE ${CHECK} (fits CONSTRAINT ${rule} CHECK (fits))`,
    `INSERT INTO ${CHECK} (fits)\nSELECT ${conditions.map((one) => `(${one})`).join('\nOR ')}`,
    `DROP TABLE ${CHECK}`,
  ];
}

function wordsOf([table, columns]: readonly [table: string, columns: readonly string[]]): string {
  return `${table} (${columns.join(', ')})`;
}

/** Names are quoted before they are joined, so that no name can be read as two. */
function conditionOf(orders: TableOrders): string {
  return Object.entries(orders)
    .map(([key, columns]) => {
      const isTemporary = key.startsWith('temp.');
      const [table, database] = isTemporary ? [key.slice('temp.'.length), 'temp'] : [key, 'main'];
      const found = `SELECT group_concat(quote(name)) FROM (SELECT name FROM pragma_table_xinfo(${textSql(table)}, '${database}') ORDER BY cid)`;
      const wanted = textSql(columns.map(textSql).join(','));
      return `ifnull((${found}), ${wanted}) = ${wanted} COLLATE NOCASE`;
    })
    .join(' AND ');
}
