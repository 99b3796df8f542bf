// Revisions and commands for tests that bring their own migrations.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { RunReport } from '../../src/index.js';
import { runCli, type CliResult } from './cli.js';
import { temporaryDirectory } from './fleet.js';

/** Writes revisions, text by file name, into a new directory. */
export function writeMigrations(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

export interface Ran {
  readonly code: number | null;
  readonly stderr: string;
  readonly report: RunReport;
}

/** Runs a command that changes the fleet, with `--json`. */
export async function run(dataDir: string, migrations: string, args: readonly string[]): Promise<Ran> {
  const result = await look(dataDir, migrations, args);
  return { code: result.code, stderr: result.stderr, report: result.json() as RunReport };
}

/** Runs any command with `--json`. */
export async function look(dataDir: string, migrations: string, args: readonly string[]): Promise<CliResult> {
  const [command = '', ...rest] = args;
  return runCli([command, '--data-dir', dataDir, '--migrations', migrations, '--json', ...rest]);
}

/** All rows that a query gives on a database. */
export function query<T>(path: string, sql: string): T[] {
  const db = new Database(path, { fileMustExist: true });
  try {
    return db.prepare<[], T>(sql).all();
  } finally {
    db.close();
  }
}
