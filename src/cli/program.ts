// The program without its process: words and surroundings in, one library call, text out, an exit code back.
// Apart from main.ts, which owns the process; everything here is handed in.

import {
  EXIT,
  errorReport,
  eventLine,
  eventText,
  FLEET_SETTINGS,
  FleetError,
  openFleet,
  VERSION,
} from '../index.js';
import type { FleetEvent, TextOptions } from '../index.js';
import { parseArguments } from './arguments.js';
import type { Arguments } from './arguments.js';
import type { Command, Result } from './command.js';
import { COMMANDS } from './command-list.js';
import { commandHelp, programHelp } from './help.js';
import { flagOf } from './options.js';
import { printError, printResult, widthOf } from './output.js';
import type { Form, Output } from './output.js';
import { createProgress } from './progress.js';
import type { ProgressKind } from './progress.js';
import { openReportFile } from './report-file.js';
import { fleetOptions, mergeSettings, selectOptions } from './settings.js';
import type { Settings } from './settings.js';

export interface Surroundings {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted when the person or the system asks the program to stop. */
  readonly signal: AbortSignal;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/** Runs one command line. @returns its exit code; never throws for what a user can do wrong */
export async function runProgram(surroundings: Surroundings): Promise<number> {
  const { args, stdout, stderr, environment } = surroundings;
  if (args.length === 0) {
    stderr.write(programHelp(COMMANDS));
    return EXIT.usage;
  }
  const options = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length);
  let parsed: Arguments<Command> | null = null;
  try {
    if (options.includes('--version')) {
      stdout.write(`flotilla ${VERSION}\n`);
      return EXIT.ok;
    }
    if (options[0] === 'help' || options.includes('--help') || options.includes('-h')) {
      const command = COMMANDS.find(({ name }) => options.includes(name));
      stdout.write(command === undefined ? programHelp(COMMANDS) : commandHelp(command));
      return EXIT.ok;
    }
    parsed = parseArguments(args, COMMANDS);
    return await runCommand(parsed, surroundings);
  } catch (error) {
    const fault = faultOf(error, surroundings);
    printError(fault, {
      form: options.includes('--json') ? 'json' : options.includes('--ndjson') ? 'ndjson' : 'text',
      command: parsed?.command.name ?? null,
      place: parsed === null ? [] : placeOf(parsed),
      stack: fault.code === 'internal' && options.includes('--verbose'),
      colour: isColoured(stderr, environment, options.includes('--no-color') ? false : undefined),
      stdout,
      stderr,
    });
    return errorReport(fault, null).exitCode;
  }
}

async function runCommand(parsed: Arguments<Command>, surroundings: Surroundings): Promise<number> {
  const { command, switches, flags, config } = parsed;
  const { stdout, stderr, environment, signal, now } = surroundings;
  const settings = await mergeSettings(flags, environment, config, (warning) => {
    if (!switches.has('quiet')) stderr.write(`warning: ${warning}\n`);
  });
  const form: Form = switches.has('json') ? 'json' : switches.has('ndjson') ? 'ndjson' : 'text';
  const file =
    settings.report === undefined || !command.settings.includes('report')
      ? null
      : await openReportFile(settings.report);
  const progress = createProgress(progressKind(parsed, surroundings), command.name, { output: stderr, now });
  const onEvent = (event: FleetEvent) => {
    // Told whatever is shown of the progress: nobody would look for it.
    if (event.event === 'problem') stderr.write(`${eventText(event) ?? ''}\n`);
    else progress.onEvent(event);
    const line = form === 'ndjson' ? eventLine(event) : null;
    if (line !== null) stdout.write(line);
  };
  let result: Result;
  try {
    const fleet = await openFleet(fleetOptions(settings));
    try {
      const select = { ...selectOptions(settings), signal, onEvent };
      result = await command.run(fleet, {
        settings,
        switches,
        select,
        ...(parsed.argument === undefined ? {} : { argument: parsed.argument }),
      });
    } finally {
      await fleet.close();
    }
  } catch (error) {
    await file?.write(`${JSON.stringify(errorReport(faultOf(error, surroundings), command.name))}\n`);
    throw error;
  } finally {
    progress.stop();
  }
  await file?.write(`${JSON.stringify(result.report)}\n`);
  const options = textOptions(parsed, settings, surroundings);
  printResult(result, { form, quiet: switches.has('quiet'), options, stdout, stderr });
  return result.report.exitCode;
}

function progressKind({ switches }: Arguments<Command>, { stderr, environment }: Surroundings): ProgressKind {
  if (switches.has('quiet')) return 'none';
  if (switches.has('verbose')) return 'each';
  return stderr.isTerminal && !isOn(environment['CI']) ? 'bar' : 'sparse';
}

function textOptions(
  parsed: Arguments<Command>,
  settings: Settings,
  { args, stdout, environment }: Surroundings,
): TextOptions {
  return {
    colour: isColoured(stdout, environment, parsed.color),
    width: widthOf(stdout),
    verbose: parsed.switches.has('verbose'),
    // Steps to go back may be typed without it, and options may then follow them.
    typed: args.filter((word) => word !== '--'),
    place: placeOf(parsed),
    dataDir: settings.dataDir ?? FLEET_SETTINGS.dataDir.default,
    pattern: settings.pattern ?? FLEET_SETTINGS.pattern.default,
  };
}

/** The options that say which fleet it is, as they were typed. */
function placeOf({ flags, config }: Arguments<Command>): string[] {
  const { dataDir, pattern, stateDir, migrations, env } = flags;
  return Object.entries({ dataDir, pattern, stateDir, migrations, config, env }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${flagOf(name)}`, String(value)],
  );
}

function isColoured(
  output: Output,
  environment: Surroundings['environment'],
  asked: boolean | undefined,
): boolean {
  if (asked !== undefined) return asked;
  const plain = isOn(environment['NO_COLOR']) || isOn(environment['CI']) || environment['TERM'] === 'dumb';
  return output.isTerminal && !plain;
}

function isOn(variable: string | undefined): boolean {
  return variable !== undefined && variable !== '' && variable !== 'false';
}

/** What a thing that was thrown is to the user: a fault with a hint, an interruption, or a bug of ours. */
function faultOf(error: unknown, { signal }: Surroundings): FleetError {
  if (error instanceof FleetError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (signal.aborted) {
    return new FleetError('interrupted', `Interrupted: ${message}`, {
      hint: 'Type the same command again to go on.',
      cause: error,
    });
  }
  return new FleetError('internal', message, { hint: bugHint(), cause: error });
}

/** What to do about a bug of ours. */
export function bugHint(): string {
  return `This is a bug of Flotilla ${VERSION}, not a mistake of yours. Please report it, with the command and what --verbose prints.`;
}
