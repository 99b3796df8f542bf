// Finds views and triggers that name what is not there. SQLite takes them without a look, and fails when they are used
// (https://sqlite.org/lang_createtrigger.html); so each is compiled here, as its use would be, whenever something that
// it names has changed.

import type { Database } from 'better-sqlite3';
import type { Broken } from './sqlite-trace.js';
import type { Snapshot, Trigger, View } from '../schema/snapshot.js';
import { changed as differing, namesWritten } from './lookup.js';
import { missingIn } from './missing-in-error.js';
import { fold, quoteName, tokensOf, type Token } from '../schema/sql-text.js';

export interface BrokenFinder {
  /** Views and triggers that do not work now, and were not there or worked at the call before. */
  find(structure: Snapshot): readonly Broken[];
  /** Whether anything of the structure did not work when it was last looked for. */
  isAny(structure: Snapshot): boolean;
  /** SQLite's message where a view or trigger does not work now, else null; `find` does not count it as a call. */
  check(structure: Snapshot, part: View | Trigger): string | null;
}

const EMPTY: Snapshot = { tables: [], indexes: [], views: [], triggers: [] };

export function createBrokenFinder(db: Database): BrokenFinder {
  let last = EMPTY;
  const broken = new Map<View | Trigger, string>();
  /** Names whose meaning has changed since the call before, directly or through a view. */
  function changedNames(structure: Snapshot): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const side of ['tables', 'views'] as const) {
      const { gone, come } = differing<{ readonly name: string }>(last[side], structure[side]);
      for (const part of [...gone, ...come]) changed.add(fold(part.name));
    }
    for (let grown = changed.size > 0; grown;) {
      const size = changed.size;
      for (const view of structure.views) if (names(view, changed)) changed.add(fold(view.name));
      grown = changed.size > size;
    }
    return changed;
  }

  function names(part: View | Trigger, changed: ReadonlySet<string>): boolean {
    const own = namesWritten(part);
    for (const name of changed) if (own.has(name)) return true;
    return false;
  }

  function check(structure: Snapshot, part: View | Trigger): string | null {
    return isTrigger(part) ? triggerError(db, part, structure, namesWritten(part)) : viewError(db, part);
  }

  return {
    check,
    isAny: ({ views, triggers }) =>
      broken.size > 0 && [...views, ...triggers].some((part) => broken.has(part)),
    find(structure) {
      const changed = changedNames(structure);
      const former = new Set<unknown>([...last.views, ...last.triggers]);
      last = structure;
      const found: Broken[] = [];
      for (const part of [...structure.views, ...structure.triggers]) {
        if (former.has(part) && !names(part, changed)) continue;
        const error = check(structure, part);
        const wasBroken = broken.has(part);
        if (error === null) broken.delete(part);
        else broken.set(part, error);
        if (error !== null && !wasBroken) {
          found.push({ kind: isTrigger(part) ? 'trigger' : 'view', name: part.name, error, passing: false });
        }
      }
      return found;
    },
  };
}

const isTrigger = (part: View | Trigger): part is Trigger => 'table' in part;

function viewError(db: Database, view: View): string | null {
  return compileError(db, `SELECT * FROM main.${quoteName(view.name)}`);
}

/** Compiles a statement that fires the trigger; a fault of another trigger on the table does not count. */
function triggerError(
  db: Database,
  trigger: Trigger,
  structure: Snapshot,
  identifiers: ReadonlySet<string>,
): string | null {
  const view = structure.views.find(({ name }) => fold(name) === fold(trigger.table));
  if (view !== undefined && viewError(db, view) !== null) return null;
  const error = compileError(db, firingStatement(db, trigger));
  if (error === null) return null;
  const missing = missingIn(error);
  const named = missing?.column ?? missing?.object;
  return named === undefined || named === null || identifiers.has(fold(named)) ? error : null;
}

function firingStatement(db: Database, trigger: Trigger): string {
  const table = `main.${quoteName(trigger.table)}`;
  const tokens = tokensOf(trigger.definition.text);
  const at = tokens.findIndex(({ kind }) => ['INSERT', 'DELETE', 'UPDATE'].includes(kind));
  switch (tokens[at]?.kind ?? '') {
    case 'INSERT':
      return `INSERT INTO ${table} DEFAULT VALUES`;
    case 'DELETE':
      return `DELETE FROM ${table}`;
    default: {
      const columns = updatedColumns(db, trigger, tokens.slice(at + 1));
      return `UPDATE ${table} SET ${columns.map((column) => `${column} = NULL`).join(', ')}`;
    }
  }
}

/** The columns of UPDATE OF, or one of the table's. */
function updatedColumns(db: Database, trigger: Trigger, tokens: readonly Token[]): readonly string[] {
  if (tokens[0]?.kind === 'OF') {
    const end = tokens.findIndex(({ kind }) => kind === 'ON');
    return tokens
      .slice(1, end)
      .filter(({ kind }) => kind !== 'COMMA')
      .map(({ text }) => text);
  }
  const first = db
    .prepare<[string], string>(`SELECT name FROM pragma_table_info(?, 'main') LIMIT 1`)
    .pluck()
    .get(trigger.table);
  return first === undefined ? [] : [quoteName(first)];
}

function compileError(db: Database, sql: string): string | null {
  try {
    db.prepare(sql);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
