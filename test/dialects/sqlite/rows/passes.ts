// Runs revisions over a database in memory through a session, as the steps for one target do, and tells how they ended.

import Database from 'better-sqlite3';
import { DatabaseError, type BegunRevision } from '../../../../src/dialects/port.js';
import { createSession } from '../../../../src/dialects/sqlite/driver/session.js';
import { sqliteSyntax } from '../../../../src/dialects/sqlite/syntax/syntax.js';
import type { Revision } from '../../../../src/model/revision.js';
import { parseRevision } from '../../../../src/revisions/parse.js';
import { SESSION_OPTIONS } from '../../../support/driver.js';

/** How a pass ended. */
export interface Ended {
  /** Null: every row is where it was, or somebody said so. */
  readonly code: string | null;
  readonly message: string;
  readonly found: DatabaseError['found'];
  /** The statement that was stopped; none at the end of a revision. */
  readonly sql: string;
}

/** A revision from its text; what has no mark of its own is `up`. */
export function revisionOf(text: string, number = 1): Revision {
  const whole = text.includes('-- migrate:') ? text : `-- migrate:up\n${text}`;
  const name = { version: `000${number}`, slug: 'r', form: 'sql', dialect: null } as const;
  const { draft, problems } = parseRevision(`000${number}_r.sql`, name, whole, sqliteSyntax);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`${problem.message}: ${text}`);
  return { ...draft, parents: [] };
}

export interface Pass {
  /** Statements that the database has seen before. */
  readonly start: string;
  readonly revisions: readonly string[];
  readonly begun?: Partial<BegunRevision>;
  /** Looks at what a pass that was not stopped leaves; `ran` is all that SQLite was asked. */
  readonly then?: (db: Database.Database, ran: readonly string[]) => void;
}

export async function pass({ start, revisions, begun = {}, then }: Pass): Promise<Ended> {
  const ran: string[] = [];
  const db = new Database(':memory:', { verbose: (text) => void ran.push(String(text)) });
  db.pragma('foreign_keys = OFF');
  // A start may write an index that lies.
  db.unsafeMode();
  db.exec(start);
  db.unsafeMode(false);
  const session = createSession(db, SESSION_OPTIONS);
  let sql = '';
  try {
    await session.lock();
    const rows = await session.countRows();
    for (const [index, text] of revisions.entries()) {
      const revision = revisionOf(text, index + 1);
      const direction = begun.direction ?? 'up';
      const known = { revision, direction, rows, dropped: [], kept: null, earlier: () => [] };
      await session.beginRevision({ ...known, ...begun });
      const script = revision[direction];
      for (const statement of script?.kind === 'sql' ? script.statements : []) {
        ({ sql } = statement);
        await session.execute(statement);
      }
      sql = '';
      await session.endRevision();
    }
    then?.(db, ran);
    return { code: null, message: '', found: null, sql };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { code: error.code, message: error.message, found: error.found, sql };
  } finally {
    await session.rollback();
    await session.close();
  }
}
