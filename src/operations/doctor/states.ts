// What to do about the states that targets are in: a function for each state, in the order in which to deal with them.

import { hint, onFleet } from '../../model/hint.js';
import type { TargetState } from '../../model/observation.js';
import type { FailureCode } from '../../model/outcome.js';
import { cluster, type FailedTarget } from '../../report/group.js';
import { count } from '../../report/layout.js';
import { isDecided } from '../../stamping/match.js';
import { cohortsOf, type Judged } from '../inspect.js';
import { found, step, type Found } from './finding.js';

export function stateFindings(judged: readonly Judged[]): readonly Found[] {
  const inState = (...states: readonly TargetState[]) =>
    judged.filter(({ status }) => states.includes(status.state));
  const legacy = inState('legacy');
  return [
    ...dirty(inState('dirty').filter((one) => !isEdited(one))),
    ...changedRevisions(judged.filter(isEdited)),
    ...drifted(inState('drifted').filter((one) => !isEdited(one))),
    ...claimed(legacy.filter(hasCode('claimMismatch'))),
    ...undecided(legacy.filter(hasCode('ambiguousBaseline'))),
    ...unmatched(legacy.filter((one) => hasCode('noBaseline')(one) && !isKnown(one))),
    ...unstamped(legacy.filter(isKnown)),
    ...pending(inState('pending', 'empty')),
  ];
}

function dirty(targets: readonly Judged[]): readonly Found[] {
  const [first] = targets;
  if (first === undefined) return [];
  const { id } = first.status;
  return [
    found(
      {
        id: 'dirty',
        severity: 'error',
        message: `${count(targets.length, 'target')} stopped half-way in a revision outside a transaction`,
        hint: hint`go on with the next statement: ${onFleet('upgrade')}; or by the same downgrade again, where it was on its way back`,
        details: causes(casesOf(targets, () => true)),
      },
      step(onFleet('upgrade', { only: [id] }), 'goes on with the next statement'),
    ),
  ];
}

/** A file was edited after it was applied. */
function isEdited({ status }: Judged): boolean {
  return status.problem?.code === 'checksumMismatch';
}

function changedRevisions(targets: readonly Judged[]): readonly Found[] {
  if (targets.length === 0) return [];
  const back = 'put the file back as it was, and make the change a new revision';
  const acceptable = targets.filter(({ status }) => status.state !== 'drifted');
  const ids = acceptable.flatMap(({ judgement }) => judgement?.records.edited.map(({ id }) => id) ?? []);
  const checksums = [...new Set(ids)];
  return [
    found({
      id: 'changedRevisions',
      severity: 'error',
      message: `${count(targets.length, 'target')} had a revision applied whose file has changed since`,
      hint:
        checksums.length === 0
          ? back
          : hint`${back}; or, where it did the same to the rows, accept the file: ${onFleet('repair', { checksums })}`,
      details: causes(casesOf(targets, () => true)),
    }),
  ];
}

function drifted(targets: readonly Judged[]): readonly Found[] {
  const [first] = targets;
  if (first === undefined) return [];
  const kinds = targets.flatMap(({ judgement }) => judgement?.differences.map(({ kind }) => kind) ?? []);
  const allow = onFleet('upgrade', { allowDrift: [...new Set(kinds)] });
  return [
    found(
      {
        id: 'drifted',
        severity: 'error',
        message: `${count(targets.length, 'target')} drifted from the structure of ${targets.length === 1 ? 'its' : 'their'} revision`,
        hint: hint`see every difference: ${onFleet('drift')}; mend them: ${onFleet('repair')}; what is harmless can be allowed: ${allow}`,
        details: causes(casesOf(targets, () => true)),
      },
      step(onFleet('drift'), 'tells every difference, shape by shape'),
      step(onFleet('repair', { plan: true }), 'prints the SQL that would mend it; nothing is changed'),
    ),
  ];
}

function hasCode(code: FailureCode): (one: Judged) => boolean {
  return ({ status }) => status.problem?.code === code;
}

function claimed(targets: readonly Judged[]): readonly Found[] {
  if (targets.length === 0) return [];
  const showAll = onFleet('status', { verbose: true });
  return [
    found(
      {
        id: 'claimed',
        severity: 'warning',
        message: `${count(targets.length, 'target')} without history ${targets.length === 1 ? 'has' : 'have'} a record of another tool that speaks against the structure, or of a run that did not end`,
        hint: hint`see what each says, and what to do: ${showAll}`,
        details: causes(casesOf(targets, () => true)),
      },
      step(showAll, 'tells what the other tool records, and the way out'),
    ),
  ];
}

function undecided(targets: readonly Judged[]): readonly Found[] {
  if (targets.length === 0) return [];
  const latest = onFleet('stamp', { at: 'latest', dryRun: true });
  return [
    found(
      {
        id: 'undecided',
        severity: 'warning',
        message: `${count(targets.length, 'target')} without history ${targets.length === 1 ? 'has' : 'have'} the structure of several revisions, and nothing says which ${targets.length === 1 ? 'it is' : 'they are'} at`,
        hint: hint`say which it is, by --at earliest, --at latest or --at with a revision; where all of them have run: ${latest}`,
        details: causes(casesOf(targets, () => true)),
      },
      step(latest, 'rehearses to record the last of the revisions that have the structure'),
    ),
  ];
}

function unmatched(targets: readonly Judged[]): readonly Found[] {
  if (targets.length === 0) return [];
  const showAll = onFleet('status', { verbose: true });
  return [
    found(
      {
        id: 'unmatched',
        severity: 'warning',
        message: `${count(targets.length, 'target')} without history ${targets.length === 1 ? 'has' : 'have'} a structure that no revision leaves`,
        hint: hint`see the nearest revision and each difference: ${showAll}`,
        details: causes(casesOf(targets, () => true)),
      },
      step(showAll, 'tells the nearest revision and each difference'),
    ),
  ];
}

function unstamped(targets: readonly Judged[]): readonly Found[] {
  if (targets.length === 0) return [];
  return [
    found(
      {
        id: 'unstamped',
        severity: 'warning',
        message: `${count(targets.length, 'target')} without history ${targets.length === 1 ? 'has' : 'have'} exactly the structure of a revision`,
        hint: hint`record it: ${onFleet('stamp')}`,
        details: cohortsOf(targets).map(
          ({ cohort }) =>
            `${cohort.match?.revision ?? ''}: ${count(cohort.count, 'target')} like ${cohort.example}`,
        ),
      },
      step(onFleet('stamp', { dryRun: true }), 'rehearses to record what evidence says'),
    ),
  ];
}

function pending(targets: readonly Judged[]): readonly Found[] {
  if (targets.length === 0) return [];
  const rehearse = onFleet('upgrade', { dryRun: true });
  return [
    found(
      {
        id: 'pending',
        severity: 'warning',
        message: `${count(targets.length, 'target')} ${targets.length === 1 ? 'is' : 'are'} not at head`,
        hint: hint`rehearse the upgrade: ${rehearse}`,
        details: cohortsOf(targets).map(
          ({ cohort }) =>
            `at ${cohort.revision ?? 'base'}: ${count(cohort.count, 'target')} like ${cohort.example}`,
        ),
      },
      step(rehearse, 'rehearses the upgrade on private copies'),
    ),
  ];
}

function isKnown({ judgement }: Judged): boolean {
  return judgement?.match !== undefined && isDecided(judgement.match);
}

export function casesOf(
  judged: readonly Judged[],
  isMeant: (one: Judged) => boolean,
): readonly FailedTarget[] {
  return judged
    .filter(isMeant)
    .flatMap(({ status: { id, path, problem } }) =>
      problem === null ? [] : [{ id, path, failure: problem }],
    );
}

/** A line for each cause, with how many have it and one of them. */
export function causes(cases: readonly FailedTarget[]): readonly string[] {
  return cluster(cases).map(({ first, count: n, wordings }) => {
    const others = wordings > 1 ? ` (and ${count(wordings - 1, 'other wording')})` : '';
    return `${count(n, 'target')} like ${first.id}: ${first.failure.message}${others}`;
  });
}
