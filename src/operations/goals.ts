// The heads that each target of a downgrade is to be brought to, found before any target is touched: a missing `down`
// stops the run here, and after the death of a worker the goal shows whether its target was already there.

import { FleetError, type ProblemDraft } from '../model/errors.js';
import { sentence } from '../model/sentence.js';
import { command, hint as hintOf, type About } from '../model/hint.js';
import type { Target } from '../model/target.js';
import type { Intent } from '../target/intent.js';
import type { Pool } from '../workers/pool.js';
import { judgeTargets, observeTargets } from './inspect.js';

export type Goals = ReadonlyMap<string, readonly string[]>;

export interface GoalsOptions {
  readonly jobs: number;
  readonly busyWaitMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly lookedAt: number;
  /** What the commands of hints are about. */
  readonly about: About;
}

/**
 * @returns heads by the id of a target; none for another intent, and a target that has nowhere to go back to is left
 *   out
 * @throws FleetError `migrations` naming every revision without a way back
 */
export async function goalsOf(
  targets: readonly Target[],
  intent: Intent,
  pool: Pool,
  { lookedAt, about, ...options }: GoalsOptions,
): Promise<Goals> {
  if (intent.kind !== 'downgrade') return new Map();
  const request = { targets, ...options, onProgress: () => undefined };
  const found = await observeTargets(request, pool, null, lookedAt);
  const judged = await judgeTargets({ targets, refused: [], found, about }, pool, intent);
  const problems = new Map<string, ProblemDraft>();
  const goals = new Map<string, readonly string[]>();
  for (const { status, decision } of judged) {
    if (decision?.kind === 'plan') goals.set(status.id, decision.goal ?? decision.to?.split(',') ?? []);
    else if (decision?.stopsRun === true && decision.failure !== null) {
      const { message, hint } = decision.failure;
      problems.set(message, { message: sentence(message), hint });
    }
  }
  if (problems.size > 0) {
    throw new FleetError('migrations', 'Some revisions have no way back; no target was touched', {
      hint: hintOf`downgrade less far, or write what is missing; the revisions: ${command('history')}`,
      problems: [...problems.values()],
    });
  }
  return goals;
}
