// What a command is: its words for help texts, the options it takes, one call of the library and the text of the result.
// Apart from the commands, so that parsing and help need to know no single one of them.

import type { AnyReport, Fleet, SelectOptions, TextOptions } from '../index.js';
import type { SettingName, SwitchName } from './options.js';
import type { Settings } from './settings.js';

/** What a command is called with. */
export interface Call {
  /** The argument; absent where none was typed. */
  readonly argument?: string;
  readonly settings: Settings;
  readonly switches: ReadonlySet<SwitchName>;
  /** Which targets, and who watches: handed on to the library as it is. */
  readonly select: SelectOptions;
}

export interface CommandWords {
  readonly name: string;
  /** The argument that the command takes, and what it is without one; null: it must be given. */
  readonly argument?: { readonly word: string; readonly default: string | null; readonly describe: string };
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What a person should know before the first use. */
  readonly description: string;
  /** Settings beyond those of every command. */
  readonly settings: readonly SettingName[];
  /** Whether it looks at targets, so that options choose among them: default yes; only with `--fleet`; never. */
  readonly looks?: 'withFleet' | 'never';
  /** Switches beyond those of every command. */
  readonly switches: readonly SwitchName[];
  readonly examples: readonly { readonly words: string; readonly does: string }[];
  /** Exit codes in the words of this command; those of every command are added. */
  readonly exitCodes: Readonly<Record<number, string>>;
}

export interface Command extends CommandWords {
  /** Calls the library once. */
  run(fleet: Fleet, call: Call): Promise<Result>;
}

/** A document, and its text for people, written only where it is wanted. */
export interface Result {
  readonly report: AnyReport;
  readonly text: (options: TextOptions) => string;
}
