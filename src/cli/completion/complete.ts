// What could be typed next, for the scripts of `flotilla completion`: commands, options, values, ids of revisions and
// targets. Apart from parsing, because half a command line is never right. What goes wrong is nobody's concern here:
// there is nothing to offer then.

import { printable } from '../../index.js';
import type { Argument, Command } from '../command.js';
import { COMMANDS } from '../command-list.js';
import { optionsOf } from '../offered.js';
import { COMMON_SWITCHES, FLEET_NAMES, flagOf, namesOf, OPTIONS } from '../options.js';
import type { OptionName } from '../options.js';
import { readTyped } from '../typed-line.js';
import type { TypedLine } from '../typed-line.js';
import { revisionIds, targetIds } from './ids.js';
import type { Environment } from './ids.js';

/**
 * Words that may stand where the last of the words is, and begin like it.
 * @param args as they were typed after the program's name, quotes included, up to the cursor
 */
export async function complete(args: readonly string[], environment: Environment): Promise<string[]> {
  const typed = readTyped(args, environment['HOME']);
  const { current, pending } = typed;
  const assigned = pending === undefined ? /^--([^=]+)=(.*)$/s.exec(current) : null;
  if (assigned !== null && typed.isOption) {
    const [, flag = '', value = ''] = assigned;
    const name = namesOf(OPTIONS).find((each) => flagOf(each) === flag);
    return name === undefined
      ? []
      : offer(`--${flag}=`, value, await valuesOf(name, value, typed, environment));
  }
  if (pending !== undefined) return offer('', current, await valuesOf(pending, current, typed, environment));
  if (typed.isOption && current.startsWith('-')) return offer('', current, flagsOf(typed));
  return offer('', current, await candidates(typed, environment));
}

/** The candidates that go on from what is typed; `before` belongs to the same word. */
function offer(before: string, typed: string, candidates: readonly string[]): string[] {
  // What a terminal would obey is not offered: spelled out it would be another word.
  return [...new Set(candidates)]
    .filter(
      (candidate) => candidate.startsWith(typed) && printable(candidate, { colour: false }) === candidate,
    )
    .map((candidate) => `${before}${candidate}`);
}

function flagsOf({ args, given }: TypedLine): string[] {
  const command = commandOf(args);
  const names = command === undefined ? [...FLEET_NAMES, ...COMMON_SWITCHES] : optionsOf(command);
  const flags = names
    .filter((name) => !given.has(name) || OPTIONS[name].type === 'list')
    .map((name) => `--${OPTIONS[name].off === undefined ? '' : 'no-'}${flagOf(name)}`);
  return command === undefined ? [...flags, '--version'] : flags;
}

async function candidates(typed: TypedLine, environment: Environment): Promise<string[]> {
  const [first, ...more] = typed.args;
  const names = COMMANDS.map(({ name }) => name);
  if (first === undefined) return [...names, 'help'];
  if (first === 'help') return more.length === 0 ? names : [];
  const argument = commandOf(typed.args)?.argument;
  return argument === undefined || (more.length > 0 && argument.several === undefined)
    ? []
    : argumentsOf(argument, typed, environment);
}

async function argumentsOf(
  argument: Argument,
  typed: TypedLine,
  environment: Environment,
): Promise<string[]> {
  const { choices, also = [] } = argument;
  if (choices !== undefined) return [...choices];
  switch (argument.kind) {
    case 'revision':
      return [...also, ...(await revisionIds(typed, environment))];
    case 'range': {
      const from = typed.current.slice(0, typed.current.indexOf(':') + 1);
      return (await revisionIds(typed, environment)).map((id) => `${from}${id}`);
    }
    case 'target':
      return targetIds(typed, environment);
    case 'run':
    case 'text':
      return [];
  }
}

async function valuesOf(
  name: OptionName,
  value: string,
  typed: TypedLine,
  environment: Environment,
): Promise<string[]> {
  if (name === 'at') return revisionIds(typed, environment);
  if (name === 'only' || name === 'exclude') {
    const before = value.slice(0, value.lastIndexOf(',') + 1);
    const taken = before.split(',');
    const ids = await targetIds(typed, environment);
    return ids.filter((id) => !taken.includes(id)).map((id) => `${before}${id}`);
  }
  return [...(OPTIONS[name].choices ?? [])];
}

function commandOf([first]: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name === first);
}
