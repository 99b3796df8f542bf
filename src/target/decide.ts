// What is to be done to one open target, decided from nothing but itself: under the lock before any change, and again
// after the death of a worker.

import type { Session } from '../dialects/port.js';
import type { Target } from '../model/target.js';
import type { Basis } from '../stamping/basis.js';
import { judge } from '../stamping/judge.js';
import { createMemory } from '../stamping/memory.js';
import { rowsInTheWay } from './mending.js';
import { matchOptions, type Intent } from './intent.js';
import { decide, type Decision } from './plan.js';

/** Targets that look the same have one decision. */
const remembered = createMemory<Decision>();

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
  if (decision.kind === 'rest' || decision.mending === undefined) return decision;
  const failure = await rowsInTheWay(session, decision.mending, target, decision.from);
  const { from, mending } = decision;
  return failure === null
    ? decision
    : { kind: 'rest', outcome: 'skipped', from, failure, extra: mending.extra };
}
