// A run for people: what happened, to how many, what failed and why, where the backups are, what to do next.
// Apart from the document it reads, which programs read; it says nothing that the document does not.

import { EXIT } from '../model/exit-code.js';
import { isUndone, type Outcome, type OutcomeKind } from '../model/outcome.js';
import type { RunReport } from '../model/report.js';
import { causeOf, causesText } from './causes-text.js';
import type { Cause } from './causes-text.js';
import {
  count,
  document,
  duration,
  lines,
  nothingFound,
  unexaminedText,
  number,
  paint,
  section,
  table,
  visible,
  wrap,
} from './layout.js';
import type { Paint, TextOptions } from './layout.js';
import { DONE, nextStepsText, stepsAfterRun } from './next-steps.js';
import { causesOf } from './summarize.js';
import { restoredSections } from './restore-text.js';
import { wavesText } from './waves-text.js';
import { mendedSections, unmatchedText } from './repair-text.js';

/** The report of a run, ending in an empty line. */
export function runText(report: RunReport, options: TextOptions): string {
  const causes = (kind: OutcomeKind) => causesAmong(report, (one) => one === kind);
  return document([
    headline(report, options),
    unexaminedText(report, options),
    report.undoes === undefined ? null : `Undoes  run ${report.undoes}`,
    report.targets.length === 0 ? null : movesTable(report, options),
    wavesText(report, options),
    causesText('In doubt: a person must look at these', causes('inDoubt'), options),
    causesText(
      `Failed${report.dryRun ? '' : '; every one is as it was before the run'}`,
      causes('failed'),
      options,
    ),
    causesText(
      `Partial: ${report.dryRun ? 'these would stand' : 'these stand'} between two revisions, as the table says`,
      causes('partial'),
      options,
    ),
    causesText('Left alone', causes('skipped'), options),
    ...mendedSections(report.targets, options),
    ...restoredSections(report, options),
    unmatchedText(report.unmatched, options),
    extraTables(report, options),
    skippedStatements(report, options),
    resumedTargets(report, options),
    options.verbose && report.targets.length > 0
      ? section('Targets', targetLines(report.targets), options)
      : null,
    filesSection(report),
    nextStepsText(stepsAfterRun(report, options), options),
  ]);
}

/** The causes alone, for those who asked to see errors only; empty where nothing failed. */
export function runErrorText(report: RunReport, options: TextOptions): string {
  const bad = causesAmong(report, isUndone);
  if (bad.length === 0) return '';
  return document([causesText(headline(report, options), bad, options)]);
}

function headline(report: RunReport, options: TextOptions): string {
  const { summary, dryRun, exitCode } = report;
  if (summary.planned === 0) return nothingFound(report, options);
  const isBad = report.failures.some(({ outcome }) => isUndone(outcome));
  const tint: Paint = isBad ? 'red' : exitCode === 0 ? 'green' : 'yellow';
  return [
    ...(exitCode === EXIT.interrupted ? [paint('red', 'Interrupted.', options)] : []),
    ...(dryRun ? [paint('bold', 'Rehearsal on private copies: no target was changed.', options)] : []),
    paint(tint, wrap(`${tally(report)}; ${duration(report.durationMs)}.`, 0, options), options),
  ].join('\n');
}

/** `9 of 11 targets upgraded, 1 current already, 1 failed`. */
function tally({ command, summary, dryRun, undoes }: RunReport): string {
  const { planned } = summary;
  if (summary.current === planned && command === 'restore')
    return `Nothing to do: ${planned === 1 ? 'the only target has' : `all ${count(planned, 'target')} have`} the content of the copy already`;
  if (summary.current === planned && undoes !== undefined)
    return `Nothing to undo: ${planned === 1 ? 'the only target has' : `all ${count(planned, 'target')} have`} nothing of run ${undoes}`;
  if (summary.current === planned) {
    return planned === 1
      ? 'Nothing to do: the only target is current'
      : `Nothing to do: all ${count(planned, 'target')} are current`;
  }
  const isUndo = command === 'undo';
  const [first = 'current', ...more] = DONE[command];
  // Of several outcomes with which it did its work, the one that most targets had.
  const main = more.reduce(
    (most, kind) => ((summary[kind] ?? 0) > (summary[most] ?? 0) ? kind : most),
    first,
  );
  const done = summary[main] ?? 0;
  const whole = done === planned && done > 1 ? 'All' : `${number(done)} of`;
  const others = Object.entries(WORDS)
    .map(([kind, words]) => ({ words, n: summary[kind as OutcomeKind] ?? 0, kind }))
    .filter(({ kind, n }) => kind !== main && n > 0)
    .map(
      ({ kind, words, n }) => `${number(n)} ${isUndo && kind === 'current' ? 'with nothing to undo' : words}`,
    );
  return [`${whole} ${count(planned, 'target')} ${dryRun ? 'would be ' : ''}${WORDS[main]}`, ...others].join(
    ', ',
  );
}

const WORDS: Record<OutcomeKind, string> = {
  upgraded: 'upgraded',
  downgraded: 'downgraded',
  stamped: 'stamped',
  repaired: 'repaired',
  restored: 'restored',
  current: 'current already',
  skipped: 'left alone',
  failed: 'failed',
  partial: 'partial',
  inDoubt: 'in doubt',
};

/** Targets by outcome and by the revisions they went between: a handful of lines for any fleet. */
function movesTable({ targets }: RunReport, options: TextOptions): string {
  const moves = new Map<string, { first: Outcome; count: number }>();
  for (const target of targets) {
    const key = JSON.stringify([target.outcome, target.from, target.to]);
    const move = moves.get(key);
    if (move === undefined) moves.set(key, { first: target, count: 1 });
    else move.count += 1;
  }
  const rows = [...moves.values()]
    .sort((a, b) => b.count - a.count)
    .map((move) => [
      outcomeText(move.first.outcome),
      moveText(move.first),
      number(move.count),
      move.first.id,
    ]);
  return table(['Outcome', 'Revision', { title: 'Targets', numbers: true }, 'Example'], rows, options);
}

function outcomeText(kind: OutcomeKind): string {
  const inWords = kind === 'inDoubt' || kind === 'skipped' || kind === 'partial';
  return inWords ? WORDS[kind] : kind;
}

function moveText({ from, to }: Outcome): string {
  if (from === null && to === null) return '-';
  const before = from ?? 'base';
  const after = to ?? 'base';
  return before === after ? before : `${before} -> ${after}`;
}

function targetLines(targets: readonly Outcome[]): string {
  return lines(
    targets.map((target) => [
      target.id,
      outcomeText(target.outcome),
      moveText(target),
      duration(target.durationMs),
      target.failure?.code ?? '',
    ]),
  );
}

/** The causes of these outcomes, as texts tell them. */
function causesAmong({ targets }: RunReport, isMeant: (kind: OutcomeKind) => boolean): Cause[] {
  return causesOf(targets)
    .filter(({ first }) => isMeant(first.outcome))
    .map((cause) => ({
      ...causeOf(cause),
      ...(cause.first.match === undefined ? {} : { match: cause.first.match }),
    }));
}

/** Differences that were allowed, so that nobody takes the targets for more alike than they are. */
function extraTables({ targets }: RunReport, options: TextOptions): string | null {
  const found = new Map<string, { first: Outcome; count: number }>();
  for (const target of targets) {
    const words = target.failure === null ? (target.match?.difference ?? []).join('; ') : '';
    const known = found.get(words);
    if (known !== undefined) known.count += 1;
    else if (words !== '') found.set(words, { first: target, count: 1 });
  }
  if (found.size === 0) return null;
  const rows = [...found].map(([words, { first, count: n }]) => [number(n), first.id, words]);
  return section(
    'Recorded all the same',
    table([{ title: 'Targets', numbers: true }, 'Example', 'Difference'], rows, options),
    options,
  );
}

/** Statements that guards kept from running, each with the number of targets that it was so on. */
function skippedStatements({ targets }: RunReport, options: TextOptions): string | null {
  const found = new Map<string, { row: readonly string[]; example: string; count: number }>();
  for (const { id, skippedStatements: all } of targets) {
    for (const { revision, line, when, object } of all ?? []) {
      const why = when === 'missing' ? `${object} is there already` : `${object} is not there`;
      const row = [revision, String(line), why];
      const key = JSON.stringify(row);
      const known = found.get(key);
      if (known === undefined) found.set(key, { row, example: id, count: 1 });
      else known.count += 1;
    }
  }
  if (found.size === 0) return null;
  const numbers = true;
  return section(
    'Statements skipped by their guard',
    table(
      ['Revision', { title: 'Line', numbers }, 'Because', { title: 'Targets', numbers }, 'Example'],
      [...found.values()].map(({ row, example, count: n }) => [...row, number(n), example]),
      options,
    ),
    options,
  );
}

/** Revisions that an earlier run had left half done. */
function resumedTargets({ targets, dryRun }: RunReport, options: TextOptions): string | null {
  const rows = targets.flatMap(({ id, resumed }) =>
    resumed === undefined
      ? []
      : [`${id}: ${resumed.revision}, ${count(resumed.statementsDone, 'statement')} done before`],
  );
  if (rows.length === 0) return null;
  const more = rows.length > RESUMED_SHOWN ? [`and ${number(rows.length - RESUMED_SHOWN)} more`] : [];
  const title = `${dryRun ? 'Would go on' : 'Went on'} with what an earlier run had begun`;
  const lines = [...rows.slice(0, RESUMED_SHOWN), ...more].map((row) => wrap(row, 2, options));
  return section(title, lines.join('\n'), options);
}

const RESUMED_SHOWN = 20;

function filesSection({ targets, report }: RunReport): string | null {
  const backups = targets.filter(({ backup }) => backup !== null);
  const folders = new Set(backups.map(({ backup }) => backup?.replace(/[\\/][^\\/]*$/, '') ?? ''));
  const lines = [
    ...[...folders]
      .slice(0, 1)
      .map((folder) => `Backups  ${visible(folder)} (${count(backups.length, 'file')})`),
    ...(report === null ? [] : [`Report   ${visible(report)}`]),
  ];
  return lines.length === 0 ? null : lines.join('\n');
}
