// From SQLite's message about a statement to the table and column it misses: aliases undone, bare columns given a
// table.

import type { Stmt } from 'sqlite3-parser';
import type { Position, Timeline } from './timeline.js';
import { holdsOf, type Wanted } from './missing.js';
import { missingIn } from './missing-in-error.js';
import { fold } from '../schema/sql-text.js';
import { sourcesOf } from '../syntax/references.js';

/** Why a statement, view or trigger does not work, as far as something is missing. */
export type Resolution =
  | ({ readonly kind: 'missing' } & Wanted)
  /** In double quotes, and no column of the tables in the statement. */
  | { readonly kind: 'string'; readonly text: string }
  /** Another reason, or a column of a table that is not known. */
  | { readonly kind: 'other' };

/**
 * Reads what a failed statement misses.
 * @param tree of the statement, or of the view or trigger that does not work
 */
export function resolveMissing(
  timeline: Timeline,
  position: Position,
  error: string,
  tree: Stmt | null,
): Resolution {
  const missing = missingIn(error);
  if (missing === null) return { kind: 'other' };
  const { object, column, quoted } = missing;
  if (column === null) return object === null ? { kind: 'other' } : { kind: 'missing', object, column };
  const sources = tree === null ? new Map<string, string>() : sourcesOf(tree);
  const tables = object === null ? [...new Set(sources.values())] : [sources.get(fold(object)) ?? object];
  const wasThere = (table: string): boolean => {
    const wanted = { object: table, column };
    return (
      timeline.lastLoss(position.index, table, holdsOf(wanted)) !== null ||
      timeline.nextGain(position.index, table, holdsOf(wanted)) !== null
    );
  };
  const table = tables.find(wasThere);
  if (table === undefined && quoted) return { kind: 'string', text: column };
  const named = table ?? tables[0];
  return named === undefined ? { kind: 'other' } : { kind: 'missing', object: named, column };
}
