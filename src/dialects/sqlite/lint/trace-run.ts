// Runs pieces of revisions in a scratch database, where a failure is an answer and never thrown.

import type { Database } from 'better-sqlite3';
import type { Script, Statement } from '../../../model/revision.js';
import type { DownTrace } from '../../../revisions/lint/trace.js';
import { guardHolds } from '../driver/guard.js';
import { runModule } from '../driver/module.js';

/** The statements of a script; a module is one. */
export function statementsOf(script: Script): readonly Statement[] {
  return script.kind === 'sql' ? script.statements : [{ sql: '', line: 1, kind: 'module' }];
}

/** @returns SQLite's message where it fails, else null */
export async function run(
  db: Database,
  script: Script,
  statement: Statement,
  direction: 'up' | 'down',
): Promise<string | null> {
  try {
    if (script.kind === 'module') await runModule(db, script.file, direction);
    else db.exec(statement.sql);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The line of a failure: the statement's; in a program, where it threw. */
export function lineOf(statement: Statement, error: string): number {
  const thrown = statement.kind === 'module' ? /:(\d+):\d+\)*$/.exec(error)?.[1] : undefined;
  return thrown === undefined ? statement.line : Number(thrown);
}

export type DownFailure = Omit<Extract<DownTrace, { kind: 'fails' }>, 'seeded'>;

/** Runs a way back; null where it works. */
export async function runDown(db: Database, script: Script): Promise<DownFailure | null> {
  for (const statement of statementsOf(script)) {
    if (!guardHolds(db, statement.guard)) continue;
    const error = await run(db, script, statement, 'down');
    if (error !== null) return { kind: 'fails', error, line: lineOf(statement, error) };
  }
  return null;
}
