// The targets of an installation: what was refused or cannot be read, and what their histories record that no file has.

import { command, hint, onFleet } from '../../model/hint.js';
import { count } from '../../report/layout.js';
import { versionsIn } from '../../revisions/directory.js';
import { sameVersion } from '../../revisions/file-name.js';
import type { Graph } from '../../revisions/graph.js';
import { squashOf } from '../../revisions/squash.js';
import type { Context, Selected } from '../context.js';
import type { Recorded, RecordedFleet } from '../fleet-history.js';
import type { Judged } from '../inspect.js';
import { causes, casesOf, stateFindings } from './states.js';
import { found, listIds, step, type Found } from './finding.js';

export interface SeenFleet {
  readonly graph: Graph;
  readonly recorded: RecordedFleet;
  /** Null where the revisions cannot be used to judge. */
  readonly judged: readonly Judged[] | null;
}

const DISCOVER = step(onFleet('discover'), 'shows what was found and what was refused, and why');

/** What a search alone says of the fleet. */
export function fleetFindings({ targets, refused }: Selected, context: Context): readonly Found[] {
  const none = targets.length + refused.length === 0;
  return [...(none ? [noTarget(context)] : []), ...(refused.length === 0 ? [] : [refusedPaths(refused)])];
}

function noTarget({ dataDir, pattern }: Context): Found {
  return found(
    {
      id: 'noTarget',
      severity: 'error',
      message: `Nothing under ${dataDir} matches ${pattern}`,
      hint: 'say where the databases are with --data-dir, and how they are called with --pattern',
    },
    DISCOVER,
  );
}

function refusedPaths(refused: Selected['refused']): Found {
  return found(
    {
      id: 'refused',
      severity: 'error',
      message: `${count(refused.length, 'path')} must not be opened, and every run tells of them`,
      hint: 'mend each as its line says, or leave them out with --exclude',
      details: refused.map(({ path, reason, hint: mend }) => `${path} ${reason}; ${mend}`),
    },
    DISCOVER,
  );
}

/** What was seen inside the targets. */
export function targetFindings(seen: SeenFleet, context: Context): readonly Found[] {
  const { judged } = seen;
  const lost = lostRevisions(seen, context);
  return [
    ...unreadable(seen),
    ...lost,
    ...partlyReplaced(seen),
    ...(judged === null ? withoutHistory(seen, context, lost.length > 0) : stateFindings(judged)),
  ];
}

function unreadable({ recorded, judged }: SeenFleet): readonly Found[] {
  const cases =
    judged === null
      ? recorded.unread.map(({ id, path, problem }) => ({ id, path, failure: problem }))
      : casesOf(judged, ({ status }) => status.state === 'unreadable');
  // Refused paths are a finding of their own.
  const own = cases.filter(({ failure }) => failure.code !== 'refusedPath');
  if (own.length === 0) return [];
  return [
    found(
      {
        id: 'unreadable',
        severity: 'error',
        message: `${count(own.length, 'target')} cannot be read`,
        hint: 'mend each as its line says, or leave them out with --exclude',
        details: causes(own),
      },
      step(onFleet('status', { verbose: true }), 'tells what is wrong with each target'),
    ),
  ];
}

/** Revisions that targets record and no file has: which targets, how many, and since when. */
function lostRevisions({ recorded, graph }: SeenFleet, { migrations }: Context): readonly Found[] {
  // Where the files cannot be read, their names still tell which ones are there.
  const named = graph.order.length > 0 ? [] : versionsIn(migrations);
  const lost = [...recorded.revisions.values()]
    .filter(
      ({ id }) =>
        !graph.byId.has(id) &&
        squashOf(id, graph) === null &&
        !named.some((version) => sameVersion(version, id)),
    )
    .sort(byTime);
  const [first] = lost;
  if (first === undefined) return [];
  const holders = new Set(lost.flatMap((one) => one.holders));
  const hasFiles = graph.order.length + named.length > 0;
  return [
    found(
      {
        id: 'lostRevisions',
        severity: 'error',
        message: `${count(holders.size, 'target')} ${holders.size === 1 ? 'records' : 'record'} ${count(lost.length, 'revision')} that no file in ${migrations} has`,
        hint: 'bring the files back into that directory, from version control or from another installation; where they are gone for good, make a first revision of a database that is as it should be, and stamp it on the others by force',
        details: lost.map(lostLine),
      },
      step(
        onFleet('history', { fleet: true }),
        'shows every revision that the fleet records, and since when',
      ),
      ...(hasFiles
        ? []
        : [
            step(
              command('baseline', first.example ?? 'TARGET'),
              'writes a first revision out of this database, where the files are gone for good',
            ),
          ]),
    ),
  ];
}

/** Targets between the revisions that one stands for now. */
function partlyReplaced({ judged, graph }: SeenFleet): readonly Found[] {
  const cases = casesOf(judged ?? [], ({ status: { state, problem } }) => {
    const ids = problem?.revision?.split(',') ?? [];
    return state === 'unknown' && ids.length > 0 && ids.every((id) => squashOf(id, graph) !== null);
  });
  const [first] = cases;
  if (first === undefined) return [];
  return [
    found({
      id: 'partlyReplaced',
      severity: 'error',
      message: `${count(cases.length, 'target')} ${cases.length === 1 ? 'has' : 'have'} some of the revisions that another one replaces`,
      hint: first.failure.hint,
      details: causes(cases),
    }),
  ];
}

function lostLine({ id, name, targets, firstAppliedAt, lastAppliedAt, holders }: Recorded): string {
  const since = `applied from ${firstAppliedAt ?? '?'} to ${lastAppliedAt ?? '?'}`;
  return `${id} (${name}): ${count(targets, 'target')}, ${since}: ${listIds(holders)}`;
}

function byTime(a: Recorded, b: Recorded): number {
  return (a.firstAppliedAt ?? '').localeCompare(b.firstAppliedAt ?? '') || a.id.localeCompare(b.id);
}

/**
 * Where nothing can be compared: who has no history.
 * @param hadSome whether there were revisions once: then no first revision is to be made from a target without history
 */
function withoutHistory(
  { recorded: { unrecorded }, graph }: SeenFleet,
  { migrations }: Context,
  hadSome: boolean,
): readonly Found[] {
  const [first] = unrecorded;
  if (first === undefined) return [];
  const wereNone = !hadSome && graph.order.length === 0 && versionsIn(migrations).length === 0;
  const baseline = step(
    command('baseline', first),
    'writes a first revision out of this database, where there are none',
  );
  return [
    found(
      {
        id: 'withoutHistory',
        severity: 'warning',
        message: `${count(unrecorded.length, 'target')} ${unrecorded.length === 1 ? 'has' : 'have'} no history: ${listIds(unrecorded)}`,
        hint: hint`they can be compared with nothing until the revisions in ${migrations} can be read and run; where there never were any, make one of a database`,
      },
      ...(wereNone ? [baseline] : []),
    ),
  ];
}
