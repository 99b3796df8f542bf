// Repairing a structure that drifted from the one that its own revision leaves.

import { inOrder } from '../../revisions/graph.js';
import { checksumMismatch } from '../../stamping/judge.js';
import { createMemory } from '../../stamping/memory.js';
import type { Intent } from '../intent.js';
import type { Decision } from '../plan.js';
import { current, skipped, type Evidence } from './evidence.js';
import { planRepair, type NoRepair, type RepairPlan } from './repair-plan.js';

const remembered = createMemory<RepairPlan | NoRepair>();

export async function decideRepair(
  { dropExtra }: Extract<Intent, { kind: 'repair' }>,
  { observation, judgement, basis: { graph, replay, structures }, readActual }: Evidence,
): Promise<Decision> {
  const { state, revision: from, applied } = judgement;
  if (state === 'current' || state === 'pending' || state === 'empty') return current(from);
  if (state !== 'drifted') return skipped(judgement);
  // The file has changed since: what it makes now is not what this target was meant to become.
  const changed = checksumMismatch(observation.history ?? [], graph);
  if (changed !== null) return { kind: 'noChange', outcome: 'skipped', from, failure: changed };
  const after = inOrder(graph, applied);
  // Targets of one fingerprint differ only in the case of names and the order of columns: one plan fits all of them.
  const key = JSON.stringify([observation.fingerprint, after.map(({ id }) => id), dropExtra]);
  const repair = await remembered(graph, key, async () => {
    const request = { actual: await readActual(), expected: await replay.structure(after), dropExtra };
    return planRepair(request, from ?? 'base', structures);
  });
  if ('failure' in repair) return { kind: 'noChange', outcome: 'skipped', from, ...repair };
  return {
    kind: 'plan',
    outcome: 'repaired',
    from,
    to: from,
    baseline: [],
    steps: [],
    resumeAt: 0,
    goal: null,
    forget: [],
    fingerprint: repair.fingerprint,
    after,
    allowed: [],
    repair,
  };
}
