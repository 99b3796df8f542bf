// Runs revisions over a real file through a session, as the steps for one target do, and tells how they ended.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { BegunRevision } from '../../../../src/dialects/port.js';
import { DatabaseError } from '../../../../src/dialects/port.js';
import { openForChange } from '../../../../src/dialects/sqlite/driver/open.js';
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
  /** The statement that was stopped. */
  readonly sql: string;
}

/** A revision from its text; what has no mark of its own is `up`. */
export function revisionOf(text: string, number: number): Revision {
  const whole = text.includes('-- migrate:up') ? text : `-- migrate:up\n${text}`;
  const name = { version: `000${number}`, slug: 'r', form: 'sql', dialect: null } as const;
  const { draft, problems } = parseRevision(`000${number}_r.sql`, name, whole, sqliteSyntax);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`${problem.message}: ${text}`);
  return { ...draft, parents: [] };
}

/** @param start the statements that the file has seen before the pass */
export async function pass(
  directory: string,
  start: string,
  texts: readonly string[],
  more: Partial<BegunRevision> = {},
): Promise<Ended> {
  const path = join(directory, `${Math.random()}.db`);
  const db = new Database(path);
  db.pragma('journal_mode = MEMORY');
  db.pragma('synchronous = OFF');
  db.exec(start);
  db.close();
  const session = createSession(openForChange(path, { busyTimeoutMs: 0 }), SESSION_OPTIONS);
  let sql = '';
  try {
    await session.lock();
    const rows = await session.countRows();
    for (const [index, text] of texts.entries()) {
      const revision = revisionOf(text, index + 1);
      const direction = more.direction ?? 'up';
      await session.beginRevision({
        revision,
        direction,
        rows,
        dropped: [],
        kept: null,
        earlier: () => [],
        ...more,
      });
      const script = revision[direction];
      for (const statement of script?.kind === 'sql' ? script.statements : []) {
        ({ sql } = statement);
        await session.execute(statement);
      }
      sql = '';
      await session.endRevision();
    }
    return { code: null, message: '', found: null, sql };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { code: error.code, message: error.message, found: error.found, sql };
  } finally {
    await session.rollback();
    await session.close();
  }
}
