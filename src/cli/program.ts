// The program without its process: words and surroundings in, one library call, text out, an exit code back.
// Apart from main.ts, which owns the process; everything here is handed in.

import {
  EXIT,
  errorReport,
  eventLine,
  eventText,
  FLEET_SETTINGS,
  jsonText,
  openFleet,
  printable,
} from '../index.js';
import type { AnyReport, ErrorReport, FleetEvent, TextOptions } from '../index.js';
import { parseArguments, unknownCommand } from './arguments.js';
import type { Arguments } from './arguments.js';
import { callOf } from './call.js';
import type { FleetCommand, Result } from './command.js';
import { COMMANDS } from './command-list.js';
import { faultOf } from './fault.js';
import { commandHelp, programHelp } from './help.js';
import { printError, printResult, widthOf } from './output.js';
import type { Form, Output } from './output.js';
import { createProgress } from './progress.js';
import type { ProgressKind } from './progress.js';
import { openReportFile, type ReportFile } from './report-file.js';
import { rightsOf } from './rights.js';
import { fleetOptions, mergeSettings } from './settings.js';
import type { Settings } from './settings.js';
import { knownOf, placeOf, scopeOf, typedCommand } from './typed.js';
import { readTyped } from './typed-line.js';

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
export async function runProgram({ stderr: raw, ...others }: Surroundings): Promise<number> {
  const colour = raw.isTerminal || others.args.includes('--color');
  const surroundings = { ...others, stderr: spoken(raw, colour) };
  const { args, stdout, stderr, environment } = surroundings;
  const options = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length);
  let parsed: Arguments | null = null;
  try {
    if (args.length === 0) {
      stderr.write(await programHelp(COMMANDS));
      return EXIT.usage;
    }
    if (options[0] === 'help' || options.includes('--help') || options.includes('-h')) {
      stdout.write(await help(options));
      return EXIT.ok;
    }
    parsed = parseArguments(args, COMMANDS);
    const { command, argument = '' } = parsed;
    if ('run' in command) return await runCommand(parsed, command, surroundings);
    stdout.write(command.print(argument));
    return EXIT.ok;
  } catch (error) {
    const fault = faultOf(error, surroundings.signal);
    printError(fault, {
      form: options.includes('--json') ? 'json' : options.includes('--ndjson') ? 'ndjson' : 'text',
      command: parsed?.command.name ?? null,
      stack: fault.code === 'internal' && options.includes('--verbose'),
      colour: isColoured(stderr, environment, options.includes('--no-color') ? false : undefined),
      stdout,
      stderr,
    });
    return errorReport(fault, null).exitCode;
  }
}

/** A stream for people alone; a bar writes to the stream itself. */
function spoken(output: Output, colour: boolean): Output {
  return {
    ...output,
    write: (text) => {
      output.write(printable(text, { colour }));
    },
  };
}

/** Help for the command, however wrong the rest of the line is; what stands after `help` must be one. */
function help(options: readonly string[]): Promise<string> {
  const args = readTyped([...options, '']).args.filter((word) => !word.startsWith('-'));
  const isAsked = args[0] === 'help';
  const name = args[isAsked ? 1 : 0];
  const command = COMMANDS.find((each) => each.name === name);
  if (command !== undefined) return commandHelp(command);
  if (isAsked && name !== undefined) throw unknownCommand(name, COMMANDS);
  return programHelp(COMMANDS);
}

async function runCommand(
  parsed: Arguments,
  command: FleetCommand,
  surroundings: Surroundings,
): Promise<number> {
  const { switches, flags, config } = parsed;
  const { stdout, stderr, environment, signal, now } = surroundings;
  const say = (kind: string) => (line: string) => {
    if (!switches.has('quiet')) stderr.write(`${kind}: ${line}\n`);
  };
  const settings = await mergeSettings(flags, environment, config, {
    warn: say('warning'),
    rights: rightsOf(say('note')),
  });
  const form: Form = switches.has('json') ? 'json' : switches.has('ndjson') ? 'ndjson' : 'text';
  const file =
    settings.report === undefined || !command.settings.includes('report')
      ? null
      : await openReportFile(settings.report);
  const kind = progressKind(parsed, surroundings);
  const progress = await createProgress(kind, command.name, { output: stderr, now });
  const warned = new Set<string>();
  const onEvent = (event: FleetEvent) => {
    // Told whatever is shown of the progress: nobody would look for it.
    if (event.event === 'problem') stderr.write(`${eventText(event) ?? ''}\n`);
    // A command may look several times.
    else if (event.event === 'warning') {
      if (switches.has('quiet') || warned.has(event.message)) return;
      warned.add(event.message);
      stderr.write(`${eventText(event) ?? ''}\n`);
    } else progress.onEvent(event);
    const line = form === 'ndjson' ? eventLine(event) : null;
    if (line !== null) stdout.write(line);
  };
  let result: Result;
  try {
    const fleet = await openFleet({ ...fleetOptions(settings), commandOptions: knownOf(parsed) });
    try {
      const { argument } = parsed;
      result = await command.run(
        fleet,
        callOf(command, { settings, switches, argument }, { signal, onEvent }),
      );
    } finally {
      await fleet.close();
    }
  } catch (error) {
    const fault = errorReport(faultOf(error, surroundings.signal), command.name);
    await writeReport(file, fault, stderr);
    throw error;
  } finally {
    progress.stop();
  }
  const isWritten = await writeReport(file, result.report, stderr);
  if (!isWritten && result.report.exitCode === EXIT.ok) {
    result = { ...result, report: { ...result.report, exitCode: EXIT.findings } };
  }
  const notRun = 'notRun' in result.report ? (result.report.notRun ?? []) : [];
  if (notRun.length > 0 && !switches.has('quiet')) stderr.write(`note: ${notRunText(notRun)}\n`);
  const options = textOptions(parsed, settings, surroundings);
  printResult(result, { form, quiet: switches.has('quiet'), options, stdout, stderr });
  return result.report.exitCode;
}

/** Told beside every form of the result: what is not known is easily taken for what is well. */
function notRunText(ids: readonly string[]): string {
  const [what, those] = ids.length === 1 ? ['is a program and was', 'it'] : ['are programs and were', 'them'];
  return `${ids.join(', ')} ${what} not run, so what depends on ${those} is not known (--no-programs)`;
}

/** A report that cannot be written is told, and hides nothing. @returns whether it is there, or none was asked for */
async function writeReport(
  file: ReportFile | null,
  report: AnyReport | ErrorReport,
  stderr: Output,
): Promise<boolean> {
  const problem = (await file?.write(jsonText(report))) ?? null;
  if (problem !== null) stderr.write(`problem: ${problem}\n`);
  return problem === null;
}

function progressKind({ switches }: Arguments, { stderr, environment }: Surroundings): ProgressKind {
  if (switches.has('quiet')) return 'none';
  if (switches.has('verbose')) return 'each';
  return stderr.isTerminal && !isOn(environment['CI']) ? 'bar' : 'sparse';
}

function textOptions(
  parsed: Arguments,
  settings: Settings,
  { stdout, environment }: Surroundings,
): TextOptions {
  return {
    colour: isColoured(stdout, environment, parsed.color),
    width: widthOf(stdout),
    verbose: parsed.switches.has('verbose'),
    typed: typedCommand(parsed),
    about: { place: placeOf(parsed), scope: scopeOf(parsed) },
    dataDir: settings.dataDir ?? FLEET_SETTINGS.dataDir.default,
    pattern: settings.pattern ?? FLEET_SETTINGS.pattern.default,
  };
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
