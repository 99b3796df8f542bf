// The way up: what a target lacks, a legacy one baselined first where that was asked for.

import { resolveArgument } from '../../revisions/argument.js';
import { headsOf, inOrder, pending } from '../../revisions/graph.js';
import { unknownIn } from '../../revisions/not-run.js';
import { notRun, type Judgement } from '../../stamping/judge.js';
import { isDecided } from '../../stamping/match.js';
import type { Intent } from '../intent.js';
import { firstPart, type Decision } from '../plan.js';
import { baselineOf, current, EXTRA_TABLE, isAllowed, matchOf, resumeAt, skipped } from './evidence.js';
import type { Evidence } from './evidence.js';

/** @throws FleetError where the intent's revision argument names nothing */
export async function decideUpgrade(
  intent: Extract<Intent, { kind: 'upgrade' }>,
  evidence: Evidence,
): Promise<Decision> {
  const { judgement, basis } = evidence;
  const { graph, replay } = basis;
  const baseline = intent.stamp ? baselineOf(judgement, graph) : [];
  const resumed = resumeAt(evidence, 'started');
  const isStopped = judgement.problem !== null && baseline.length === 0 && resumed === null;
  const allowed = intent.allowExtra === true ? [...intent.allowDrift, EXTRA_TABLE] : intent.allowDrift;
  if (isStopped && !isGuarded(judgement) && !isAllowed(judgement, allowed)) return skipped(judgement);
  const applied = new Set([...judgement.applied, ...baseline.map((revision) => revision.id)]);
  const goal = intent.goal ?? resolveArgument(graph, intent.to, applied);
  const steps = pending(graph, applied, goal);
  const from = headsOf(graph, applied).join(',') || null;
  if (steps.length === 0 && baseline.length === 0) return current(from);
  const unread = steps.filter(({ id }) => unknownIn(graph).has(id));
  if (unread.length > 0) return { ...skipped(judgement), from, failure: notRun(unread) };
  const { part, isWhole } = firstPart(steps, (revision) => revision);
  const after = new Set([...applied, ...part.map((revision) => revision.id)]);
  return {
    kind: 'plan',
    outcome: steps.length === 0 ? 'stamped' : 'upgraded',
    from,
    to: headsOf(graph, after).join(',') || null,
    baseline,
    steps: part.map((revision) => ({ revision, direction: 'up', script: revision.up })),
    resumeAt: resumed ?? 0,
    goal: isWhole ? null : goal,
    forget: [],
    fingerprint: await replay.fingerprint(inOrder(graph, after)),
    after: inOrder(graph, after),
    allowed: judgement.state === 'drifted' ? allowed : hasExtra(judgement) ? [EXTRA_TABLE] : [],
    ...matchOf(judgement),
  };
}

/**
 * A drifted target may be what a guarded statement is for (`if_missing: agents.metadata`, where somebody added the
 * column by hand): it is tried, and kept only if the structure is right in the end.
 */
function isGuarded({ problem, pending: lacks }: Judgement): boolean {
  if (problem?.code !== 'drifted') return false;
  return lacks.some(({ up }) => up.kind === 'sql' && up.statements.some(({ guard }) => guard !== undefined));
}

/** Whether a legacy target was matched although it has tables of its own. */
function hasExtra({ match }: Judgement): boolean {
  return match !== undefined && isDecided(match) && match.difference.length > 0;
}
