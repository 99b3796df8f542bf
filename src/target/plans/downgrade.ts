// The way back: the revisions above the one that was asked for, newest first, by their `down`.

import type { Problem } from '../../model/errors.js';
import { command, hint, onTarget } from '../../model/hint.js';
import type { Reason } from '../../model/outcome.js';
import type { Revision } from '../../model/revision.js';
import { resolveArgument } from '../../revisions/argument.js';
import { ancestors, headsOf, inOrder } from '../../revisions/graph.js';
import { countHistory } from '../../revisions/squash.js';
import type { Intent } from '../intent.js';
import { firstPart, type Decision, type Plan, type PlanStep } from '../plan.js';
import { current, resumeAt, skipped, type Evidence } from './evidence.js';

/** @throws FleetError where the intent's revision argument names nothing */
export async function decideDowngrade(
  intent: Extract<Intent, { kind: 'downgrade' }>,
  evidence: Evidence,
): Promise<Decision> {
  const { judgement, basis } = evidence;
  const { graph, replay } = basis;
  const resumed = resumeAt(evidence, 'leaving');
  const { revisions, unstamp = [] } = intent;
  if (revisions?.length === 0 && unstamp.length > 0) return unstampPlan(unstamp, evidence);
  if (judgement.problem !== null && resumed === null) return skipped(judgement);
  const { applied, revision: from } = judgement;
  const goal = intent.goal ?? resolveArgument(graph, intent.to, applied);
  const kept = ancestors(graph, goal);
  const leaving = inOrder(graph, applied).filter(({ id }) => revisions?.includes(id) ?? !kept.has(id));
  if (leaving.length === 0) return current(from);
  const stuck = leaving.filter(({ down }) => down === null || down.kind === 'broken');
  if (stuck.length > 0)
    return { kind: 'noChange', outcome: 'skipped', from, failure: noWayBack(stuck), isStuck: true };
  const steps = leaving.toReversed().flatMap((revision): PlanStep[] => {
    const script = revision.down;
    return script === null || script.kind === 'broken' ? [] : [{ revision, direction: 'down', script }];
  });
  const { part, isWhole } = firstPart(steps, (step) => step.revision);
  const gone = part.map((step) => step.revision.id);
  // One that is there because all that it replaces is takes their rows along.
  const { whole } = countHistory(evidence.observation.history ?? [], graph);
  const replaced = whole.filter((one) => gone.includes(one.revision.id)).flatMap(({ rows }) => rows);
  const after = new Set([...applied].filter((id) => !gone.includes(id)));
  const forgotten = isWhole ? unstamp : [];
  const recorded = new Set([...after].filter((id) => !forgotten.includes(id)));
  return {
    kind: 'plan',
    outcome: 'downgraded',
    from,
    to: headsOf(graph, recorded).join(',') || null,
    baseline: [],
    steps: part,
    resumeAt: resumed ?? 0,
    goal: isWhole ? null : goal,
    forget: [...new Set([...gone, ...replaced.map((row) => row.revision), ...forgotten])],
    fingerprint: await replay.fingerprint(inOrder(graph, after)),
    after: inOrder(graph, after),
    allowed: [],
  };
}

/** Takes rows out of a history that stand for nothing that was run. */
function unstampPlan(
  unstamp: readonly string[],
  { observation, judgement: { applied, revision: from }, basis: { graph } }: Evidence,
): Plan {
  const after = new Set([...applied].filter((id) => !unstamp.includes(id)));
  return {
    kind: 'plan',
    outcome: 'stamped',
    from,
    to: headsOf(graph, after).join(',') || null,
    baseline: [],
    steps: [],
    resumeAt: 0,
    goal: null,
    forget: unstamp,
    fingerprint: observation.fingerprint,
    after: null,
    allowed: [],
  };
}

/** @param stuck at least one, in order */
function noWayBack(stuck: readonly Revision[]): Reason {
  const newest = stuck.at(-1)?.id ?? '';
  const without = stuck.filter(({ down }) => down === null);
  const mistakes = stuck.flatMap(({ id, down }) =>
    down?.kind === 'broken' ? mistakeIn(id, down.problems) : [],
  );
  const named = without.map(({ id, file }) => `${id} (${file})`).join(', ');
  const missing =
    without.length === 1 ? `revision ${named} has no way back` : `revisions without a way back: ${named}`;
  const write =
    without.length === 0
      ? hint`correct what stands below "-- migrate:down"; this tells every mistake: ${command('lint')}`
      : 'write "-- migrate:down" (in a program: export function down), or put a backup back';
  return {
    code: 'migrationFailed',
    step: 'read',
    revision: newest,
    message: [...(without.length === 0 ? [] : [missing]), ...mistakes].join('; '),
    hint: hint`${write}; this far it can go back: ${onTarget('downgrade', {}, newest)}`,
  };
}

/** @param problems at least one */
function mistakeIn(id: string, [first, ...more]: readonly Problem[]): string[] {
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const place = `${first.file ?? ''}:${first.line ?? 1}`;
  return [`the way back of revision ${id} has a mistake at ${place}: ${first.message}${others}`];
}
