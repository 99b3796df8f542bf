// What a command is: its words for help texts, the options it takes, and what it does. Apart from the commands, so that
// parsing and help need to know no single one of them. A command sees what it declares and nothing else: a setting
// that is read without being offered does not compile, and a test finds one that is offered and never read.

import type { AnyReport, Fleet, SelectOptions, TextOptions } from '../index.js';
import type { COMMON_SWITCHES, OptionName, SettingName, SwitchName } from './options.js';
import type { Settings } from './settings.js';

/** What a command is called with: the settings and switches that it declares, and the switches of every command. */
export interface Call<S extends SettingName = SettingName, W extends SwitchName = SwitchName> {
  /** The argument; absent where none was typed. */
  readonly argument?: string;
  readonly settings: Pick<Settings, S & keyof Settings>;
  readonly switches: { has(name: W | (typeof COMMON_SWITCHES)[number]): boolean };
  /** Which targets, by how many processes where `jobs` is declared, and who watches: for the library as it is. */
  readonly select: SelectOptions;
}

export interface CommandDescription {
  readonly name: string;
  readonly argument?: Argument;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What a person should know before the first use, in pieces that fit a line here. */
  readonly description: readonly string[];
  /** Settings beyond those of every command. */
  readonly settings: readonly SettingName[];
  /** Whether it looks at targets, so that options choose among them: default yes; only with `--fleet`; never. */
  readonly looks?: 'withFleet' | 'never';
  /** Switches beyond those of every command. */
  readonly switches: readonly SwitchName[];
  /** What an option does here, where several commands share its name. */
  readonly optionTexts?: Partial<Record<OptionName, string>>;
  readonly examples: readonly { readonly args: string; readonly does: string }[];
  /** Exit codes in the words of this command; those of every command are added. */
  readonly exitCodes: Readonly<Record<number, string>>;
}

/** The argument that a command takes. */
export interface Argument {
  readonly word: string;
  /** There may be several, which are the value of this setting. */
  readonly several?: SettingName;
  /** What it is where none is typed; null: it must be given. */
  readonly default: string | null;
  readonly describe: string;
  /** What it names, for whoever completes it. */
  readonly kind: 'revision' | 'range' | 'target' | 'run' | 'text';
  /** Words for it beyond the ids that there are. */
  readonly also?: readonly string[];
  /** All that it may be. */
  readonly choices?: readonly string[];
}

/** Asks the fleet: one call of the library, and the text of its result. */
export interface FleetCommand extends CommandDescription {
  run(fleet: Fleet, call: Call): Promise<Result>;
}

/** Prints a text that no fleet is needed for. It takes no options but `--help`. */
export interface PlainCommand extends CommandDescription {
  readonly argument: Argument;
  print(argument: string): string;
}

export type Command = FleetCommand | PlainCommand;

/** A document, and its text for people, written only where it is wanted. */
export interface Result {
  readonly report: AnyReport;
  readonly text: (options: TextOptions) => string;
}

/** Holds a command to what it declares: its `run` is given these settings and switches, and cannot ask for others. */
export function defineCommand<const S extends readonly SettingName[], const W extends readonly SwitchName[]>(
  command: CommandDescription & {
    readonly settings: S;
    readonly switches: W;
    run(fleet: Fleet, call: Call<S[number], W[number]>): Promise<Result>;
  },
): FleetCommand {
  return command;
}
