// Runs a revision that is a program: `up(db)` or `down(db)` of a TypeScript or JavaScript module, in the transaction
// of the target. The module gets a few methods, and none that could leave the transaction.

import { resolve } from 'node:path';
import type Database from 'better-sqlite3';
import type { RevisionDatabase, SqlValue } from '../../../model/revision-database.js';
import { readStatements } from '../../../revisions/statements.js';
import type { Statement } from '../../../model/revision.js';
import { clause } from '../../../model/sentence.js';
import { DatabaseError } from '../../port.js';
import { programSyntax } from '../syntax/syntax.js';
import { namingDuplicates } from './duplicates.js';
import { toDatabaseError } from './errors.js';
import { assertStillInside } from './execute.js';
import { rebuildTable } from './rebuild-table.js';
import { UNWATCHED, type WatchedStatement, type Watches } from './watch.js';

type Step = (db: RevisionDatabase) => unknown;

/** What a module revision exports. */
export interface ModuleFace {
  readonly up: Step | null;
  /** `broken`: what it exports under this name is no function. */
  readonly down: Step | 'broken' | null;
  readonly meta: Readonly<Record<string, unknown>>;
}

let mayRun = true;

/** To be called where programs are not to be run: from here on this process loads none. */
export function forbidPrograms(): void {
  mayRun = false;
}

/** Loads a module; `.ts` files need no build. */
export async function loadModule(file: string): Promise<ModuleFace> {
  if (!mayRun)
    throw new DatabaseError('migrationFailed', `${file} is a program, and programs are not run here`);
  // Loaded only where a revision is a module: most fleets have none, and every process would pay for it.
  const { createJiti } = await import('jiti');
  // Nothing of it is kept elsewhere, where somebody else might have put it: what is run is what the file says.
  const jiti = createJiti(import.meta.url, { fsCache: false, esmEvalTempFile: false });
  const exported: Readonly<Record<string, unknown>> = await jiti.import(resolve(file));
  const { up, down, meta } = exported;
  if (up !== undefined && !isStep(up)) throw new TypeError('it exports up, which is no function');
  return {
    up: up ?? null,
    down: down === undefined || isStep(down) ? (down ?? null) : 'broken',
    meta: typeof meta === 'object' && meta !== null ? { ...meta } : {},
  };
}

/**
 * So many that the module's own is among them: those who look at a statement stand in a stack above it, eleven or more.
 */
const FRAMES = 100;

function isStep(value: unknown): value is Step {
  return typeof value === 'function';
}

/**
 * @param watches who looks at each statement
 * @throws DatabaseError `migrationFailed` with the first line of the error's stack that lies in the module
 */
export async function runModule(
  db: Database.Database,
  file: string,
  direction: 'up' | 'down',
  watches: Watches = UNWATCHED,
): Promise<void> {
  const step = (await loadModule(file))[direction];
  if (!isStep(step)) throw new DatabaseError('migrationFailed', `${file} exports no function ${direction}`);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  try {
    await Promise.race([step(faceOf(db, watches)), stuck(direction)]);
  } catch (error) {
    const position =
      error instanceof Error ? error.stack?.split('\n').find((line) => line.includes(file)) : undefined;
    const translated = toDatabaseError(error, 'migrationFailed');
    if (position === undefined) throw translated;
    const { code, message, found } = translated;
    throw new DatabaseError(code, `${message} (${position.trim()})`, { cause: error, found });
  } finally {
    Error.stackTraceLimit = limit;
    waiting.clear();
  }
  assertStillInside(db);
}

/** One function for each program that is waited for, to give it up. */
const waiting = new Set<() => void>();

/** Rejects when `endStuckModules` is called. */
function stuck(direction: 'up' | 'down'): Promise<never> {
  return new Promise((_, reject) => {
    waiting.add(() => {
      reject(new Error(`${direction}(db) waits for a promise that nothing is left to resolve`));
    });
  });
}

/**
 * To be called when this process has nothing left to do: a program that is still waited for will never end.
 * @returns whether there was one
 */
export function endStuckModules(): boolean {
  const found = waiting.size > 0;
  for (const end of waiting) end();
  return found;
}

function faceOf(db: Database.Database, watches: Watches): RevisionDatabase {
  const known = new Map<string, readonly Statement[]>();
  function inside<T>(sql: string, work: (statements: readonly Statement[]) => T): T {
    const statements = known.get(sql) ?? readAllowed(sql);
    known.set(sql, statements);
    // One that failed may have ended it (ON CONFLICT ROLLBACK), and a program may go on after a failure.
    if (!db.inTransaction)
      throw new DatabaseError('migrationFailed', 'a statement before ended the transaction');
    return work(statements);
  }
  function run<T>(statement: WatchedStatement, work: () => T, parameters: readonly SqlValue[] = []): T {
    const whole = (): T => {
      const result = namingDuplicates(db, statement, work);
      assertStillInside(db);
      return result;
    };
    return watches.run(statement, whole, parameters);
  }
  /** SQLite itself refuses a text of none, or of several statements here. */
  function one<T>(sql: string, parameters: readonly SqlValue[], work: () => T): T {
    return inside(sql, ([statement = { sql }]) => run(statement, work, parameters));
  }
  return {
    exec(sql) {
      inside(sql, (statements) => {
        // One by one only where somebody looks at how tables are between two of them.
        for (const statement of watches.some ? statements : [{ sql }])
          run(statement, () => db.exec(statement.sql));
      });
    },
    run: (sql, ...parameters) =>
      one(sql, parameters, () => ({ changes: db.prepare(sql).run(...parameters).changes })),
    all: (sql, ...parameters) => one(sql, parameters, () => db.prepare(sql).all(...parameters)),
    get: (sql, ...parameters) => one(sql, parameters, () => db.prepare(sql).get(...parameters)),
    rebuild: (table, definition, options) => {
      inside(definition, () => {
        rebuildTable(db, { table, definition, options, run });
      });
    },
  };
}

/** The statements of a text. What is refused in a SQL revision when it is read is refused here before it runs. */
function readAllowed(sql: string): readonly Statement[] {
  const section = { text: sql, ...programSyntax.tokensOf(sql), transactional: true };
  const { problems, statements } = readStatements(section, programSyntax);
  const [problem] = problems;
  if (problem !== undefined)
    throw new DatabaseError('migrationFailed', `${clause(problem.message)}: ${problem.hint}`);
  return statements;
}
