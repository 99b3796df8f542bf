// The fault of a whole run, for people and for programs. What is wrong, where, and what to do next.

import type { FleetError, FleetErrorCode, Problem } from '../model/errors.js';
import { exitCodeOf } from '../model/exit-code.js';
import type { ToldHint } from '../model/hint.js';
import { CONTRACT } from '../model/report.js';
import { count, paint, visible, wrap } from './layout.js';
import type { TextOptions } from './layout.js';

/** The document that is printed instead of a report. */
export interface ErrorReport {
  readonly contract: typeof CONTRACT;
  /** Null where the words did not name a command. */
  readonly command: string | null;
  readonly error: ToldHint & {
    readonly code: FleetErrorCode;
    readonly message: string;
    readonly problems: readonly Problem[];
  };
  readonly exitCode: number;
}

const PROBLEMS_SHOWN = 50;

/** The document of a fault. */
export function errorReport(
  { code, message, hint, commands, problems }: FleetError,
  command: string | null,
): ErrorReport {
  return {
    contract: CONTRACT,
    command,
    error: { code, message, hint, ...(commands.length === 0 ? {} : { commands }), problems },
    exitCode: exitCodeOf(code),
  };
}

/** The document of a fault as the last line of NDJSON. */
export function errorLine(error: FleetError, command: string | null): string {
  return `${visible(JSON.stringify({ event: 'error', ...errorReport(error, command) }))}\n`;
}

/** `error: ...`, each problem with its place, `hint: ...`. */
export function errorText(
  { message, hint, problems }: FleetError,
  options: Pick<TextOptions, 'colour' | 'width'>,
): string {
  const more = problems.filter((problem) => problem.file !== undefined || problem.message !== message);
  const shown = more.slice(0, PROBLEMS_SHOWN).map((problem) => problemText(problem, options));
  const hidden = more.length - shown.length;
  return [
    `${paint('red', 'error:', options)} ${visible(message)}`,
    ...shown,
    ...(hidden > 0 ? [`  ... ${count(hidden, 'more problem')}: --json has them all`] : []),
    ...(hint === '' ? [] : [`${paint('yellow', 'hint:', options)} ${visible(hint)}`]),
    '',
  ].join('\n');
}

function problemText(
  { file, line, message, hint, commands }: Problem,
  options: Pick<TextOptions, 'width'>,
): string {
  const prefix = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
  return [
    `  ${visible(`${prefix}${message}`)}`,
    ...(hint === '' ? [] : [wrap(hint, 4, options, commands)]),
  ].join('\n');
}
