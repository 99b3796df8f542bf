// What runs did to targets, as the ledger has it, for a run that takes one of them back. Read only.

import type Database from 'better-sqlite3';
import type { OutcomeKind } from '../model/outcome.js';
import type { RunCommand } from '../model/report.js';

/** A run that was recorded. */
export interface RecordedRun {
  readonly runId: string;
  readonly command: RunCommand;
  readonly dryRun: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

/** What a run did to one target. */
export interface RecordedDeed {
  readonly id: string;
  readonly path: string;
  /** `planned`: the run died before an outcome was recorded. */
  readonly outcome: OutcomeKind | 'planned';
  readonly from: string | null;
  readonly to: string | null;
  readonly applied: readonly string[];
  /** Seen from where the run was. */
  readonly backup: string | null;
}

/** A change of one target. */
export interface RecordedChange extends Pick<RecordedRun, 'runId' | 'command'> {
  readonly id: string;
  readonly outcome: OutcomeKind;
  /** The id of the run that it took back; null where it took none back. */
  readonly undoes: string | null;
}

/** How a target ended that is not known to be as it was before. */
const CHANGED = `('upgraded', 'downgraded', 'stamped', 'repaired', 'restored', 'partial', 'inDoubt')`;

export class Deeds {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** The runs whose ids begin so, the newest first. */
  runsLike(prefix: string): readonly RecordedRun[] {
    return this.#database
      .prepare<[string, string], Omit<RecordedRun, 'dryRun'> & { readonly dryRun: number }>(
        `SELECT run_id AS runId, command, dry_run AS dryRun, started_at AS startedAt FROM run
         WHERE substr(run_id, 1, length(?)) = ? ORDER BY run DESC`,
      )
      .all(prefix, prefix)
      .map((row) => ({ ...row, dryRun: row.dryRun === 1 }));
  }

  /** The newest real run that changed a target, or may have; null where there is none. */
  lastChanging(): string | null {
    return (
      this.#database
        .prepare<[], string>(
          `SELECT run_id FROM run WHERE dry_run = 0 AND EXISTS (SELECT 1 FROM run_target
             WHERE run_target.run = run.run AND outcome IN ${CHANGED}) ORDER BY run DESC LIMIT 1`,
        )
        .pluck()
        .get() ?? null
    );
  }

  /** What a run did to each of its targets, in order. */
  deedsOf(runId: string): readonly RecordedDeed[] {
    return this.#database
      .prepare<[string], Omit<RecordedDeed, 'applied'> & { readonly applied: string | null }>(
        `SELECT id, path, outcome, json_extract(document, '$.from') AS "from", json_extract(document, '$.to') AS "to",
           json_extract(document, '$.applied') AS applied, json_extract(document, '$.backup') AS backup
         FROM run_target WHERE run = (SELECT run FROM run WHERE run_id = ?) ORDER BY position`,
      )
      .all(runId)
      .map((row) => ({ ...row, applied: JSON.parse(row.applied ?? '[]') as readonly string[] }));
  }

  /** What real runs changed after one, the oldest first. */
  changesAfter(runId: string): readonly RecordedChange[] {
    return this.#database
      .prepare<[string], RecordedChange>(
        `SELECT run_id AS runId, command, id, outcome,
           CASE command WHEN 'undo' THEN json_extract(arguments, '$.run') END AS undoes
         FROM run_target JOIN run USING (run)
         WHERE run > (SELECT run FROM run WHERE run_id = ?) AND dry_run = 0 AND outcome IN ${CHANGED}
         ORDER BY position`,
      )
      .all(runId);
  }
}
