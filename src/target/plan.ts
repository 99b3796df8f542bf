// What is to be done to one target: a pure table from what was judged and what was asked. Every command that changes
// targets ends here, so that all take the same steps.

import type { Difference, Structure } from '../dialects/structure.js';
import type { Match, Observation } from '../model/observation.js';
import type { Failure, OutcomeKind } from '../model/outcome.js';
import type { Revision, Script } from '../model/revision.js';
import { resolveArgument } from '../revisions/argument.js';
import { ancestors, headsOf, inOrder, pending, type Graph } from '../revisions/graph.js';
import type { Basis } from '../stamping/basis.js';
import { checksumMismatch, listDifference, type Judgement } from '../stamping/judge.js';
import { isDecided, wordsOf } from '../stamping/match.js';
import { createMemory } from '../stamping/memory.js';
import type { Intent } from './intent.js';
import { mendingOf, type Mending, type Unmended } from './mending.js';

export type Decision = Plan | Rest;

/** Nothing is to be done: the target is there already, or is left alone. */
export interface Rest {
  readonly kind: 'rest';
  readonly outcome: Extract<OutcomeKind, 'current' | 'skipped'>;
  readonly from: string | null;
  readonly failure: Failure | null;
  readonly match?: Match;
  /** The revisions are at fault, not this target: no target may be touched. */
  readonly stopsRun?: true;
  /** In words, what differs from its revision, where that is nothing but what is left on purpose. */
  readonly left?: readonly string[];
  /** What is not expected in a target that drifted, as `--drop-extra` names it. */
  readonly extra?: readonly string[];
}

export interface Plan {
  readonly kind: 'plan';
  /** How the target will have ended. */
  readonly outcome: Extract<OutcomeKind, 'upgraded' | 'downgraded' | 'stamped' | 'repaired'>;
  /** Heads before and after, joined by commas; null is base. */
  readonly from: string | null;
  readonly to: string | null;
  /** Revisions to record without running them, before any is run. */
  readonly baseline: readonly Revision[];
  /** What to run, in order: in one transaction, or one revision that runs outside of any. */
  readonly steps: readonly PlanStep[];
  /** Statements of that one revision that an earlier run has done. */
  readonly resumeAt: number;
  /** The heads wanted in the end, where this plan is only the first part of the way. */
  readonly rest: readonly string[] | null;
  /** Rows to take out of the history before any is added. */
  readonly forget: 'all' | readonly string[];
  /** The structure that must be there afterwards. */
  readonly fingerprint: string;
  /** The revisions that leave it; null where the plan changes no structure. */
  readonly after: readonly Revision[] | null;
  /** Kinds of differences from it that are no failure. */
  readonly allowed: readonly string[];
  readonly match?: Match;
  /** What mends a structure that drifted; nothing else is done then. */
  readonly mending?: Mending;
}

/** Whether the plan is one revision that runs outside of any transaction. */
export function isAlone(plan: Plan): boolean {
  return plan.steps[0]?.revision.transactional === false;
}

/** One revision to run, and the script of it for this direction. */
export interface PlanStep {
  readonly revision: Revision;
  readonly direction: 'up' | 'down';
  readonly script: Script;
}

/** What a decision is made from. */
export interface Evidence {
  readonly observation: Observation;
  readonly judgement: Judgement;
  readonly basis: Basis;
  readonly readActual: () => Promise<Structure>;
}

/** @throws FleetError where the intent's revision argument names nothing */
export async function decide(intent: Intent, evidence: Evidence): Promise<Decision> {
  switch (intent.kind) {
    case 'upgrade':
      return decideUpgrade(intent, evidence);
    case 'downgrade':
      return decideDowngrade(intent, evidence);
    case 'stamp':
      return intent.to === 'auto' ? decideByEvidence(intent, evidence) : decideStamp(intent, evidence);
    case 'repair':
      return decideRepair(intent, evidence);
  }
}

async function decideUpgrade(
  intent: Extract<Intent, { kind: 'upgrade' }>,
  { observation, judgement, basis: { graph, replay } }: Evidence,
): Promise<Decision> {
  const baseline = intent.stamp ? baselineOf(judgement, graph) : [];
  const resumeAt = resumable(judgement, observation, graph, 'started');
  const stands = judgement.problem !== null && baseline.length === 0 && resumeAt === null;
  const allowed = intent.allowExtra === true ? [...intent.allowDrift, EXTRA] : intent.allowDrift;
  if (stands && !isGuarded(judgement) && !isAllowed(judgement, allowed)) return skipped(judgement);
  const applied = new Set([...judgement.applied, ...baseline.map((revision) => revision.id)]);
  const wanted = intent.goal ?? resolveArgument(graph, intent.to, applied);
  const steps = pending(graph, applied, wanted);
  const from = headsOf(graph, applied).join(',') || null;
  if (steps.length === 0 && baseline.length === 0) {
    return { kind: 'rest', outcome: 'current', from, failure: null };
  }
  const part = firstPart(steps, (revision) => revision);
  const after = new Set([...applied, ...part.map((revision) => revision.id)]);
  return {
    kind: 'plan',
    outcome: steps.length === 0 ? 'stamped' : 'upgraded',
    from,
    to: headsOf(graph, after).join(',') || null,
    baseline,
    steps: part.map((revision) => ({ revision, direction: 'up', script: revision.up })),
    resumeAt: resumeAt ?? 0,
    rest: part.length < steps.length ? wanted : null,
    forget: [],
    fingerprint: await replay.fingerprint(inOrder(graph, after)),
    after: inOrder(graph, after),
    allowed: judgement.state === 'drifted' ? allowed : hasExtra(judgement) ? [EXTRA] : [],
    ...matchOf(judgement),
  };
}

/**
 * A drifted target may be what a guarded statement is for (`if_missing: agents.metadata`, where somebody added the
 * column by hand): it is tried, and kept only if the structure is right in the end.
 */
function isGuarded({ state, pending: lacks }: Judgement): boolean {
  if (state !== 'drifted') return false;
  return lacks.some(({ up }) => up.kind === 'sql' && up.statements.some(({ guard }) => guard !== undefined));
}

/** Whether a target drifted in nothing but what was said to be harmless. */
function isAllowed({ state, differences }: Judgement, allowed: readonly string[]): boolean {
  return state === 'drifted' && differences.every(({ kind }) => allowed.includes(kind));
}

/** The kind of difference that a table of the user's own is. */
const EXTRA = 'tableExtra' satisfies Difference['kind'];

/** Whether nothing is wrong with a target but tables of its own, where those are allowed. */
function isWell(judgement: Judgement, allowExtra: boolean): boolean {
  return judgement.problem === null || (allowExtra && isAllowed(judgement, [EXTRA]));
}

/** Whether a legacy target was matched although it has tables of its own. */
function hasExtra({ match }: Judgement): boolean {
  return match !== undefined && isDecided(match) && match.difference.length > 0;
}

/** What can run in one transaction, or the one revision that runs outside of any. */
function firstPart<T>(steps: readonly T[], revisionOf: (step: T) => Revision): readonly T[] {
  const alone = steps.findIndex((step) => !revisionOf(step).transactional);
  if (alone < 0) return steps;
  return alone === 0 ? steps.slice(0, 1) : steps.slice(0, alone);
}

/** How many statements a stopped revision has behind it, where it is still the one that was begun. */
function resumable(
  { state }: Judgement,
  { history }: Observation,
  graph: Graph,
  status: 'started' | 'leaving',
): number | null {
  if (state !== 'dirty') return null;
  const started = history?.find((entry) => entry.status === status);
  if (started === undefined) return null;
  const revision = graph.byId.get(started.revision);
  return revision?.sqlChecksum === started.sqlChecksum ? started.statementsDone : null;
}

async function decideDowngrade(
  intent: Extract<Intent, { kind: 'downgrade' }>,
  { observation, judgement, basis: { graph, replay } }: Evidence,
): Promise<Decision> {
  const resumeAt = resumable(judgement, observation, graph, 'leaving');
  if (judgement.problem !== null && resumeAt === null) return skipped(judgement);
  const { applied, revision: from } = judgement;
  const wanted = intent.goal ?? resolveArgument(graph, intent.to, applied);
  const kept = ancestors(graph, wanted);
  const leaving = inOrder(graph, applied).filter((revision) => !kept.has(revision.id));
  if (leaving.length === 0) return { kind: 'rest', outcome: 'current', from, failure: null };
  const stuck = leaving.filter((revision) => revision.down === null);
  if (stuck.length > 0)
    return { kind: 'rest', outcome: 'skipped', from, failure: noWayBack(stuck), stopsRun: true };
  const steps = leaving.toReversed().flatMap((revision): PlanStep[] => {
    const script = revision.down;
    return script === null ? [] : [{ revision, direction: 'down', script }];
  });
  const part = firstPart(steps, (step) => step.revision);
  const gone = part.map((step) => step.revision.id);
  const after = new Set([...applied].filter((id) => !gone.includes(id)));
  return {
    kind: 'plan',
    outcome: 'downgraded',
    from,
    to: headsOf(graph, after).join(',') || null,
    baseline: [],
    steps: part,
    resumeAt: resumeAt ?? 0,
    rest: part.length < steps.length ? wanted : null,
    forget: gone,
    fingerprint: await replay.fingerprint(inOrder(graph, after)),
    after: inOrder(graph, after),
    allowed: [],
  };
}

/** @param stuck at least one, in order */
function noWayBack(stuck: readonly Revision[]): Failure {
  const newest = stuck.at(-1)?.id ?? '';
  const named = stuck.map(({ id, file }) => `${id} (${file})`).join(', ');
  return {
    code: 'migrationFailed',
    step: 'read',
    revision: newest,
    message:
      stuck.length === 1 ? `revision ${named} has no way back` : `revisions without a way back: ${named}`,
    hint: `write "-- migrate:down" (in a program: export function down), or put a backup back; downgrade no further than ${newest}`,
  };
}

/** Stamps what evidence decides, or `at` where several revisions are alike; leaves alone what has a history. */
function decideByEvidence(
  { at, allowExtra = false }: Extract<Intent, { kind: 'stamp' }>,
  { observation, judgement, basis: { graph } }: Evidence,
): Decision {
  const { match, revision } = judgement;
  if (at !== undefined && match?.kind === 'ambiguous') {
    if (!match.candidates.includes(at)) return notAmong(at, judgement, match.candidates);
    const chosen = inOrder(graph, ancestors(graph, [at]));
    return stampPlan(chosen, null, [], observation, graph, { ...match, revision: at });
  }
  const baseline = baselineOf(judgement, graph);
  if (baseline.length === 0) {
    if (!isWell(judgement, allowExtra)) return skipped(judgement);
    return { kind: 'rest', outcome: 'current', from: revision, failure: null };
  }
  return stampPlan(baseline, null, [], observation, graph, match);
}

function notAmong(at: string, judgement: Judgement, candidates: readonly string[]): Rest {
  return {
    ...skipped(judgement),
    failure: {
      code: 'ambiguousBaseline',
      step: 'read',
      message: `its structure is that of ${candidates.join(', ')}, and ${at} is none of them`,
      hint: `name one of them: flotilla stamp --at ${candidates.at(-1) ?? 'REV'} --only ID`,
    },
  };
}

async function decideStamp(
  intent: Extract<Intent, { kind: 'stamp' }>,
  { observation, judgement, basis: { graph, replay, structures }, readActual }: Evidence,
): Promise<Decision> {
  const wanted = ancestors(graph, resolveArgument(graph, intent.to, judgement.applied));
  const baseline = inOrder(graph, wanted);
  const to = headsOf(graph, wanted).join(',') || 'base';
  const recorded = (observation.history ?? []).map((entry) => entry.revision);
  const { revision } = judgement;
  const isThere = recorded.length === wanted.size && recorded.every((id) => wanted.has(id));
  if (isThere && isWell(judgement, intent.allowExtra ?? false)) {
    return { kind: 'rest', outcome: 'current', from: revision, failure: null };
  }
  const refuse = (code: Failure['code'], message: string, hint: string): Rest => ({
    kind: 'rest',
    outcome: 'skipped',
    from: revision,
    failure: { code, step: 'read', revision: to, message, hint },
  });
  if (recorded.length > 0 && !intent.force) {
    const message = `it has a history already, up to ${revision ?? 'base'}`;
    return refuse('noBaseline', message, `replace it: flotilla stamp ${to} --force --only ID`);
  }
  const isMatched = judgement.match?.candidates.includes(to) === true;
  if (isMatched || (await replay.fingerprint(baseline)) === observation.fingerprint)
    return stampPlan(baseline, revision, 'all', observation, graph, judgement.match);
  const difference = structures.compare(await replay.structure(baseline), await readActual()).map(wordsOf);
  const match = { kind: 'nearest', revision: to, candidates: [], difference } as const;
  if (intent.force) return stampPlan(baseline, revision, 'all', observation, graph, match);
  return {
    ...refuse(
      'noBaseline',
      `its structure is not that of revision ${to}: ${listDifference(difference)}`,
      `let evidence decide: flotilla stamp; or record it all the same: flotilla stamp ${to} --force --only ID`,
    ),
    match,
  };
}

function stampPlan(
  baseline: readonly Revision[],
  from: string | null,
  forget: Plan['forget'],
  observation: Observation,
  graph: Graph,
  match: Match | undefined,
): Plan {
  return {
    kind: 'plan',
    outcome: 'stamped',
    from,
    to: headsOf(graph, new Set(baseline.map((revision) => revision.id))).join(',') || null,
    baseline,
    steps: [],
    resumeAt: 0,
    rest: null,
    forget,
    fingerprint: observation.fingerprint,
    after: null,
    allowed: [],
    ...(match === undefined ? {} : { match }),
  };
}

const remembered = createMemory<Mending | Unmended>();

async function decideRepair(
  { dropExtra }: Extract<Intent, { kind: 'repair' }>,
  { observation, judgement, basis: { graph, replay, structures }, readActual }: Evidence,
): Promise<Decision> {
  const { state, revision: from, applied } = judgement;
  if (state === 'current' || state === 'pending' || state === 'empty')
    return { kind: 'rest', outcome: 'current', from, failure: null };
  if (state !== 'drifted') return skipped(judgement);
  // What a file says now is not what this target was to become.
  const changed = checksumMismatch(observation.history ?? [], graph);
  if (changed !== null) return { kind: 'rest', outcome: 'skipped', from, failure: changed };
  const after = inOrder(graph, applied);
  // Of targets of one fingerprint, names differ in case alone, and columns in their order: one plan fits all of them.
  const key = JSON.stringify([observation.fingerprint, after.map(({ id }) => id), dropExtra]);
  const mending = await remembered(graph, key, async () => {
    const request = { actual: await readActual(), expected: await replay.structure(after), dropExtra };
    return mendingOf(request, from ?? 'base', structures);
  });
  if ('failure' in mending) return { kind: 'rest', outcome: 'skipped', from, ...mending };
  return {
    kind: 'plan',
    outcome: 'repaired',
    from,
    to: from,
    baseline: [],
    steps: [],
    resumeAt: 0,
    rest: null,
    forget: [],
    fingerprint: mending.fingerprint,
    after,
    allowed: [],
    mending,
  };
}

/** The revisions that evidence shows to be applied to a legacy target; none where it does not decide. */
function baselineOf(judgement: Judgement, graph: Graph): readonly Revision[] {
  const { match } = judgement;
  if (match === undefined || !isDecided(match)) return [];
  return inOrder(graph, ancestors(graph, [match.revision]));
}

function skipped(judgement: Judgement): Rest {
  return {
    kind: 'rest',
    outcome: 'skipped',
    from: judgement.revision,
    failure: judgement.problem,
    ...matchOf(judgement),
  };
}

function matchOf(judgement: Judgement): { readonly match?: Match } {
  return judgement.match === undefined ? {} : { match: judgement.match };
}
