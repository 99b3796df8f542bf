// Virtual tables that hang on others: an index of full text knows the rows of its content table by their rowids and its
// columns by their names, and SQLite renames neither with it (https://sqlite.org/fts5.html#external_content_tables).
// Invariant: one that worked before its content table was dropped, renamed or altered works when all is done, and finds
// the same rows; what did not work before is nobody's fault.

import type Database from 'better-sqlite3';
import { parseStmt } from 'sqlite3-parser';
import { again, hint } from '../../../model/hint.js';
import { DatabaseError } from '../../port.js';
import { fold, nameSql, unquote } from '../schema/sql-text.js';
import { tableChangeOf, type TableChange } from './table-change.js';
import type { StatementWatch } from './watch.js';

export interface VirtualTables {
  readonly watch: StatementWatch;
  /** @throws DatabaseError `integrity` where one does not work any more; then, and else, all is forgotten */
  assertWorking(): void;
}

interface Virtual {
  readonly name: string;
  readonly module: string;
  /** The table or view that it has its content from; null where it has its own, or none. */
  readonly content: string | null;
}

/** How one worked before it was touched; undefined where that was not asked. */
interface Noted {
  readonly virtual: Virtual;
  readonly couldRead: boolean;
  wasRight?: boolean;
  /** The revisions that touched it; none for a repair. */
  readonly revisions: Set<string>;
}

export function watchVirtualTables(db: Database.Database): VirtualTables {
  const noted = new Map<string, Noted>();
  let revision: string | null = null;

  function note(virtual: Virtual, change: TableChange): void {
    const key = fold(virtual.name);
    const one = noted.get(key) ?? {
      virtual,
      couldRead: faultOfReading(db, virtual) === null,
      revisions: new Set<string>(),
    };
    noted.set(key, one);
    if (!isContent(db, virtual, change.name)) return;
    one.wasRight ??= faultOfIndex(db, virtual) === null;
    if (revision !== null) one.revisions.add(revision);
  }

  return {
    watch: {
      begin(begun) {
        revision = begun.revision?.id ?? null;
      },
      before(statement) {
        const change = tableChangeOf(statement);
        if (change === null || change.kind === 'dropIndex') return;
        for (const virtual of virtualTables(db)) note(virtual, change);
      },
    },
    assertWorking() {
      const all = [...noted.values()];
      noted.clear();
      const there = all.length === 0 ? [] : virtualTables(db);
      for (const one of all) {
        const now = there.find(({ name }) => fold(name) === fold(one.virtual.name));
        if (now !== undefined) assertWorks(db, now, one);
      }
    },
  };
}

function assertWorks(
  db: Database.Database,
  virtual: Virtual,
  { couldRead, wasRight, revisions }: Noted,
): void {
  const unread = couldRead ? faultOfReading(db, virtual) : null;
  const wrong = wasRight === true ? faultOfIndex(db, virtual) : null;
  const fault = unread ?? wrong;
  if (fault === null) return;
  const { name, content } = virtual;
  const what = unread === null ? 'does not answer with the right rows any more' : 'cannot be read any more';
  const ids = [...revisions];
  const after =
    ids.length === 0 ? '' : ` after ${ids.length === 1 ? 'revision' : 'revisions'} ${ids.join(', ')}`;
  const on =
    content === null ? '' : `, because ${content}, which it has its content from, was changed or made anew`;
  throw new DatabaseError('integrity', `the virtual table ${name} ${what}${after} (${fault})${on}`, {
    hint: remedyFor(virtual, unread !== null),
    ...(ids.length === 1 ? { revision: ids[0] } : {}),
  });
}

function remedyFor({ name, content, module }: Virtual, isUnread: boolean) {
  const rebuild = `INSERT INTO ${nameSql(name)}(${nameSql(name)}) VALUES('rebuild')`;
  const rehearse = hint`rehearse with: ${again({ dryRun: true })}`;
  if (content === null || !isFullText(module))
    return hint`let the revision drop it and make it anew after what it needs; ${rehearse}`;
  const words = `make this a statement of the revision, after the last change of ${content}: ${rebuild}`;
  return isUnread
    ? hint`where a name has changed that it goes by, let the revision drop it and make it anew with the new one; then ${words}; ${rehearse}`
    : hint`${words}; ${rehearse}`;
}

/** The virtual tables of the main database, with what their text says of their content. */
export function virtualTables(db: Database.Database): readonly Virtual[] {
  const sql = `SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0`;
  return db
    .prepare<[], { name: string; sql: string }>(sql)
    .all()
    .flatMap(({ name, sql: text }) => {
      const parsed = parseStmt(text);
      if (parsed.status !== 'ok' || parsed.root.type !== 'CreateVirtualTableStmt') return [];
      const { moduleName, args = [] } = parsed.root;
      const written = args.map((arg) => /^\s*content\s*=\s*([\s\S]*?)\s*$/i.exec(arg)?.[1]);
      const content = unquoted(written.find((value) => value !== undefined) ?? '');
      return { name, module: fold(moduleName.text), content: content === '' ? null : content };
    });
}

function unquoted(value: string): string {
  return /^'.*'$/s.test(value) ? value.slice(1, -1).replaceAll("''", "'") : unquote(value);
}

function isFullText(module: string): boolean {
  return /^fts[345]$/.test(module);
}

/** A view as content may read any table. */
function isContent(db: Database.Database, { content, module }: Virtual, name: string): boolean {
  if (content === null || !isFullText(module)) return false;
  if (fold(content) === fold(name)) return true;
  const sql = `SELECT 1 FROM main.sqlite_schema WHERE type = 'view' AND name = ? COLLATE NOCASE`;
  return db.prepare(sql).get(content) !== undefined;
}

/** SQLite's words where it cannot be read; null where it can. */
function faultOfReading(db: Database.Database, { name }: Virtual): string | null {
  return faultOf(() => void db.prepare(`SELECT * FROM main.${nameSql(name)} LIMIT 1`).get());
}

/**
 * The same of the module's own comparison of index and content, which writes nothing:
 * https://sqlite.org/fts5.html#the_integrity_check_command, https://sqlite.org/fts3.html#*fts4integcheckcmd
 */
function faultOfIndex(db: Database.Database, { name, module }: Virtual): string | null {
  const table = nameSql(name);
  const sql =
    module === 'fts5'
      ? `INSERT INTO main.${table} (${table}, rank) VALUES ('integrity-check', 1)`
      : `INSERT INTO main.${table} (${table}) VALUES ('integrity-check')`;
  const fault = faultOf(() => void db.prepare(sql).run());
  // What is in disorder is the index and what it stands for, not the file.
  return fault === 'database disk image is malformed' ? 'its index and its content differ' : fault;
}

function faultOf(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
