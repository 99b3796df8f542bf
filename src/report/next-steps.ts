// What to do next, as commands that can be typed as they stand: after a run, and after a look at the fleet.
// Apart because it is advice, not fact: nothing else depends on it.

import { commandText, type Command, type CommandOptions, type FlotillaCommand } from '../model/command.js';
import { EXIT } from '../model/exit-code.js';
import { command, complete, onFleet, type CommandDraft } from '../model/hint.js';
import type { FailureCode, OutcomeKind } from '../model/outcome.js';
import type {
  PlanReport,
  RepairPlanReport,
  RunCommand,
  RunReport,
  StatusReport,
  TargetStatus,
} from '../model/report.js';
import { paint, section, wrap } from './layout.js';
import type { TextOptions } from './layout.js';

/** A command to type and what it does. */
export interface NextStep {
  readonly command: CommandDraft | Command;
  readonly does: string;
}

/** The outcomes of a target with which a command did its work. */
export const DONE: Record<RunCommand, readonly OutcomeKind[]> = {
  upgrade: ['upgraded'],
  downgrade: ['downgraded'],
  stamp: ['stamped'],
  repair: ['repaired'],
  restore: ['restored'],
  undo: ['restored', 'downgraded', 'upgraded', 'stamped'],
};

/** How a target ends that is not as it was before. */
const CHANGED = ['upgraded', 'downgraded', 'stamped', 'repaired', 'restored', 'partial', 'inDoubt'] as const;

/** The section of steps; null where there is nothing to do. */
export function nextStepsText(steps: readonly NextStep[], options: TextOptions): string | null {
  if (steps.length === 0) return null;
  const lines = steps.map(({ command, does }) => {
    const whole = 'program' in command || 'about' in command ? complete(command, options.about) : command;
    const line = commandText(whole);
    return `  ${line}\n${paint('dim', wrap(does, 6, options), options)}`;
  });
  return section('Next', lines.join('\n'), options);
}

/** What a careful person types after a run; the most urgent first. */
export function stepsAfterRun(report: RunReport, { typed }: Pick<TextOptions, 'typed'>): NextStep[] {
  const { summary, dryRun, failures } = report;
  const example = (kind: OutcomeKind) => failures.find(({ outcome }) => outcome === kind)?.example;
  if (summary.planned === 0) return [WHAT_WAS_FOUND];
  const steps: NextStep[] = [];
  const doubtful = example('inDoubt');
  if (doubtful !== undefined) {
    steps.push({
      command: onFleet('status', { only: [doubtful], verbose: true }),
      does: 'reads what the target records now',
    });
  }
  const failing = example('failed') ?? example('partial');
  const isStopped = failures.some(({ code }) => code === 'stopped');
  const isInterrupted = report.exitCode === EXIT.interrupted;
  if (isStopped || isInterrupted) {
    const mended = isInterrupted ? '' : ', once the cause is mended';
    steps.push(
      dryRun
        ? { command: typed, does: `rehearses again${mended}` }
        : { command: command('resume', report.runId), does: `goes on where this run stopped${mended}` },
    );
  } else if (dryRun) {
    if (failing !== undefined)
      steps.push({ command: typed, does: 'rehearses again, once the cause is mended' });
    if (DONE[report.command].some((kind) => summary[kind] !== undefined)) {
      const others = failing === undefined ? '' : '; what fails is left as it was';
      steps.push({ command: forReal(typed), does: `does what was rehearsed${others}` });
    }
  } else if (failing !== undefined) {
    const narrowed = typed.options?.['only'] === undefined ? { only: [failing] } : {};
    steps.push(
      {
        command: adding(typed, { dryRun: true, ...narrowed }),
        does: 'rehearses again, once the cause is mended',
      },
      { command: typed, does: 'does the rest; what is done stays done' },
    );
  }
  if (report.command === 'restore') {
    const lost = failures.find(({ code }) => code === 'notADatabase' || code === 'refusedPath');
    const path = report.targets.find(({ id }) => id === lost?.example)?.path;
    if (lost !== undefined && path !== undefined)
      steps.push({
        command: onFleet('restore', { only: [lost.example], to: `${path}.copy` }),
        does: 'writes its copy beside it, to be put in its place while nobody uses it',
      });
  }
  if (report.command === 'upgrade' && failures.some(isUnstamped)) steps.push(withStamp(typed));
  if (steps.length === 0) steps.push({ command: onFleet('status'), does: 'shows the fleet as it is now' });
  if (!dryRun && CHANGED.some((kind) => summary[kind] !== undefined)) {
    const { backupDir } = typed.options ?? {};
    const place = backupDir === undefined ? {} : { backupDir };
    steps.push({ command: command('undo', report.runId, place), does: 'takes back what this run did' });
  }
  return steps;
}

const WHAT_WAS_FOUND: NextStep = {
  command: onFleet('discover'),
  does: 'shows what was found and what was refused',
};

/** A legacy target that evidence gives a revision. */
function isUnstamped({ code, revision }: { code: FailureCode; revision?: string }): boolean {
  return code === 'noBaseline' && revision !== undefined;
}

function withStamp(typed: FlotillaCommand): NextStep {
  return {
    command: adding(typed, { stamp: true, dryRun: true }),
    does: 'rehearses it with the legacy targets, baselined by evidence in the same pass',
  };
}

function adding(typed: FlotillaCommand, options: CommandOptions): FlotillaCommand {
  return { ...typed, options: { ...typed.options, ...options } };
}

function without(typed: FlotillaCommand, name: string): FlotillaCommand {
  const options = Object.entries(typed.options ?? {}).filter(([each]) => each !== name);
  return { ...typed, options: Object.fromEntries(options) };
}

/** The same command for the real run; a rehearsal that the environment or the configuration asks for is called off. */
function forReal(typed: FlotillaCommand): FlotillaCommand {
  return typed.options?.['dryRun'] === true ? without(typed, 'dryRun') : adding(typed, { dryRun: false });
}

/** What to type after a look at the fleet. */
export function stepsAfterStatus({ summary, cohorts, targets }: StatusReport): NextStep[] {
  const { states } = summary;
  if (summary.targets === 0) return [WHAT_WAS_FOUND];
  const steps: NextStep[] = [];
  if (
    cohorts.some(({ match }) => match !== undefined && match.kind !== 'nearest' && match.revision !== null)
  ) {
    steps.push({
      command: onFleet('stamp', { dryRun: true }),
      does: 'rehearses to record what evidence says of the legacy targets',
    });
  }
  if ((states.drifted ?? 0) > countEdited(targets)) {
    steps.push({
      command: onFleet('repair', { plan: true }),
      does: 'shows what drifted, and the SQL that would mend it; nothing is changed',
    });
  }
  if ((states.pending ?? 0) + (states.empty ?? 0) > 0) {
    steps.push({
      command: onFleet('upgrade', { dryRun: true }),
      does: 'rehearses the upgrade on private copies',
    });
  }
  return steps;
}

/** Targets whose drift may follow from a file that was edited: there is nothing to mend before that is settled. */
export function countEdited(targets: readonly TargetStatus[]): number {
  return targets.filter(({ state, problem }) => state === 'drifted' && problem?.code === 'checksumMismatch')
    .length;
}

/** The command that does what was planned. */
export function upgradeInstead(typed: FlotillaCommand): FlotillaCommand {
  return { ...without(typed, 'sql'), verb: 'upgrade' };
}

/** What to type after a plan. */
export function stepsAfterPlan({ cohorts }: PlanReport, { typed }: Pick<TextOptions, 'typed'>): NextStep[] {
  const plain = without(typed, 'sql');
  const upgrade = upgradeInstead(typed);
  const steps: NextStep[] = [];
  if (cohorts.some(({ revisions }) => revisions.length > 0)) {
    steps.push(
      { command: adding(plain, { sql: true }), does: 'prints the SQL of it' },
      { command: adding(upgrade, { dryRun: true }), does: 'rehearses it on private copies' },
    );
  }
  if (cohorts.some(({ problem }) => problem !== null && isUnstamped(problem))) {
    steps.push(withStamp(upgrade));
  }
  return steps;
}

/** What to type after a plan of repair. */
export function stepsAfterRepairPlan(
  { cohorts }: RepairPlanReport,
  { typed }: Pick<TextOptions, 'typed'>,
): NextStep[] {
  const mayMeetRows = cohorts.some(({ statements }) => statements.length > 0);
  return [
    {
      command: adding(without(typed, 'plan'), { dryRun: true }),
      does: `rehearses it on private copies${mayMeetRows ? ', and names the rows in the way' : ''}`,
    },
  ];
}
