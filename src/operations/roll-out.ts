// From waves to the document of a run, the same for one that begins and one that goes on: what is done to the targets, what
// is told of it, what is kept.

import { join } from 'node:path';
import { removeIfNoBackups, removeLeftovers } from '../ledger/leftovers.js';
import type { Outcome } from '../model/outcome.js';
import type { RunReport } from '../model/report.js';
import type { Leg } from '../model/wave.js';
import { runReport, type RunParts } from '../report/summarize.js';
import type { RunRequest } from '../rollout/rollout.js';
import { runWaves, type Waved } from '../rollout/run-waves.js';
import type { Wave } from '../rollout/waves.js';
import type { Intent } from '../target/intent.js';
import type { Pool } from '../workers/pool.js';
import type { Context } from './context.js';
import { iso } from './run-facts.js';
import type { RunFacts, RunRecord } from './run-record.js';
import { unmatchedNames } from './unmatched.js';
import { betweenOf, type Rules } from './wave-options.js';

export interface RollOut {
  readonly facts: RunFacts;
  readonly record: RunRecord;
  readonly rules: Rules;
  readonly pool: Pool;
  readonly request: RunRequest;
  readonly waves: readonly Wave[];
  /** Of targets in no wave. */
  readonly unopened: readonly Outcome[];
  /** Of all targets, in the order of the document. */
  readonly paths: readonly string[];
  /** What the document says beside that. */
  readonly document: Pick<RunParts, 'head' | 'unexamined' | 'present' | 'allowEmpty'>;
  /** The legs of the run before this one. */
  readonly legs?: readonly Leg[];
  /** When the run began; default: this leg. */
  readonly startedAt?: string;
}

export async function rollOut(context: Context, how: RollOut): Promise<RunReport> {
  const { facts, record, rules, pool, request, waves, unopened, paths, document, legs } = how;
  const { runId, command, intent, dryRun, directories } = facts;
  const { signal } = request;
  const { now } = context;

  function reportOn(done: Waved, isOver = true): RunReport {
    const byPath = new Map([...unopened, ...done.outcomes].map((outcome) => [outcome.path, outcome]));
    const outcomes = paths.flatMap((path) => byPath.get(path) ?? []);
    const finishedAt = iso(now());
    const report = runReport({
      command,
      runId,
      dryRun,
      ...(intent.kind === 'undo' ? { undoes: intent.run } : {}),
      ...document,
      startedAt: how.startedAt ?? record.startedAt,
      finishedAt,
      targets: outcomes,
      planned: paths.length,
      ...(rules.isWaved ? { waves: done.waves } : {}),
      ...unmatchedIn(outcomes, intent, context),
      report: join(context.stateDir, 'reports', `${runId}.json`),
      interrupted: isOver && signal?.aborted === true,
    });
    if (legs === undefined) return report;
    const last = { startedAt: record.startedAt, finishedAt, host: facts.host, exitCode: report.exitCode };
    return { ...report, resumedFrom: runId, legs: [...legs, last] };
  }

  const between = betweenOf(rules, context, {
    signal,
    record,
    writeReport: (soFar) => record.keepSoFar(reportOn(soFar, false)),
  });
  const done = await runWaves(waves, request, { pool, now, watcher: record, between });
  // A worker may have died in the middle of a backup, or a disk failed: these unfinished files are this run's own.
  removeLeftovers(directories, [{ runId }]);
  removeIfNoBackups(directories, runId);
  return record.finish(reportOn(done));
}

/** Names given to `--drop-extra` that fit nothing in any target. */
function unmatchedIn(
  outcomes: readonly Outcome[],
  intent: Intent,
  { dialect }: Context,
): ReturnType<typeof unmatchedNames> {
  if (intent.kind !== 'repair') return {};
  const extras = outcomes.map(({ extra }) => extra);
  return unmatchedNames(intent.dropExtra, extras, dialect);
}
