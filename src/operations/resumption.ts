// What it takes to go on with a run: what is kept of it at its start, which of its targets are tried again, and whether the
// revisions are still those of then.

import type { RecordedTarget, ResumableRun } from '../ledger/resumable.js';
import type { RunOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import { command, hint, onFleet } from '../model/hint.js';
import { isUndone } from '../model/outcome.js';
import type { WaveVerdict } from '../model/wave.js';
import { ancestors, type Graph } from '../revisions/graph.js';
import type { Intent, Way } from '../target/intent.js';
import { stopsRun } from '../target/reason.js';

/** JSON-safe. */
export interface Terms {
  readonly options: RunOptions;
  /** Of the revisions, by id. */
  readonly checksums: Readonly<Record<string, string>>;
  /** Targets that a limit left out. */
  readonly unexamined: number;
}

export function termsOf({ order }: Graph, options: RunOptions, unexamined: number): Terms {
  const kept = Object.entries(options).filter(([name]) => name !== 'signal' && name !== 'onEvent');
  return {
    options: Object.fromEntries(kept),
    checksums: Object.fromEntries(order.map(({ id, checksum }) => [id, checksum])),
    unexamined,
  };
}

/** The terms, the intent and the ways of a run, as this version wrote them. */
export function writtenIn({ terms, arguments: asked, targets }: ResumableRun): {
  readonly terms: Terms | null;
  readonly intent: Intent;
  readonly ways: ReadonlyMap<string, Way>;
} {
  const ways = targets.flatMap(({ id, way }): [string, Way][] => (way === null ? [] : [[id, way as Way]]));
  return { terms: terms as Terms | null, intent: asked as Intent, ways: new Map(ways) };
}

/** The same intent, which means the heads as they were. */
export function headsAsTheyWere(intent: Intent, head: readonly string[]): Intent {
  const isHead = 'to' in intent && (intent.to === 'head' || intent.to === 'heads');
  if (!isHead) return intent;
  if (intent.kind === 'upgrade') return { ...intent, goal: head };
  const [only] = head;
  return intent.kind === 'stamp' && only !== undefined ? { ...intent, to: only } : intent;
}

/** What `--retry` takes. */
export const RETRIES = ['failed', 'skipped', 'busy'] as const;
export type Retry = (typeof RETRIES)[number];

/**
 * Whether a target is tried again: it was not started, was in flight, or is why the run stopped, or that was asked for.
 * @param verdict on its wave
 */
export function isOpen(
  { kind, outcome }: Pick<RecordedTarget, 'kind' | 'outcome'>,
  verdict: WaveVerdict | null,
  retry: readonly Retry[],
): boolean {
  if (kind === 'planned' || outcome === null) return true;
  const { failure } = outcome;
  if (failure === null) return false;
  if (failure.code === 'stopped' || failure.code === 'interrupted') return true;
  if (kind === 'skipped') return retry.includes('skipped');
  if (!isUndone(kind)) return false;
  if (verdict === 'exceeded' || stopsRun(failure) || retry.includes('failed')) return true;
  return failure.code === 'busy' && retry.includes('busy');
}

/** The targets of a run that are tried again. */
export function openTargets(run: ResumableRun, retry: readonly Retry[]): readonly RecordedTarget[] {
  const verdicts = new Map(run.waves.map(({ number, verdict }) => [number, verdict]));
  return run.targets.filter((one) => isOpen(one, verdicts.get(one.wave ?? 0) ?? null, retry));
}

/**
 * The revisions of a run must be there as they were; one that was edited may be mended as long as no target of the run has
 * it.
 * @returns those that were edited
 * @throws FleetError `migrations` naming what has changed
 */
export function assertSameRevisions(
  run: ResumableRun,
  { checksums }: Terms,
  graph: Graph,
): readonly string[] {
  const missing = Object.keys(checksums).filter((id) => !graph.byId.has(id));
  const edited = Object.keys(checksums).filter((id) => {
    const revision = graph.byId.get(id);
    return revision !== undefined && revision.checksum !== checksums[id];
  });
  const added = [
    ...ancestors(
      graph,
      run.head.filter((id) => graph.byId.has(id)),
    ),
  ].filter((id) => !(id in checksums));
  const applied =
    missing.length > 0 ? [] : edited.filter((id) => run.targets.some((one) => hasApplied(one, id, graph)));
  const changes = [
    ...(missing.length === 0 ? [] : [`${missing.join(', ')} is not there any more`]),
    ...(added.length === 0 ? [] : [`${added.join(', ')} came in below ${run.head.join(', ')}`]),
    ...applied.map(
      (id) => `${id} was edited (${graph.byId.get(id)?.file ?? ''}), and targets of the run have it`,
    ),
  ];
  if (changes.length === 0) return edited;
  throw new FleetError(
    'migrations',
    `The revisions are not those of run ${run.runId}, which went to ${run.head.join(', ') || 'base'}: ${changes.join('; ')}`,
    {
      hint: hint`put them back as they were, and go on: ${command('resume', run.runId)}; or begin a new run: ${onFleet(run.command === 'downgrade' ? 'status' : run.command)}`,
    },
  );
}

function hasApplied({ outcome }: RecordedTarget, id: string, graph: Graph): boolean {
  if (outcome === null) return false;
  const heads = (outcome.to ?? '').split(',').filter((head) => graph.byId.has(head));
  return outcome.applied.includes(id) || ancestors(graph, heads).has(id);
}
