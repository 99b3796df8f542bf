// Recording revisions without running them: those that evidence names, or the one that was named.

import type { Match, Observation } from '../../model/observation.js';
import type { Reason } from '../../model/outcome.js';
import type { Revision } from '../../model/revision.js';
import { hint, onFleet, onTarget } from '../../model/hint.js';
import { resolveArgument } from '../../revisions/argument.js';
import { ancestors, headsOf, inOrder, type Graph } from '../../revisions/graph.js';
import { listDifference, type Judgement } from '../../stamping/judge.js';
import { inWords } from '../../stamping/match.js';
import type { Intent } from '../intent.js';
import type { Decision, NoChange, Plan } from '../plan.js';
import { baselineOf, current, EXTRA_TABLE, isAllowed, skipped, type Evidence } from './evidence.js';

type StampIntent = Extract<Intent, { kind: 'stamp' }>;

/** @throws FleetError where the intent's revision argument names nothing */
export async function decideStamp(intent: StampIntent, evidence: Evidence): Promise<Decision> {
  return intent.to === 'auto' ? decideByEvidence(intent, evidence) : decideByName(intent, evidence);
}

/** Stamps what evidence decides, or `at` where several revisions are alike; targets with a history are left alone. */
function decideByEvidence(
  { at, allowExtra = false }: StampIntent,
  { observation, judgement, basis: { graph } }: Evidence,
): Decision {
  const { match, revision } = judgement;
  const plan = (baseline: readonly Revision[], chosen: Match | undefined): Plan =>
    stampPlan(graph, { baseline, from: null, forget: [], observation, match: chosen });
  if (at !== undefined && match?.kind === 'ambiguous') {
    if (!match.candidates.includes(at)) return notAmong(at, judgement, match.candidates);
    return plan(inOrder(graph, ancestors(graph, [at])), { ...match, revision: at });
  }
  const baseline = baselineOf(judgement, graph);
  if (baseline.length > 0) return plan(baseline, match);
  return isWell(judgement, allowExtra) ? current(revision) : skipped(judgement);
}

function notAmong(at: string, judgement: Judgement, candidates: readonly string[]): NoChange {
  const last = candidates.at(-1) ?? at;
  return {
    ...skipped(judgement),
    failure: {
      code: 'ambiguousBaseline',
      step: 'read',
      message: `its structure is that of ${candidates.join(', ')}, and ${at} is none of them`,
      hint: hint`name one of them, for example: ${onTarget('stamp', { at: last })}`,
    },
  };
}

/** Stamps the revision that was named, where the structure is its own or `force` says so. */
async function decideByName(
  intent: StampIntent,
  { observation, judgement, basis: { graph, replay, structures }, readActual }: Evidence,
): Promise<Decision> {
  const wanted = ancestors(graph, resolveArgument(graph, intent.to, judgement.applied));
  const baseline = inOrder(graph, wanted);
  const to = headsOf(graph, wanted).join(',') || 'base';
  const recorded = (observation.history ?? []).map((entry) => entry.revision);
  const { revision } = judgement;
  const isThere = recorded.length === wanted.size && recorded.every((id) => wanted.has(id));
  if (isThere && isWell(judgement, intent.allowExtra ?? false)) return current(revision);
  const refuse = (code: Reason['code'], message: string, said: Reason['hint']): NoChange => ({
    kind: 'noChange',
    outcome: 'skipped',
    from: revision,
    failure: { code, step: 'read', revision: to, message, hint: said },
  });
  const byForce = onTarget('stamp', { force: true }, to);
  if (recorded.length > 0 && !intent.force) {
    const message = `it has a history already, up to ${revision ?? 'base'}`;
    return refuse('noBaseline', message, hint`replace it: ${byForce}`);
  }
  const plan = (match: Match | undefined): Plan =>
    stampPlan(graph, { baseline, from: revision, forget: 'all', observation, match });
  const isMatched = judgement.match?.candidates.includes(to) === true;
  if (isMatched || (await replay.fingerprint(baseline)) === observation.fingerprint)
    return plan(judgement.match);
  const difference = structures.compare(await replay.structure(baseline), await readActual()).map(inWords);
  const match = { kind: 'nearest', revision: to, candidates: [], difference } as const;
  if (intent.force) return plan(match);
  const message = `its structure is not that of revision ${to}: ${listDifference(difference)}`;
  const said = hint`let evidence decide: ${onFleet('stamp', {}, 'auto')}; or record it all the same: ${byForce}`;
  return { ...refuse('noBaseline', message, said), match };
}

/** Whether a target is fine, or has only extra tables and those are allowed. */
function isWell(judgement: Judgement, allowExtra: boolean): boolean {
  return judgement.problem === null || (allowExtra && isAllowed(judgement, [EXTRA_TABLE]));
}

interface Stamp {
  readonly baseline: readonly Revision[];
  readonly from: string | null;
  readonly forget: Plan['forget'];
  readonly observation: Observation;
  readonly match: Match | undefined;
}

function stampPlan(graph: Graph, { baseline, from, forget, observation, match }: Stamp): Plan {
  return {
    kind: 'plan',
    outcome: 'stamped',
    from,
    to: headsOf(graph, new Set(baseline.map((revision) => revision.id))).join(',') || null,
    baseline,
    steps: [],
    resumeAt: 0,
    goal: null,
    forget,
    fingerprint: observation.fingerprint,
    after: null,
    allowed: [],
    ...(match === undefined ? {} : { match }),
  };
}
