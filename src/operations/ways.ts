// The way of each target of a downgrade, and of an upgrade by steps (+1), which must not be taken twice by whoever goes on
// with the run. Found before any target is touched: where a missing `down` leaves no target
// anything to do, the run ends here, and after the death of a worker the way shows how far its target had come, because a
// downgrade leaves no rows of its own.

import { FleetError, type ProblemDraft } from '../model/errors.js';
import { sentence } from '../model/sentence.js';
import { command, hint as hintOf } from '../model/hint.js';
import { isRelative } from '../revisions/argument.js';
import type { Target } from '../model/target.js';
import type { Intent, Way } from '../target/intent.js';
import type { Decision, Plan } from '../target/plan.js';
import { judgeAhead, type Looking } from './inspect.js';

/**
 * @returns ways by the id of a target, one object for all that go the same; none for another intent, and a target that
 *   has nowhere to go back to is left out
 * @throws FleetError `migrations` naming every revision without a way back, where no target can go back
 */
export async function waysOf(
  targets: readonly Target[],
  intent: Intent,
  looking: Looking,
): Promise<ReadonlyMap<string, Way>> {
  const isStep = intent.kind === 'upgrade' && isRelative(intent.to);
  if (intent.kind !== 'downgrade' && !isStep) return new Map();
  const judged = await judgeAhead(targets, intent, looking);
  const problems = new Map<string, ProblemDraft>();
  const ways = new Map<string, Way>();
  const distinct = new Map<Decision, Way>();
  for (const { status, decision } of judged) {
    if (decision?.kind === 'plan') {
      const way = distinct.get(decision) ?? wayOf(decision);
      distinct.set(decision, way);
      ways.set(status.id, way);
    } else if (decision?.isStuck === true && decision.failure !== null) {
      const { message, hint } = decision.failure;
      problems.set(message, { message: sentence(message), hint });
    }
  }
  if (problems.size > 0 && ways.size === 0) {
    throw new FleetError('migrations', 'The revisions leave no target a way back; none was touched', {
      hint: hintOf`downgrade less far, or write what is missing; this lists the revisions: ${command('history')}`,
      problems: [...problems.values()],
    });
  }
  return ways;
}

function wayOf({ from, to, goal }: Plan): Way {
  return { from: headsIn(from), goal: goal ?? headsIn(to) };
}

function headsIn(joined: string | null): readonly string[] {
  return joined === null ? [] : joined.split(',');
}
