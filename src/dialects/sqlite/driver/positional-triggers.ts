// Statements by position that nobody wrote where they run: those inside triggers. Which tables' order a statement leans
// on is known once it is known which triggers it fires, and what those fire in turn.
// https://sqlite.org/lang_createtrigger.html; what is under a WHEN counts as run.

import type Database from 'better-sqlite3';
import { parseStmt, type AstNodeMap, type Stmt } from 'sqlite3-parser';
import type { Script, Statement } from '../../../model/revision.js';
import { fold } from '../schema/sql-text.js';
import { positionsIn } from '../syntax/by-position.js';
import { treeOf } from '../syntax/tree.js';

/** A change of rows that may fire triggers. */
interface Event {
  readonly table: string;
  readonly kind: 'insert' | 'update' | 'delete';
  /** Columns that an UPDATE sets; null where it is none, or sets any. */
  readonly columns: readonly string[] | null;
}

interface Trigger {
  readonly event: Event;
  /** Tables whose order its statements lean on. */
  readonly leansOn: readonly string[];
  readonly fires: readonly Event[];
}

/** Whether a statement of the script may fire a trigger that goes by position. */
export function mayFireByPosition(db: Database.Database, script: Script): boolean {
  if (triggersOf(db).some(isPositional)) return true;
  return script.kind === 'sql' && script.statements.some(({ firesByPosition }) => firesByPosition === true);
}

/** The tables that a statement leans on, by itself and by the triggers that it fires. */
export function leanedOn(
  db: Database.Database,
  statement: Pick<Statement, 'sql' | 'byPosition'>,
): readonly string[] {
  const own = statement.byPosition ?? [];
  const triggers = triggersOf(db);
  if (!triggers.some(isPositional)) return own;
  const fired = new Set<Trigger>();
  const fire = (event: Event): void => {
    for (const trigger of triggers) {
      if (fired.has(trigger) || !isFiredBy(trigger, event)) continue;
      fired.add(trigger);
      trigger.fires.forEach(fire);
    }
  };
  const tree = treeOf(statement);
  if (tree !== null) eventsOf(tree).forEach(fire);
  return [...new Set([...own, ...[...fired].flatMap(({ leansOn }) => leansOn)])];
}

const isPositional = ({ leansOn }: Trigger): boolean => leansOn.length > 0;

function isFiredBy({ event }: Trigger, { table, kind, columns }: Event): boolean {
  if (event.kind !== kind || fold(event.table) !== fold(table)) return false;
  if (event.columns === null || columns === null) return true;
  const set = new Set(columns.map(fold));
  return event.columns.some((name) => set.has(fold(name)));
}

type TriggerStatement = AstNodeMap['CreateTriggerStmt']['commands'][number];

function eventsOf(tree: Stmt | TriggerStatement): readonly Event[] {
  if (tree.type === 'InsertStmt') {
    const upserts = tree.body.type === 'SelectInsertBody' && tree.body.upsert !== undefined;
    return inserted(tree.tblName.objName.text, upserts);
  }
  if (tree.type === 'InsertTriggerCmd') return inserted(tree.tblName.objName.text, tree.upsert !== undefined);
  if (tree.type === 'UpdateStmt' || tree.type === 'UpdateTriggerCmd') {
    const columns = tree.sets.flatMap(({ colNames }) => colNames.map(({ text }) => text));
    return [{ table: tree.tblName.objName.text, kind: 'update', columns }];
  }
  if (tree.type === 'DeleteStmt' || tree.type === 'DeleteTriggerCmd')
    return [{ table: tree.tblName.objName.text, kind: 'delete', columns: null }];
  return [];
}

/** REPLACE deletes without firing triggers, as long as recursive_triggers is off, which it is. */
function inserted(table: string, upserts: boolean): readonly Event[] {
  const insert = { table, kind: 'insert', columns: null } as const;
  return upserts ? [insert, { table, kind: 'update', columns: null }] : [insert];
}

function triggerOf(tree: Stmt | null): Trigger | null {
  if (tree?.type !== 'CreateTriggerStmt') return null;
  const table = tree.tblName.objName.text;
  return {
    event: { table, ...firedOn(tree.event) },
    leansOn: positionsIn(tree),
    fires: tree.commands.flatMap(eventsOf),
  };
}

function firedOn(event: AstNodeMap['CreateTriggerStmt']['event']): Omit<Event, 'table'> {
  switch (event.type) {
    case 'InsertTriggerEvent':
      return { kind: 'insert', columns: null };
    case 'DeleteTriggerEvent':
      return { kind: 'delete', columns: null };
    case 'UpdateTriggerEvent':
      return { kind: 'update', columns: null };
    case 'UpdateOfTriggerEvent':
      return { kind: 'update', columns: event.columns.map(({ text }) => text) };
  }
}

/** By text, null where the parser does not know it: a fleet has few triggers. */
const parsed = new Map<string, Trigger | null>();

function triggersOf(db: Database.Database): readonly Trigger[] {
  const sql = `SELECT sql FROM main.sqlite_schema WHERE type = 'trigger'
    UNION ALL SELECT sql FROM temp.sqlite_schema WHERE type = 'trigger'`;
  return db
    .prepare<[], string>(sql)
    .pluck()
    .all()
    .flatMap((text) => {
      let trigger = parsed.get(text);
      if (trigger === undefined) {
        const read = parseStmt(text);
        trigger = read.status === 'ok' ? triggerOf(read.root) : null;
        parsed.set(text, trigger);
      }
      return trigger ?? [];
    });
}
