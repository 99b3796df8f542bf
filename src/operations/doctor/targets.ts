// The targets of an installation: what was refused, what their histories record that no file has, and their states.

import type { Failure } from '../../model/outcome.js';
import type { TargetState } from '../../model/observation.js';
import { cluster } from '../../report/group.js';
import { count } from '../../report/layout.js';
import type { Graph } from '../../revisions/graph.js';
import { sameVersion } from '../../revisions/file-name.js';
import { isDecided } from '../../stamping/match.js';
import type { Context, Selected } from '../context.js';
import { found, listIds, type Found } from './finding.js';
import type { RecordedFleet } from '../fleet-history.js';
import { versionsIn } from '../../revisions/directory.js';
import { cohortsOf, type Judged } from '../inspect.js';

export interface Seen {
  readonly graph: Graph;
  readonly recorded: RecordedFleet;
  /** Null where the revisions do not allow to judge. */
  readonly judged: readonly Judged[] | null;
}

const DISCOVER = { words: ['discover'], does: 'shows what was found and what was refused, and why' };

/** What the file system alone says of the fleet. */
export function fleetFindings({ targets, refused }: Selected, context: Context): readonly Found[] {
  const { dataDir, pattern } = context;
  return [
    ...(targets.length + refused.length > 0
      ? []
      : [
          found(
            {
              id: 'noTarget',
              severity: 'error',
              message: `nothing under ${dataDir} matches ${pattern}`,
              hint: 'say where the databases are with --data-dir, and how they are called with --pattern',
            },
            DISCOVER,
          ),
        ]),
    ...(refused.length === 0
      ? []
      : [
          found(
            {
              id: 'refused',
              severity: 'error',
              message: `${count(refused.length, 'path')} must not be opened, and every run tells them as failed`,
              hint: 'mend each as its line says, or leave them out with --exclude',
              details: refused.map(({ path, reason, hint }) => `${path} ${reason}; ${hint}`),
            },
            DISCOVER,
          ),
        ]),
  ];
}

/** What was seen inside the targets. */
export function targetFindings(seen: Seen, context: Context): readonly Found[] {
  const { judged } = seen;
  const lost = lostRevisions(seen, context);
  return [
    ...unreadable(seen),
    ...lost,
    ...(judged === null ? withoutHistory(seen, context, lost.length > 0) : stateFindings(judged)),
  ];
}

function unreadable({ recorded, judged }: Seen): readonly Found[] {
  const cases =
    judged === null
      ? recorded.unread.map(({ id, path, problem }) => ({ id, path, failure: problem }))
      : casesOf(judged, ({ status }) => status.state === 'unreadable');
  // Refused ones have been told.
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
      { words: ['status', '--verbose'], does: 'tells what is wrong with each target' },
    ),
  ];
}

/** The revisions that no file has: with whom, how many, and since when. */
function lostRevisions({ recorded, graph }: Seen, { migrations }: Context): readonly Found[] {
  // Where the files cannot be read, their names still tell which ones are there.
  const named = graph.order.length > 0 ? [] : versionsIn(migrations);
  const lost = [...recorded.revisions.values()].filter(
    ({ id }) => !graph.byId.has(id) && !named.some((version) => sameVersion(version, id)),
  );
  const [first] = lost;
  if (first === undefined) return [];
  lost.sort(
    (a, b) => (a.firstAppliedAt ?? '').localeCompare(b.firstAppliedAt ?? '') || a.id.localeCompare(b.id),
  );
  const holders = new Set(lost.flatMap((one) => one.holders));
  return [
    found(
      {
        id: 'lostRevisions',
        severity: 'error',
        message: `${count(holders.size, 'target')} ${holders.size === 1 ? 'records' : 'record'} ${count(lost.length, 'revision')} that no file in ${migrations} has`,
        hint: 'bring the files back into that directory, from version control or from another installation; where they are gone for good, make a first revision of a database that is as it should be, and stamp it on the others by force',
        details: lost.map(
          ({ id, name, targets, firstAppliedAt, lastAppliedAt, holders: ids }) =>
            `${id} (${name}): ${count(targets, 'target')}, applied from ${firstAppliedAt ?? '?'} to ${lastAppliedAt ?? '?'}: ${listIds(ids)}`,
        ),
      },
      { words: ['history', '--fleet'], does: 'shows every revision that the fleet records, and since when' },
      ...(graph.order.length + named.length > 0
        ? []
        : [
            {
              words: ['baseline', first.example ?? 'TARGET'],
              does: 'writes a first revision out of this database, where the files are gone for good',
            },
          ]),
    ),
  ];
}

/**
 * Where nothing can be compared: who has no history.
 * @param hadSome whether there were revisions once: then the first is not to be made of a target without history
 */
function withoutHistory(
  { recorded: { unrecorded }, graph }: Seen,
  { migrations }: Context,
  hadSome: boolean,
): readonly Found[] {
  const [first] = unrecorded;
  if (first === undefined) return [];
  return [
    found(
      {
        id: 'withoutHistory',
        severity: 'warning',
        message: `${count(unrecorded.length, 'target')} ${unrecorded.length === 1 ? 'has' : 'have'} no history: ${listIds(unrecorded)}`,
        hint: `they can be compared with nothing until the revisions in ${migrations} can be read and run; where there never were any, make one of a database`,
      },
      ...(hadSome || graph.order.length > 0 || versionsIn(migrations).length > 0
        ? []
        : [
            {
              words: ['baseline', first],
              does: 'writes a first revision out of this database, where there are none',
            },
          ]),
    ),
  ];
}

function stateFindings(judged: readonly Judged[]): readonly Found[] {
  const inState = (...states: readonly TargetState[]) =>
    judged.filter(({ status }) => states.includes(status.state));
  const [dirty, drifted, legacy] = [inState('dirty'), inState('drifted'), inState('legacy')];
  const [known, unknown] = [legacy.filter(isKnown), legacy.filter((one) => !isKnown(one))];
  const changed = casesOf(judged, ({ status }) => status.problem?.code === 'checksumMismatch');
  const pending = inState('pending', 'empty');
  return [
    ...dirty.slice(0, 1).map(({ status: { id } }) =>
      found(
        {
          id: 'dirty',
          severity: 'error',
          message: `${count(dirty.length, 'target')} stopped half-way in a revision outside a transaction`,
          hint: 'go on with the next statement: flotilla upgrade, or flotilla downgrade where it was on its way back',
          details: causes(casesOf(dirty, () => true)),
        },
        { words: ['upgrade', '--only', id], does: 'goes on with the next statement' },
      ),
    ),
    ...(changed.length === 0
      ? []
      : [
          found({
            id: 'changedRevisions',
            severity: 'error',
            message: `${count(changed.length, 'target')} had a revision applied whose SQL has changed since`,
            hint: 'put the file back as it was, and make the change a new revision',
            details: causes(changed),
          }),
        ]),
    ...(drifted.length === 0
      ? []
      : [
          found(
            {
              id: 'drifted',
              severity: 'error',
              message: `${count(drifted.length, 'target')} drifted from the structure of ${drifted.length === 1 ? 'its' : 'their'} revision`,
              hint: 'see every difference: flotilla drift; mend them: flotilla repair; what is harmless can be allowed: flotilla upgrade --allow-drift',
              details: causes(casesOf(drifted, () => true)),
            },
            { words: ['drift'], does: 'tells every difference, shape by shape' },
            { words: ['repair', '--plan'], does: 'prints the SQL that would mend it; nothing is changed' },
          ),
        ]),
    ...(unknown.length === 0
      ? []
      : [
          found(
            {
              id: 'unmatched',
              severity: 'warning',
              message: `${count(unknown.length, 'target')} without history ${unknown.length === 1 ? 'has' : 'have'} a structure that no revision, or more than one, leaves`,
              hint: 'see the nearest revision and each difference: flotilla status --verbose',
              details: causes(casesOf(unknown, () => true)),
            },
            { words: ['status', '--verbose'], does: 'tells the nearest revision and each difference' },
          ),
        ]),
    ...(known.length === 0
      ? []
      : [
          found(
            {
              id: 'unstamped',
              severity: 'warning',
              message: `${count(known.length, 'target')} without history ${known.length === 1 ? 'has' : 'have'} exactly the structure of a revision`,
              hint: 'record it: flotilla stamp',
              details: cohortsOf(known).map(
                ({ cohort }) =>
                  `${cohort.match?.revision ?? ''}: ${count(cohort.count, 'target')} like ${cohort.example}`,
              ),
            },
            { words: ['stamp', '--dry-run'], does: 'rehearses to record what evidence says' },
          ),
        ]),
    ...(pending.length === 0
      ? []
      : [
          found(
            {
              id: 'pending',
              severity: 'warning',
              message: `${count(pending.length, 'target')} ${pending.length === 1 ? 'is' : 'are'} not at head`,
              hint: 'rehearse the upgrade: flotilla upgrade --dry-run',
              details: cohortsOf(pending).map(
                ({ cohort }) =>
                  `at ${cohort.revision ?? 'base'}: ${count(cohort.count, 'target')} like ${cohort.example}`,
              ),
            },
            { words: ['upgrade', '--dry-run'], does: 'rehearses the upgrade on private copies' },
          ),
        ]),
  ];
}

function isKnown({ judgement }: Judged): boolean {
  return judgement?.match !== undefined && isDecided(judgement.match);
}

interface Case {
  readonly id: string;
  readonly path: string;
  readonly failure: Failure;
}

function casesOf(judged: readonly Judged[], isMeant: (one: Judged) => boolean): readonly Case[] {
  return judged
    .filter(isMeant)
    .flatMap(({ status: { id, path, problem } }) =>
      problem === null ? [] : [{ id, path, failure: problem }],
    );
}

/** A line for each cause, with how many have it and one of them. */
function causes(cases: readonly Case[]): readonly string[] {
  return cluster(cases).map(
    ({ first, count: n }) => `${count(n, 'target')} like ${first.id}: ${first.failure.message}`,
  );
}
