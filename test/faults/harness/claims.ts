// What the program says about targets, wherever it says so: lines it printed, its ledger, its reports. A claim must be
// true of the files whenever it can be read, however the run ended.

import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export interface Claim {
  readonly id: string;
  /** `upgraded`, `failed`, ... */
  readonly outcome: string;
  /** Where it is said. */
  readonly from: 'output' | 'ledger' | 'report';
}

/** Where a line of the output says that a target stands, and what was done to it. */
export interface ToldTarget {
  readonly id: string;
  readonly outcome: string;
  readonly to: string | null;
  readonly applied: readonly string[];
  readonly failure: { readonly message: string } | null;
}

/** Claims in lines of NDJSON; a line that was cut off says nothing. */
export function claimsInOutput(output: string): readonly Claim[] {
  return toldIn(output).map(({ id, outcome }): Claim => ({ id, outcome, from: 'output' }));
}

/** The lines of NDJSON about targets, whole. */
export function toldIn(output: string): readonly ToldTarget[] {
  return output.split('\n').flatMap((line): readonly ToldTarget[] => {
    const event = parse(line);
    return event?.['event'] === 'target' ? [event as unknown as ToldTarget] : [];
  });
}

/** @param scratch an existing directory outside the state directory */
export function claimsInState(stateDir: string, scratch: string): readonly Claim[] {
  return [
    ...claimsInLedger(join(stateDir, 'ledger.db'), scratch),
    ...claimsInReports(join(stateDir, 'reports')),
  ];
}

function claimsInReports(directory: string): readonly Claim[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const targets = parse(readFileSync(join(directory, name), 'utf8'))?.['targets'];
      if (!Array.isArray(targets)) throw new Error(`report ${name} is not whole`);
      return (targets as readonly Omit<Claim, 'from'>[]).map(({ id, outcome }): Claim => ({
        id,
        outcome,
        from: 'report',
      }));
    });
}

function claimsInLedger(path: string, scratch: string): readonly Claim[] {
  if (!existsSync(path)) return [];
  const directory = mkdtempSync(join(scratch, 'ledger-'));
  try {
    const copy = join(directory, 'ledger.db');
    for (const part of ['', '-journal', '-wal'])
      if (existsSync(path + part)) copyFileSync(path + part, copy + part);
    const db = new Database(copy);
    try {
      return readLedger(db);
    } finally {
      db.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readLedger(db: Database.Database): readonly Claim[] {
  const there = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'run_target'`).get();
  if (there === undefined) return [];
  const select = `SELECT id, outcome FROM run_target WHERE outcome <> 'planned'`;
  const rows = db.prepare<[], { id: string; outcome: string }>(select).all();
  return rows.map((row): Claim => ({ ...row, from: 'ledger' }));
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
