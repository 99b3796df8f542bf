// Runs pieces of revisions in a scratch database, where a failure is an answer and never thrown.

import type { Database } from 'better-sqlite3';
import type { Script, Statement } from '../../../model/revision.js';
import type { DownTrace } from '../../../revisions/lint/trace.js';
import { guardHolds } from '../driver/guard.js';
import { runModule } from '../driver/module.js';
import { watchesOf, type Watches } from '../driver/watch.js';
import { addColumn } from './add-column.js';

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
    if (script.kind === 'module') await runModule(db, script.file, direction, recorded(script));
    else if (!addColumn(db, statement)) db.exec(statement.sql);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Program = Extract<Script, { kind: 'module' }>;

/** What each run of a program did, statement by statement, each with its line in the program. */
const programs = new WeakMap<Program, Statement[][]>();

/** A program runs on an empty database and on one with rows, up and down again: what differs between runs is kept. */
const RUNS_MAX = 4;

/** The runs of a program so far: what it runs for rows alone is in some of them only. */
export function runsOf(program: Program): readonly (readonly Statement[])[] {
  return programs.get(program) ?? [];
}

/** Notes the statements of one run, each text of a line once. */
function recorded(program: Program): Watches {
  const statements: Statement[] = [];
  const known = new Set<string>();
  programs.set(program, [...(programs.get(program) ?? []).slice(1 - RUNS_MAX), statements]);
  return watchesOf([
    {
      before({ sql, ...more }) {
        const stack = new Error().stack?.split('\n').find((each) => each.includes(program.file));
        const line = Number(/:(\d+):\d+\)*$/.exec(stack ?? '')?.[1] ?? 1);
        const key = `${line} ${sql}`;
        if (known.has(key)) return;
        known.add(key);
        statements.push({ ...more, sql, line, kind: 'unknown' });
      },
    },
  ]);
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
