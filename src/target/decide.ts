// What is to be done to one target, decided from that target alone: under the lock before any change, again after the
// death of a worker, and by the same functions for a plan or a rehearsal.

import type { Session } from '../dialects/port.js';
import type { Target } from '../model/target.js';
import type { Basis } from '../stamping/basis.js';
import { judge } from '../stamping/judge.js';
import { createMemory } from '../stamping/memory.js';
import { matchOptions, type Intent } from './intent.js';
import type { Decision, Plan } from './plan.js';
import { decideDowngrade } from './plans/downgrade.js';
import type { Evidence } from './plans/evidence.js';
import { rowsInTheWay } from './plans/repair-plan.js';
import { decideRepair } from './plans/repair.js';
import { decideStamp } from './plans/stamp.js';
import { decideUpgrade } from './plans/upgrade.js';

/** @throws FleetError where the intent's revision argument names nothing */
export async function decide(intent: Intent, evidence: Evidence): Promise<Decision> {
  const decision = await decideIntent(intent, evidence);
  return decision.kind === 'plan' ? restating(decision, evidence) : decision;
}

/** Rows of 0.1.0 are brought to the form of today along with a change, and never for their own sake. */
function restating(plan: Plan, { judgement: { records }, basis: { graph } }: Evidence): Plan {
  const { forget, restate = [] } = plan;
  const staying = records.former.filter((id) => forget !== 'all' && !forget.includes(id));
  const former = staying.flatMap((id) => graph.byId.get(id) ?? []);
  return restate.length + former.length === 0 ? plan : { ...plan, restate: [...restate, ...former] };
}

async function decideIntent(intent: Intent, evidence: Evidence): Promise<Decision> {
  switch (intent.kind) {
    case 'upgrade':
      return decideUpgrade(intent, evidence);
    case 'downgrade':
      return decideDowngrade(intent, evidence);
    case 'stamp':
      return decideStamp(intent, evidence);
    case 'repair':
      return decideRepair(intent, evidence);
    case 'restore':
    case 'undo':
      throw new Error('what a restore or an undo does is decided with its copy at hand');
  }
}

/** Targets that look the same have one decision. */
const remembered = createMemory<Decision>();

/** The decision about an open target, the rows of a repair included. */
export async function decideTarget(
  session: Session,
  target: Target,
  intent: Intent,
  basis: Basis,
): Promise<Decision> {
  const observation = await session.observe();
  const decision = await remembered(basis.graph, JSON.stringify([intent, observation]), async () => {
    const readActual = () => session.structure();
    const judgement = await judge(observation, basis, readActual, matchOptions(intent));
    return decide(intent, { observation, judgement, basis, readActual });
  });
  if (decision.kind === 'noChange' || decision.repair === undefined) return decision;
  const { from, repair } = decision;
  const failure = await rowsInTheWay(session, repair, target, from);
  return failure === null
    ? decision
    : { kind: 'noChange', outcome: 'skipped', from, failure, extra: repair.extra };
}
