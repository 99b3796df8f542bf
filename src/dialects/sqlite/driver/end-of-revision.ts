// What only shows at the end of a revision: rows that are left in a temporary table alone, rows that were to live on
// elsewhere and do not, and rows that went without a statement that shows it.

import { DatabaseError } from '../../port.js';
import { countRowsOf, sizeNow, type RevisionWork } from './revision-work.js';
import { rowsText } from './row-words.js';
import { readTableShape } from './table-shape.js';
import type { TrackedTable } from './tracked-tables.js';

/** @param proveGoing proves that all rows of a table are elsewhere too */
export function checkAtEnd(work: RevisionWork, proveGoing: (table: TrackedTable) => void): void {
  for (const table of work.tables.all())
    if (table.database === 'temp' && table.mustKeep && !table.isGone) proveGoing(table);
  assertMoved(work);
  if (work.isUnsure) assertNoneVanished(work);
}

function assertMoved({ db, moved, sizes }: RevisionWork): void {
  const wanted = new Map<string, { readonly tables: readonly string[]; readonly rows: number }>();
  for (const { table, to, rows } of moved) {
    const [key] = to;
    const known = wanted.get(key ?? '') ?? { tables: [], rows: 0 };
    wanted.set(key ?? '', { tables: [...known.tables, table], rows: known.rows + rows });
  }
  for (const [to, { tables, rows }] of wanted) {
    const grown = sizeNow(db, to) - (sizes.get(to) ?? 0);
    if (rows === 0 || grown >= rows) continue;
    const names = tables.join(', ');
    throw new DatabaseError(
      'rowsLost',
      `${rowsText(rows)} of ${names} ${rows === 1 ? 'is' : 'are'} to live on in ${to}, which has ${grown < 0 ? `lost ${-grown}` : `${grown} more`}`,
      {
        found: {
          tables,
          rows: rows - grown,
          declare: [{ key: 'loses_rows', names: tables }],
          mend: `copy all rows of ${names} to ${to}`,
        },
      },
    );
  }
}

/** By number: nothing says which rows a trigger took. */
function assertNoneVanished({ db, tables, declared }: RevisionWork): void {
  for (const table of tables.originals()) {
    table.gaveRows ||= table.isGone || declared.mayLoseRows(table) || declared.movesTo(table).length > 0;
    if (table.gaveRows || table.origin === null) continue;
    const isThere = readTableShape(db, table.database, table.name) !== null;
    const rows = table.origin.rows - (isThere ? countRowsOf(db, table) : 0);
    if (rows <= 0) continue;
    throw new DatabaseError(
      'rowsLost',
      `${table.called} has ${rowsText(rows)} less, and no statement of the revision takes any: a trigger does`,
      {
        found: {
          tables: [table.called],
          rows,
          declare: [{ key: 'loses_rows', names: [table.called] }],
          mend: 'drop the trigger before, and make it anew afterwards',
        },
      },
    );
  }
}

/** Whether a trigger that is there may take rows when a statement fires it. */
export function hasDeletingTrigger({ db }: RevisionWork): boolean {
  const takes = "type = 'trigger' AND (sql LIKE '%DELETE%' OR sql LIKE '%REPLACE%')";
  const sql = `SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE ${takes}) OR EXISTS (SELECT 1 FROM temp.sqlite_schema WHERE ${takes})`;
  return db.prepare<[], number>(sql).pluck().get() === 1;
}
