// Looks at many targets: observations from the cache or from workers, then one judgement for each distinct
// observation, because a fleet of 100,000 is a handful of cohorts.

import pLimit from 'p-limit';
import type { SoftDifference } from '../dialects/structure.js';
import type { Observation } from '../model/observation.js';
import { failureOf, type Failure, type Reason } from '../model/outcome.js';
import type { Cohort, TargetStatus } from '../model/report.js';
import type { Refusal, Target } from '../model/target.js';
import type { Judgement } from '../stamping/judge.js';
import type { About } from '../model/hint.js';
import { hintFor } from '../target/reason.js';
import type { Intent } from '../target/intent.js';
import type { Decision } from '../target/plan.js';
import { WorkerError, type Pool } from '../workers/pool.js';
import type { Inspections } from '../workers/messages.js';

/**
 * Targets in one message to a worker: enough to make the cost of messages small, few enough to keep all workers busy.
 */
export const CHUNK = 256;

export interface InspectRequest {
  readonly targets: readonly Target[];
  readonly jobs: number;
  /** How long one wait for a lock may take, in milliseconds. */
  readonly busyWaitMs: number;
  /** Deadline of one target in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  onProgress(done: number): void;
}

/** What the ledger remembers of unchanged targets. */
export interface ObservationCache {
  cachedObservations(targets: readonly Target[]): ReadonlyMap<string, Observation>;
  /** @param lookedAt when the look began, in milliseconds since 1970 */
  rememberObservations(
    pairs: readonly { readonly target: Target; readonly observation: Observation }[],
    lookedAt: number,
  ): void;
}

/** What a look at a target saw, or why it saw nothing. */
export type LookResult = { readonly observation: Observation } | { readonly failure: Reason };

/** @returns what was found, by id */
export async function observeTargets(
  request: InspectRequest,
  pool: Pool,
  cache: ObservationCache | null,
  lookedAt: number,
): Promise<ReadonlyMap<string, LookResult>> {
  const found = new Map<string, LookResult>();
  for (const [id, observation] of cache?.cachedObservations(request.targets) ?? [])
    found.set(id, { observation });
  const unknown = request.targets.filter((target) => !found.has(target.id));
  const limit = pLimit(request.jobs);
  // Written to the cache at the end: writing between two messages would keep the workers waiting.
  const fresh: { target: Target; observation: Observation }[] = [];
  let done = found.size;
  await Promise.all(
    chunks(unknown, CHUNK).map((chunk) =>
      limit(async () => {
        request.signal?.throwIfAborted();
        const { observations, found: each } = await inspectChunk(chunk, request, pool);
        chunk.forEach((target, index) => {
          const seen = each[index];
          const observation = typeof seen === 'number' ? observations[seen] : undefined;
          if (observation !== undefined) {
            found.set(target.id, { observation });
            fresh.push({ target, observation });
          } else if (typeof seen === 'object') found.set(target.id, { failure: seen });
        });
        done += chunk.length;
        request.onProgress(done);
      }),
    ),
  );
  cache?.rememberObservations(fresh, lookedAt);
  return found;
}

/** A chunk whose worker died is looked at one by one, so that one bad file fails alone. */
async function inspectChunk(
  chunk: readonly Target[],
  request: InspectRequest,
  pool: Pool,
): Promise<Inspections> {
  const { busyWaitMs, timeoutMs } = request;
  try {
    const targets = chunk.map(({ id, path, isAtRest = false, identity }) => ({
      id,
      path,
      isAtRest,
      identity,
    }));
    return await pool.run({ kind: 'inspect', targets, busyWaitMs }, { timeoutMs });
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    if (chunk.length > 1 && error.reason !== 'notStarted') {
      const observations: Observation[] = [];
      const found: (number | Reason)[] = [];
      for (const target of chunk) {
        const one = await inspectChunk([target], request, pool);
        for (const each of one.found)
          found.push(typeof each === 'number' ? each + observations.length : each);
        observations.push(...one.observations);
      }
      return { observations, found };
    }
    return { observations: [], found: chunk.map(() => notRead(error)) };
  }
}

/** Why a target could not be looked at when its worker did not reply. */
export function notRead({ reason, message }: WorkerError): Reason {
  const code = reason === 'timeout' ? 'timeout' : 'workerDied';
  return { code, step: 'open', message, hint: hintFor(code) };
}

/** A target as `status` tells it, with its judgement where it could be read. */
export interface Judged {
  readonly status: TargetStatus;
  readonly judgement: Judgement | null;
  /** What a run with the intent asked about would do; null where there is none, or it could not be read. */
  readonly decision: Decision | null;
  readonly fingerprint: string | null;
  readonly layout: string | null;
  /** None where they were not asked for. */
  readonly soft: readonly SoftDifference[];
}

/** What is asked of a look. */
export interface Question {
  /** What a run with it would do; null: nothing is to be decided. */
  readonly intent: Intent | null;
  /** Whether soft differences are told. */
  readonly soft: boolean;
}

export interface Fleet {
  readonly targets: readonly Target[];
  readonly refused: readonly Refusal[];
  /** What was seen of the targets, by id. */
  readonly found: ReadonlyMap<string, LookResult>;
  /** What the commands of hints are about. */
  readonly about: About;
}

/** One judgement for each distinct observation, and each target with its own. */
export async function judgeTargets(
  { targets, refused, found, about }: Fleet,
  pool: Pool,
  { intent, soft }: Question,
): Promise<readonly Judged[]> {
  const distinct = new Map<string, { observation: Observation; example: Target }>();
  const keys = new Map<string, string>();
  const texts = new Map<Observation, string>();
  for (const target of targets) {
    const seen = found.get(target.id);
    if (seen === undefined || !('observation' in seen)) continue;
    const { observation } = seen;
    const key = texts.get(observation) ?? JSON.stringify(observation);
    texts.set(observation, key);
    keys.set(target.id, key);
    if (!distinct.has(key)) distinct.set(key, { observation, example: target });
  }
  const verdicts = await pool.run({ kind: 'judge', cases: [...distinct.values()], intent, soft });
  const verdictOf = new Map([...distinct.keys()].map((key, index) => [key, verdicts[index]]));
  const toFailure = (reason: Reason | null, target: string): Failure | null =>
    reason === null ? null : failureOf(reason, { ...about, target });
  const judged = targets.map((target): Judged => {
    const { id, path, sizeBytes } = target;
    const seen = found.get(id);
    const key = keys.get(id);
    const verdict = key === undefined ? undefined : verdictOf.get(key);
    if (verdict === undefined || 'failure' in verdict) {
      const failure = seen !== undefined && 'failure' in seen ? seen.failure : verdict?.failure;
      return unreadable(target, sizeBytes, toFailure(failure ?? null, id));
    }
    const { judgement, decision, soft } = verdict;
    const observed = seen !== undefined && 'observation' in seen ? seen.observation : null;
    const { state, revision, pending, problem } = judgement;
    return {
      judgement,
      decision,
      soft,
      fingerprint: observed?.fingerprint ?? null,
      layout: observed?.layout ?? null,
      status: {
        id,
        path,
        state,
        revision,
        pending: pending.map((each) => each.id),
        sizeBytes,
        problem: toFailure(problem, id),
      },
    };
  });
  return [
    ...judged,
    ...refused.map((refusal) => unreadable(refusal, 0, toFailure(refusedReason(refusal), refusal.id))),
  ];
}

/** How targets are looked at before a run, and by whom. */
export interface Looking extends Omit<InspectRequest, 'targets' | 'onProgress'>, Pick<Fleet, 'about'> {
  readonly pool: Pool;
  readonly cache: ObservationCache | null;
  /** Milliseconds since 1970. */
  readonly lookedAt: number;
}

/** What a run with this intent would do to some targets, in their order; nothing is told meanwhile. */
export async function judgeAhead(
  targets: readonly Target[],
  intent: Intent,
  { pool, cache, lookedAt, about, ...options }: Looking,
): Promise<readonly Judged[]> {
  const request = { targets, ...options, onProgress: () => undefined };
  const found = await observeTargets(request, pool, cache, lookedAt);
  return judgeTargets({ targets, refused: [], found, about }, pool, { intent, soft: false });
}

function unreadable(target: Pick<Target, 'id' | 'path'>, sizeBytes: number, problem: Failure | null): Judged {
  const { id, path } = target;
  const status: TargetStatus = {
    id,
    path,
    state: 'unreadable',
    revision: null,
    pending: [],
    sizeBytes,
    problem,
  };
  return { status, judgement: null, decision: null, fingerprint: null, layout: null, soft: [] };
}

/** Why a refused path is not opened. */
export function refusedReason(refusal: Refusal): Reason {
  return { code: 'refusedPath', step: 'discover', message: refusal.reason, hint: refusal.hint };
}

/** The targets that share state, revision and fingerprint; `first` stands for them. */
export interface CohortOf {
  readonly cohort: Cohort;
  readonly first: Judged;
}

/**
 * The largest cohort first.
 * @param by what else the targets of one share; default nothing
 */
export function cohortsOf(
  judged: readonly Judged[],
  by: (one: Judged) => unknown = () => null,
): readonly CohortOf[] {
  const cohorts = new Map<string, { first: Judged; count: number }>();
  for (const one of judged) {
    const { state, revision, problem } = one.status;
    const match = one.judgement?.match;
    // What other tools say makes a difference where it decides, and where it is in the way.
    const claimed = match?.revision ?? match?.claims;
    const key = JSON.stringify([state, revision, one.fingerprint, problem?.code, claimed, by(one)]);
    const cohort = cohorts.get(key);
    if (cohort === undefined) cohorts.set(key, { first: one, count: 1 });
    else cohort.count++;
  }
  return [...cohorts.values()]
    .sort((a, b) => b.count - a.count)
    .map(({ first, count }) => {
      const { state, revision, pending, id: example } = first.status;
      const match = first.judgement?.match;
      const cohort = { state, revision, fingerprint: first.fingerprint, count, example, pending };
      return { cohort: match === undefined ? cohort : { ...cohort, match }, first };
    });
}

export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
