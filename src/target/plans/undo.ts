// Which way back there is from what a run did to one target: the copy of before, where the target is proved to be as
// the run left it, or else the revisions, which keep what was written since. Either is an intent that there is already,
// so that an undo is carried out by the steps of a restore, a downgrade, an upgrade or a stamp. Decided from the target
// itself, under its lock; after the death of a worker from the copy that was made there.

import { copyAt } from '../../backup/copies.js';
import { readLeftOf } from '../../backup/left.js';
import type { Session } from '../../dialects/port.js';
import type { HistoryRow } from '../../model/history.js';
import { command, hint } from '../../model/hint.js';
import type { Reason } from '../../model/outcome.js';
import type { Target } from '../../model/target.js';
import { ancestors, pending, type Graph } from '../../revisions/graph.js';
import { appliedIn } from '../../revisions/squash.js';
import { decideTarget } from '../decide.js';
import type { Deed, Intent, UndoIntent } from '../intent.js';
import type { Decision } from '../plan.js';
import type { Tools } from '../work.js';
import { current } from './evidence.js';
import { ifSound, noCopy, revisionOf, type RestoreIntent } from './restore.js';

/** What an undo turns out to be; a restore is decided with its copy at hand. */
export type Chosen =
  | { readonly intent: RestoreIntent; readonly decision: null }
  | { readonly intent: Intent; readonly decision: Decision };

export async function chooseUndo(
  session: Session,
  target: Target,
  intent: UndoIntent,
  tools: Pick<Tools, 'driver' | 'graph' | 'replay' | 'structures' | 'userVersions'>,
): Promise<Chosen> {
  const { deed, how, force, run } = intent;
  const history = await ifSound(() => session.readHistory());
  const from = revisionOf(history, tools.graph);
  if (deed === undefined) return { intent, decision: current(from) };
  const copy = deed.copy === null ? null : copyAt(deed.copy);
  const byCopy = (isProved: boolean, why: string): Chosen => ({
    intent: { kind: 'restore', force, run, copy: deed.copy ?? '', undoes: { run, isProved, why } },
    decision: null,
  });
  const left = copy === null ? null : readLeftOf(copy.path, { runId: run, targetId: target.id });
  const isProved = left !== null && (await ifSound(() => session.content())) === left.content;
  if (isProved && how !== 'downgrade') return byCopy(true, '');
  const doubt =
    left === null
      ? `nothing proves that it is as run ${run} left it`
      : `it has been changed since run ${run} left it`;
  if (how === 'restore') {
    return copy === null ? { intent, decision: { ...noCopy({ run }), from } } : byCopy(false, doubt);
  }
  const back = wayBack(deed, run, history ?? [], tools.graph);
  if (back === 'nothing') return { intent, decision: current(from) };
  const decision = typeof back === 'string' ? null : await decideTarget(session, target, back, tools);
  if (decision !== null && typeof back !== 'string' && !isStuck(decision)) return { intent: back, decision };
  const why = typeof back === 'string' ? back : reasonIn(decision);
  if (copy !== null && how === 'auto') return byCopy(false, `${doubt}, and ${why}`);
  if (typeof back !== 'string' && decision !== null) return { intent: back, decision };
  return {
    intent,
    decision: { kind: 'noChange', outcome: 'skipped', from, failure: noWay(why, copy !== null) },
  };
}

function isStuck(decision: Decision): boolean {
  return decision.kind === 'noChange' && decision.outcome !== 'current';
}

function reasonIn(decision: Decision | null): string {
  return decision?.kind === 'noChange' ? (decision.failure?.message ?? '') : '';
}

/**
 * The revisions' own way back: an intent; `nothing` where nothing of what was done is there; or, as a clause, why there
 * is none.
 */
function wayBack(deed: Deed, run: string, history: readonly HistoryRow[], graph: Graph): Intent | string {
  switch (deed.what) {
    case 'upgraded':
      return takingBack(deed, run, history, graph);
    case 'stamped':
      return deed.command === 'stamp' && deed.from !== null
        ? `run ${run} replaced a history, which no revision brings back`
        : takingBack(deed, run, history, graph);
    case 'downgraded':
      return goingUp(deed, history, graph);
    case 'unstamped': {
      const { from } = deed;
      if (history.length > 0 || from === null || from.includes(','))
        return `what run ${run} took out of the history cannot be recorded again by itself`;
      return { kind: 'stamp', to: from, force: false, allowExtra: true };
    }
    case 'repaired':
    case 'restored':
      return `what run ${run} did to it cannot be taken back by revisions`;
    case 'unknown':
      if (deed.command === 'upgrade' || deed.command === 'stamp')
        return takingBack(deed, run, history, graph);
      return `run ${run} died, and whether it changed this target is not known`;
  }
}

/** By the `down` of what the run applied, and without the rows of what it stamped. */
function takingBack(deed: Deed, run: string, history: readonly HistoryRow[], graph: Graph): Intent | string {
  const first = history.findIndex((row) => row.runId === run);
  if (first < 0) {
    const again = history.find(({ revision }) => deed.applied.includes(revision));
    return again === undefined
      ? 'nothing'
      : `revision ${again.revision} was applied again by run ${again.runId}`;
  }
  const others = history.slice(first).filter((row) => row.runId !== run);
  const [other] = others;
  if (other !== undefined) return `run ${other.runId} recorded revision ${other.revision} since`;
  const own = history.slice(first);
  const now = appliedIn(history, graph);
  const replaced = own.find(({ revision, status }) => status !== 'started' && !now.has(revision));
  if (replaced !== undefined) return `another revision stands for ${replaced.revision} by this time`;
  const of = (isStamped: boolean) =>
    own.filter(({ status }) => (status === 'stamped') === isStamped).map(({ revision }) => revision);
  return {
    kind: 'downgrade',
    to: deed.from ?? 'base',
    goal: headsIn(deed.from),
    revisions: of(false),
    unstamp: of(true),
  };
}

/** By the `up` of what the run took back. */
function goingUp({ from, applied }: Deed, history: readonly HistoryRow[], graph: Graph): Intent | string {
  const goal = headsIn(from);
  const lost = [...goal, ...applied].find((id) => !graph.byId.has(id));
  if (lost !== undefined) return `no file has revision ${lost}`;
  const now = appliedIn(history, graph);
  const kept = ancestors(graph, goal);
  const beyond = [...now].find((id) => !kept.has(id));
  if (beyond !== undefined) return `revision ${beyond} was applied since`;
  const lacks = pending(graph, now, goal).map(({ id }) => id);
  if (lacks.length === 0) return 'nothing';
  const other = lacks.find((id) => !applied.includes(id));
  if (other !== undefined) return `it lacks revision ${other} too, which was not taken back by that run`;
  return { kind: 'upgrade', to: goal[0] ?? 'head', goal, stamp: false, allowDrift: [], allowExtra: true };
}

function headsIn(joined: string | null): readonly string[] {
  return joined === null ? [] : joined.split(',');
}

function noWay(why: string, hasCopy: boolean): Reason {
  return {
    code: hasCopy ? 'changedSince' : 'backupFailed',
    step: 'read',
    message: hasCopy ? why : `there is no copy of it from before that run, and ${why}`,
    hint: hint`see which copies there are: ${command('backup', 'list')}`,
  };
}
