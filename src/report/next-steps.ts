// What to do next, as commands that can be typed as they stand: after a run, and after a look at the fleet.
// Apart because it is advice, not fact: nothing else depends on it. Words are quoted for a POSIX shell.

import { EXIT } from '../model/exit-code.js';
import type { FailureCode, OutcomeKind } from '../model/outcome.js';
import type { PlanReport, RunCommand, RunReport, StatusReport } from '../model/report.js';
import { paint, section, visible, wrap } from './layout.js';
import type { TextOptions } from './layout.js';

/** A command to type and what it does. */
export interface NextStep {
  readonly words: readonly string[];
  readonly does: string;
}

/** The outcome of a target with which a command did its work. */
export const DONE: Record<RunCommand, OutcomeKind> = {
  upgrade: 'upgraded',
  downgrade: 'downgraded',
  stamp: 'stamped',
  repair: 'repaired',
};

/** The section of steps; null where there is nothing to do. */
export function nextStepsText(steps: readonly NextStep[], options: TextOptions): string | null {
  if (steps.length === 0) return null;
  const told = steps.map(
    ({ words, does }) => `  ${command(words)}\n${paint('dim', wrap(does, 6, options), options)}`,
  );
  return section('Next', told.join('\n'), options);
}

/** A command line that a shell reads back as these words. */
export function command(words: readonly string[]): string {
  return ['flotilla', ...words.map(quoted)].join(' ');
}

/** A hint whose commands name the fleet that they are about, so that they can be typed as they stand. */
export function atPlace(hint: string, { place }: Pick<TextOptions, 'place'>): string {
  if (place.length === 0) return hint;
  const options = place.map(quoted).join(' ');
  return hint.replace(/\bflotilla [a-z]+/g, (words) => `${words} ${options}`);
}

/** A word that a shell reads back as it is. */
export function quoted(word: string): string {
  if (/^[\w./:@%+,=-]+$/.test(word)) return word;
  if (visible(word) === word) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  // Characters that had to be spelled out are read back by bash, zsh and ksh.
  return `$'${visible(word.replace(/[\\']/g, String.raw`\$&`)).replaceAll('\n', String.raw`\n`)}'`;
}

/** What a careful person types after a run; the most urgent first. */
export function stepsAfterRun(report: RunReport, { typed, place }: TextOptions): NextStep[] {
  const { summary, dryRun, failures } = report;
  const example = (kind: OutcomeKind) => failures.find(({ outcome }) => outcome === kind)?.example;
  if (summary.planned === 0) {
    return [{ words: ['discover', ...place], does: 'shows what was found and what was refused' }];
  }
  const steps: NextStep[] = [];
  const doubtful = example('inDoubt');
  if (doubtful !== undefined) {
    steps.push({
      words: ['status', '--only', doubtful, '--verbose', ...place],
      does: 'reads what the target records now',
    });
  }
  const failing = example('failed');
  if (report.exitCode === EXIT.interrupted) {
    steps.push({ words: typed, does: 'goes on where this run stopped' });
  } else if (dryRun) {
    if (failing !== undefined)
      steps.push({ words: typed, does: 'rehearses again, once the cause is mended' });
    if (summary[DONE[report.command]] !== undefined) {
      const rest = failing === undefined ? '' : '; what fails is left as it was';
      steps.push({ words: forReal(typed), does: `does what was rehearsed${rest}` });
    }
  } else if (failing !== undefined) {
    const narrowed = typed.some((word) => word.startsWith('--only')) ? [] : ['--only', failing];
    steps.push(
      { words: [...typed, '--dry-run', ...narrowed], does: 'rehearses again, once the cause is mended' },
      { words: typed, does: 'does the rest; what is done stays done' },
    );
  }
  if (report.command === 'upgrade' && failures.some(isUnstamped)) steps.push(withStamp(typed));
  if (steps.length === 0) steps.push({ words: ['status', ...place], does: 'shows the fleet as it is now' });
  return steps;
}

/** A legacy target that evidence gives a revision. */
function isUnstamped({ code, revision }: { code: FailureCode; revision?: string }): boolean {
  return code === 'noBaseline' && revision !== undefined;
}

function withStamp(typed: readonly string[]): NextStep {
  const words = [...typed, ...['--stamp', '--dry-run'].filter((word) => !typed.includes(word))];
  return { words, does: 'rehearses it with the legacy targets, baselined by evidence in the same pass' };
}

/** The same words for the real run; a rehearsal that the environment or the configuration asks for is called off. */
function forReal(typed: readonly string[]): string[] {
  const real = typed.filter((word) => !/^--dry-run(=true)?$/.test(word));
  return real.length < typed.length ? real : [...real, '--no-dry-run'];
}

/** What to type after a look at the fleet. */
export function stepsAfterStatus({ summary, cohorts }: StatusReport, { place }: TextOptions): NextStep[] {
  const { states } = summary;
  if (summary.targets === 0) {
    return [{ words: ['discover', ...place], does: 'shows what was found and what was refused' }];
  }
  const steps: NextStep[] = [];
  if (
    cohorts.some(({ match }) => match !== undefined && match.kind !== 'nearest' && match.revision !== null)
  ) {
    steps.push({
      words: ['stamp', '--dry-run', ...place],
      does: 'rehearses to record what evidence says of the legacy targets',
    });
  }
  if ((states.drifted ?? 0) > 0) {
    steps.push({
      words: ['repair', '--plan', ...place],
      does: 'shows what drifted, and the SQL that would mend it; nothing is changed',
    });
  }
  if ((states.pending ?? 0) + (states.empty ?? 0) > 0) {
    steps.push({
      words: ['upgrade', '--dry-run', ...place],
      does: 'rehearses the upgrade on private copies',
    });
  }
  return steps;
}

/** What to type after a plan. */
export function stepsAfterPlan({ cohorts }: PlanReport, { typed }: TextOptions): NextStep[] {
  const rest = typed.slice(1).filter((word) => word !== '--sql');
  const steps: NextStep[] = [];
  if (cohorts.some(({ revisions }) => revisions.length > 0)) {
    steps.push(
      { words: ['plan', ...rest, '--sql'], does: 'prints the SQL of it' },
      { words: ['upgrade', ...rest, '--dry-run'], does: 'rehearses it on private copies' },
    );
  }
  if (cohorts.some(({ problem }) => problem !== null && isUnstamped(problem))) {
    steps.push(withStamp(['upgrade', ...rest]));
  }
  return steps;
}
