// What the ledger has of a run for those who go on with it: what it was asked, its targets in order with what became of
// them, its waves and its legs.

import type Database from 'better-sqlite3';
import type { Outcome, OutcomeKind } from '../model/outcome.js';
import type { RunCommand } from '../model/report.js';
import type { WaveVerdict } from '../model/wave.js';
import type { RecordedWave, WaveProgress } from './stages.js';

/** A process that worked on a run. */
export interface RecordedLeg {
  readonly startedAt: string;
  /** Null: it goes on, or it died. */
  readonly finishedAt: string | null;
  readonly host: string | null;
  readonly exitCode: number | null;
}

export interface RunHead {
  readonly runId: string;
  readonly command: RunCommand;
  readonly dryRun: boolean;
  readonly startedAt: string;
  /** Null: it goes on, or it died. */
  readonly finishedAt: string | null;
}

export interface RecordedTarget {
  readonly id: string;
  readonly path: string;
  /** Null: in none. */
  readonly wave: number | null;
  readonly way: unknown;
  readonly kind: OutcomeKind | 'planned';
  /** Null: nobody knows what became of it. */
  readonly outcome: Outcome | null;
}

export interface ResumableRun extends RunHead {
  readonly head: readonly string[];
  /** What it was asked to do. */
  readonly arguments: unknown;
  /** What it takes to go on with it; null where an older version has not kept that. */
  readonly terms: unknown;
  readonly waves: readonly (RecordedWave & WaveProgress)[];
  readonly legs: readonly RecordedLeg[];
  readonly targets: readonly RecordedTarget[];
}

const HEAD = `run_id AS runId, command, dry_run AS dryRun, started_at AS startedAt, finished_at AS finishedAt`;

interface Row extends Omit<RunHead, 'dryRun'> {
  readonly dryRun: number;
}

/** Real runs, the newest first. */
export function realRuns(database: Database.Database): readonly RunHead[] {
  return database
    .prepare<[], Row>(`SELECT ${HEAD} FROM run WHERE dry_run = 0 ORDER BY run DESC`)
    .all()
    .map((row) => ({ ...row, dryRun: row.dryRun === 1 }));
}

export function readRun(database: Database.Database, runId: string): ResumableRun | null {
  const row = database
    .prepare<[string], Row & { run: number; head: string; asked: string; terms: string | null }>(
      `SELECT ${HEAD}, run, head, arguments AS asked, terms FROM run WHERE run_id = ?`,
    )
    .get(runId);
  if (row === undefined) return null;
  const { run, head, asked, terms, ...rest } = row;
  const targets = database
    .prepare<
      [number],
      Pick<RecordedTarget, 'id' | 'path' | 'wave' | 'kind'> & { way: string | null; document: string | null }
    >(`SELECT id, path, wave, way, outcome AS kind, document FROM run_target WHERE run = ? ORDER BY position`)
    .all(run);
  return {
    ...rest,
    dryRun: row.dryRun === 1,
    head: JSON.parse(head) as string[],
    arguments: JSON.parse(asked) as unknown,
    terms: terms === null ? null : (JSON.parse(terms) as unknown),
    targets: targets.map(({ document, way, ...target }) => ({
      ...target,
      way: way === null ? null : (JSON.parse(way) as unknown),
      outcome: document === null ? null : (JSON.parse(document) as Outcome),
    })),
    waves: database
      .prepare<[number], RecordedWave & WaveProgress & { verdict: WaveVerdict | null }>(
        `SELECT number, name, max_failures AS maxFailures, rule, started_at AS startedAt,
                finished_at AS finishedAt, verdict
         FROM run_wave WHERE run = ? ORDER BY number`,
      )
      .all(run),
    legs: database
      .prepare<[number], RecordedLeg>(
        `SELECT started_at AS startedAt, finished_at AS finishedAt, host, exit_code AS exitCode
         FROM run_leg WHERE run = ? ORDER BY number`,
      )
      .all(run),
  };
}
