// What to do next: words, and commands that are completed once it is known which fleet, run and target they are about.
// Apart because whoever finds something out seldom knows that, and a command that is printed must work as it stands.

import {
  commandText,
  type Command,
  type CommandOptions,
  type FlotillaCommand,
  type ForeignCommand,
} from './command.js';

/** Words alone, or words with commands between them; made with `hint`. */
export type Hint = string | readonly (string | CommandDraft)[];

/** A command whose options are not yet complete. */
export type CommandDraft = ForeignCommand | OwnDraft;

export interface OwnDraft extends Partial<FlotillaCommand> {
  /** `fleet`: the targets that were asked for; `target`: the one at hand; `none`: no target is looked at. */
  readonly about: 'fleet' | 'target' | 'none';
}

/** A command over the targets that were asked for. */
export function onFleet(verb: string, options?: CommandOptions, argument?: string): CommandDraft {
  return own('fleet', verb, options, argument);
}

/** A command about the one target at hand. */
export function onTarget(verb: string, options?: CommandOptions, argument?: string): CommandDraft {
  return own('target', verb, options, argument);
}

/** A command that looks at no target. */
export function command(verb: string, argument?: string, options?: CommandOptions): CommandDraft {
  return own('none', verb, options, argument);
}

/**
 * The command at work, on the one target at hand; `upgrade` where none that changes targets is.
 * @param argument in place of its own
 */
export function again(options?: CommandOptions, argument?: string): CommandDraft {
  return own('target', undefined, options, argument);
}

function own(
  about: OwnDraft['about'],
  verb: string | undefined,
  options: CommandOptions = {},
  argument?: string,
): OwnDraft {
  return {
    ...(verb === undefined ? {} : { verb }),
    options,
    about,
    ...(argument === undefined ? {} : { argument }),
  };
}

export function foreign(program: string, ...args: readonly string[]): CommandDraft {
  return { program, args };
}

/** Words with commands: hint`stop it, then: ${again()}`. */
export function hint(
  strings: TemplateStringsArray,
  ...parts: readonly (string | number | Hint | CommandDraft)[]
): Hint {
  return strings.flatMap((text, index): (string | CommandDraft)[] => {
    const part = parts[index];
    if (part === undefined) return [text];
    if (typeof part === 'string' || typeof part === 'number') return [text, String(part)];
    return isHint(part) ? [text, ...part] : [text, part];
  });
}

function isHint(part: Hint | CommandDraft): part is Hint {
  return typeof part === 'string' || Array.isArray(part);
}

/** What commands are completed with. */
export interface About {
  /** Options that say which fleet it is: `{ dataDir: 'fleet' }`. */
  readonly place: CommandOptions;
  /** Options that say which of its targets were asked for. */
  readonly scope: CommandOptions;
  /** The command that changes targets, where one is at work, with its own options alone. */
  readonly run?: FlotillaCommand;
  /** Id of the target at hand. */
  readonly target?: string;
}

/** Where nothing is known: the fleet of the working directory. */
export const ANYWHERE: About = { place: {}, scope: {} };

/** A hint as documents have it. */
export interface ToldHint {
  /** The whole of it, commands included. */
  readonly hint: string;
  /** The commands in it, in order; left out where there are none. */
  readonly commands?: readonly Command[];
}

export function tell(said: Hint, about: About): ToldHint {
  if (typeof said === 'string') return { hint: said };
  const parts = said.map((part) => (typeof part === 'string' ? part : complete(part, about)));
  const commands = parts.filter((part) => typeof part !== 'string');
  const text = parts.map((part) => (typeof part === 'string' ? part : commandText(part))).join('');
  return commands.length === 0 ? { hint: text } : { hint: text, commands };
}

/** Options that the command has itself win, so that a hint can narrow what was asked for. */
export function complete(draft: CommandDraft, { place, scope, run, target }: About): Command {
  if ('program' in draft) return draft;
  const { verb, argument, options = {}, about } = draft;
  const base: FlotillaCommand = verb === undefined ? (run ?? { verb: 'upgrade' }) : { verb };
  const named = argument ?? base.argument;
  const chosen =
    about === 'none' ? {} : about === 'fleet' || target === undefined ? scope : { only: [target] };
  const inherited = verb === undefined ? (run?.options ?? {}) : {};
  const all = { ...inherited, ...options, ...without(chosen, options), ...place };
  return {
    verb: base.verb,
    ...(named === undefined ? {} : { argument: named }),
    ...(Object.keys(all).length === 0 ? {} : { options: all }),
  };
}

function without(options: CommandOptions, others: CommandOptions): CommandOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !(name in others)));
}
