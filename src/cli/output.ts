// What is printed and where: the result on standard output and nothing else; errors on standard error.
// Apart from the program, so that the forms (text, JSON, NDJSON, errors only) are side by side.

import {
  errorLine,
  errorReport,
  errorText,
  jsonText,
  printable,
  reportLines,
  runErrorText,
  runSummaryLine,
} from '../index.js';
import type { FleetError, TextOptions } from '../index.js';
import type { Result } from './command.js';

/** A stream to write to, and what it can show. */
export interface Output {
  readonly stream: NodeJS.WritableStream;
  readonly isTerminal: boolean;
  readonly columns: number | undefined;
  write(text: string): void;
}

export type Form = 'text' | 'json' | 'ndjson';

/** Prints the result of a command in the form that was asked for. */
export function printResult(
  { report, text }: Result,
  {
    form,
    quiet,
    options,
    stdout,
    stderr,
  }: {
    form: Form;
    quiet: boolean;
    options: TextOptions;
    stdout: Output;
    stderr: Output;
  },
): void {
  switch (form) {
    case 'json':
      stdout.write(jsonText(report));
      return;
    case 'ndjson':
      if ('runId' in report) stdout.write(runSummaryLine(report));
      else for (const line of reportLines(report)) stdout.write(line);
      return;
    case 'text':
      if (!quiet) stdout.write(printable(text(options), options));
      else if ('runId' in report) stderr.write(runErrorText(report, { ...options, colour: false }));
      return;
  }
}

/**
 * Prints the fault of a whole run: for people on standard error, for programs a document on standard output as well.
 */
export function printError(
  error: FleetError,
  {
    form,
    command,
    stack,
    colour,
    stdout,
    stderr,
  }: {
    form: Form;
    command: string | null;
    stack: boolean;
    colour: boolean;
    stdout: Output;
    stderr: Output;
  },
): void {
  stderr.write(errorText(error, { colour, width: widthOf(stderr) }));
  const cause = error.cause instanceof Error ? error.cause : error;
  if (stack && cause.stack !== undefined) stderr.write(`${cause.stack}\n`);
  if (form === 'json') stdout.write(jsonText(errorReport(error, command)));
  if (form === 'ndjson') stdout.write(errorLine(error, command));
}

/** Columns for text: the terminal's, within what reads well; 80 where there is none. */
export function widthOf({ columns }: Output): number {
  return Math.min(120, Math.max(40, columns ?? 80));
}
