// Repairing a structure that drifted from the one that its own revision leaves; and where a file was edited after it
// was applied and the structure is what it leaves now, accepting the file.

import type { Observation } from '../../model/observation.js';
import type { Reason } from '../../model/outcome.js';
import type { Revision } from '../../model/revision.js';
import { inOrder, type Graph } from '../../revisions/graph.js';
import type { Judgement } from '../../stamping/judge.js';
import { inWords, listDifference } from '../../stamping/match.js';
import { createMemory } from '../../stamping/memory.js';
import { chainOfJudged } from '../../stamping/soft.js';
import type { Intent } from '../intent.js';
import type { Decision, Plan } from '../plan.js';
import { current, skipped, type Evidence } from './evidence.js';
import { planRepair, type NoRepair, type RepairPlan } from './repair-plan.js';

type RepairIntent = Extract<Intent, { kind: 'repair' }>;

const remembered = createMemory<RepairPlan | NoRepair>();

export async function decideRepair(
  { dropExtra, checksums = [], columns = false }: RepairIntent,
  { observation, judgement, basis: { graph, replay, structures }, readActual }: Evidence,
): Promise<Decision> {
  const { state, revision: from, records } = judgement;
  // What a file says now is not what this target was to become.
  if (records.edited.length > 0) return decideEdited(checksums, observation, judgement, graph);
  const isWhole = state === 'current' || state === 'pending' || state === 'empty';
  if (isWhole && !columns) return current(from);
  // What is not recorded yet may have to be put into order before it can be upgraded.
  const isMatched = columns && state === 'legacy';
  const after = chainOfJudged(judgement, graph);
  if (!isWhole && state !== 'drifted' && !(isMatched && after.length > 0)) return skipped(judgement);
  const isArranged = !columns || observation.layout === (await replay.layout(after));
  if (isArranged && state !== 'drifted') return current(from);
  // Targets of one fingerprint differ only in the case of names and in layout: one plan fits all of them.
  const layout = columns ? observation.layout : null;
  const key = JSON.stringify([observation.fingerprint, layout, after.map(({ id }) => id), dropExtra]);
  const repair = await remembered(graph, key, async () => {
    const [actual, expected] = [await readActual(), await replay.structure(after)];
    return planRepair({ actual, expected, dropExtra, arrange: columns }, from ?? 'base', structures);
  });
  if ('failure' in repair) return { kind: 'noChange', outcome: 'skipped', from, ...repair };
  return repairPlan(from, after, repair);
}

/** Accepts the files that were named, where the structure is what they leave now. */
function decideEdited(
  checksums: readonly string[],
  { fingerprint }: Observation,
  judgement: Judgement,
  graph: Graph,
): Decision {
  const { revision: from, state, differences, applied, records } = judgement;
  const named = records.edited.filter(({ id }) => checksums.includes('all') || checksums.includes(id));
  if (named.length === 0) return skipped(judgement);
  const accepted = named.map(({ id }) => id);
  const files = listDifference(named.map(({ file }) => file));
  if (state === 'drifted') {
    const failure: Reason = {
      code: 'checksumMismatch',
      step: 'read',
      revision: accepted.join(','),
      message: `${files} cannot be accepted as what was applied, because the structure is not the one that the revisions leave now: ${listDifference(differences.map(inWords))}`,
      hint: 'put back what was changed after it was applied, and make the change a new revision',
    };
    return { kind: 'noChange', outcome: 'skipped', from, failure };
  }
  const nothing = { statements: [], obstacles: [], left: [], extra: [], dropped: [], layout: null };
  const mended = named.map(({ id, file }) => `revision ${id}: ${file} counts as what was applied`);
  const plan = repairPlan(from, inOrder(graph, applied), { ...nothing, mended, accepted, fingerprint });
  return { ...plan, restate: accepted.flatMap((id) => graph.byId.get(id) ?? []) };
}

function repairPlan(from: string | null, after: readonly Revision[], repair: RepairPlan): Plan {
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
