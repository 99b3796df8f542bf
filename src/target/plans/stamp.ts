// Recording revisions without running them: those that evidence names, or the one that was named.

import type { Match, Observation } from '../../model/observation.js';
import type { Reason } from '../../model/outcome.js';
import type { Revision } from '../../model/revision.js';
import { hint, onFleet, onTarget, type Hint } from '../../model/hint.js';
import { resolveArgument } from '../../revisions/argument.js';
import { ancestors, headsOf, inOrder, type Graph } from '../../revisions/graph.js';
import type { Judgement } from '../../stamping/judge.js';
import { agrees, hearClaims, inClaimWords, isSpeaking, type Heard } from '../../stamping/claims.js';
import { inWords, listDifference } from '../../stamping/match.js';
import { remediesOf, stuckWords } from '../../stamping/remedies.js';
import type { Intent } from '../intent.js';
import type { Decision, NoChange, Plan } from '../plan.js';
import { baselineOf, current, EXTRA_TABLE, isAllowed, matchOf, skipped, type Evidence } from './evidence.js';

type StampIntent = Extract<Intent, { kind: 'stamp' }>;

/** @throws FleetError where the intent's revision argument names nothing */
export async function decideStamp(intent: StampIntent, evidence: Evidence): Promise<Decision> {
  return intent.to === 'auto' ? decideByEvidence(intent, evidence) : decideByName(intent, evidence);
}

/** Stamps what evidence decides, or `at` where several revisions are alike; targets with a history are left alone. */
function decideByEvidence(
  { allowExtra = false }: StampIntent,
  { observation, judgement, basis: { graph } }: Evidence,
): Decision {
  const { match, revision } = judgement;
  const baseline = baselineOf(judgement, graph);
  if (baseline.length > 0) return stampPlan(graph, { baseline, from: null, forget: [], observation, match });
  return isWell(judgement, allowExtra) ? current(revision) : skipped(judgement);
}

/** Stamps the revision that was named, where the structure is its own or `force` says so. */
async function decideByName(
  intent: StampIntent,
  { observation, judgement, basis, readActual }: Evidence,
): Promise<Decision> {
  const { graph, replay, structures } = basis;
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
  const heard = hearClaims(observation.claims, graph, basis.userVersions ?? {});
  const against = intent.force || recorded.length > 0 ? null : objection(heard, wanted, to, graph);
  if (against !== null) {
    const said = hint`${against.remedy}; or record it all the same: ${byForce}`;
    return { ...refuse('claimMismatch', against.message, said), ...matchOf(judgement) };
  }
  const plan = (match: Match | undefined): Plan =>
    stampPlan(graph, { baseline, from: revision, forget: 'all', observation, match });
  const { match: own } = judgement;
  if (own?.candidates.includes(to) === true) return plan({ ...own, revision: to });
  if ((await replay.fingerprint(baseline)) === observation.fingerprint) return plan(own);
  const difference = structures.compare(await replay.structure(baseline), await readActual()).map(inWords);
  const match = { kind: 'nearest', revision: to, candidates: [], difference } as const;
  if (intent.force) return plan(match);
  const message = `its structure is not that of revision ${to}: ${listDifference(difference)}`;
  const said = hint`let evidence decide: ${onFleet('stamp', {}, 'auto')}; or record it all the same: ${byForce}`;
  return { ...refuse('noBaseline', message, said), match };
}

/** What other tools say against a revision that was named, and what to do about it; null: nothing. */
function objection(
  heard: readonly Heard[],
  wanted: ReadonlySet<string>,
  named: string,
  graph: Graph,
): { readonly message: string; readonly remedy: Hint } | null {
  const stuck = heard.map(({ claim }) => claim).filter((claim) => claim.stuck.length > 0);
  if (stuck.length > 0) return { message: stuck.map(stuckWords).join('; '), remedy: remediesOf(stuck) };
  const others = heard.filter((one) => isSpeaking(one) && !agrees(one, wanted));
  if (others.length === 0) return null;
  return {
    message: `${others.map((one) => inClaimWords(one, graph)).join('; ')}, and ${named} is to be recorded`,
    remedy: hint`let evidence decide: ${onFleet('stamp', {}, 'auto')}`,
  };
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
