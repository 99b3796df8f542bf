// Every setting there is: name, type, default and words for it. Flags, environment variables, the configuration
// file, the library, help and documents read this one table; setting-schema.ts makes the checks from it. Plain data,
// because worker processes and help texts need no checks. The groups say who reads a setting.

export interface Setting {
  /** A path is relative to the working directory, or to the configuration file that it stands in. */
  readonly type:
    'string' | 'path' | 'paths' | 'number' | 'boolean' | 'list' | 'version' | 'duration' | 'share';
  readonly default?: string | number | boolean;
  /** What the default is, where it is no constant. */
  readonly defaultText?: string;
  readonly describe: string;
  /** What `--no-...` does, of a boolean that is on by default. */
  readonly off?: string;
  /** How the value is called in help texts. */
  readonly value?: string;
  /** The least value; numbers are whole. */
  readonly least?: number;
  /** Items of a list are `key=value`, and an object may stand for them. */
  readonly pairs?: true;
  /** All values there are. */
  readonly choices?: readonly string[];
  /** What text must look like, and that in words. */
  readonly form?: RegExp;
  readonly takes?: string;
  /** False: no variable of the environment sets it. */
  readonly variable?: false;
}

/**
 * What the application gives its own SQLite. The configuration and the library have these in an object, `sqlite:
 * { functions: .. }`; flags and variables have its name before theirs.
 */
export const SQLITE_SETTINGS = {
  extensions: {
    type: 'paths',
    value: 'FILE,..',
    describe: 'Load these extensions of SQLite wherever a schema is run',
  },
  functions: {
    type: 'path',
    value: 'FILE',
    describe: 'Take SQL functions from this program wherever a schema is run',
  },
  oldest: {
    type: 'version',
    value: 'VERSION',
    describe: 'Oldest SQLite that reads these files: lint names what it could not read',
  },
} as const satisfies Record<string, Setting>;

/** Which fleet it is: what `openFleet` takes. Names are the library's; flags are the same in kebab-case. */
export const PLACE_SETTINGS = {
  dataDir: {
    type: 'path',
    default: 'data',
    value: 'DIR',
    describe: 'Directory that is searched for targets',
  },
  pattern: {
    type: 'string',
    default: '**/project_*.db',
    value: 'GLOB',
    describe: 'What targets match, under the data directory',
  },
  stateDir: {
    type: 'path',
    defaultText: '.flotilla in the data directory',
    value: 'DIR',
    describe: 'Ledger, lock, backups and reports',
  },
  stateMode: {
    type: 'string',
    default: '0700',
    choices: ['0700', '0750'],
    value: '0700|0750',
    describe: 'Mode of the state directory and those in it; 0750 lets a group read them',
  },
  migrations: { type: 'path', default: 'migrations', value: 'DIR', describe: 'Directory of the revisions' },
  userVersion: {
    type: 'list',
    pairs: true,
    value: 'MAP',
    describe: 'Revisions that numbers in user_version stand for: 3=0003,4=0005',
  },
  programs: {
    type: 'boolean',
    default: true,
    describe: 'Run revisions that are programs, to see what they do',
    off: 'Look without running a revision that is a program',
  },
  trust: {
    type: 'paths',
    value: 'DIR,..',
    describe: 'Take on what lies in these directories though others may write there',
  },
  ...grouped('sqlite', SQLITE_SETTINGS),
} as const satisfies Record<string, Setting>;

/** Which of its targets: of every command that looks at any. */
export const CHOICE_SETTINGS = {
  only: {
    type: 'list',
    value: 'ID,..',
    describe: 'Work on these targets alone: ids, paths, globs, @FILE with a name a line',
  },
  exclude: { type: 'list', value: 'ID,..', describe: 'Leave these targets out, named in the same ways' },
  limit: {
    type: 'number',
    least: 1,
    value: 'N',
    describe: 'Work on the first N targets that have something to do',
  },
  missing: {
    type: 'string',
    default: 'fail',
    choices: ['fail', 'skip'],
    value: 'fail|skip',
    describe: 'Whether a name that no target has is an error, or passed over',
  },
  allowEmpty: {
    type: 'boolean',
    default: false,
    describe: 'That there is no target is no finding',
  },
} as const satisfies Record<string, Setting>;

/** Settings of every command. */
export const FLEET_SETTINGS = { ...PLACE_SETTINGS, ...CHOICE_SETTINGS };

/** How targets are worked on, by every command that looks at any. */
export const WORK_SETTINGS = {
  jobs: {
    type: 'number',
    least: 1,
    defaultText: 'the processors',
    value: 'N',
    describe: 'Worker processes',
  },
} as const satisfies Record<string, Setting>;

/** In which order, how far and how fast a change goes through the targets. */
export const ROLLOUT_SETTINGS = {
  waves: {
    type: 'list',
    value: 'WAVE,..',
    describe:
      'Go in waves, each begun when the one before it has ended: numbers, percents, names of waves in the configuration, rest',
  },
  maxFailures: {
    type: 'share',
    value: 'N|P%',
    defaultText: 'all',
    describe: 'How many targets of each wave may fail; with one more the run stops',
  },
  soak: {
    type: 'duration',
    default: 0,
    value: 'TIME',
    describe: 'Wait so long between two waves; not in a rehearsal',
  },
  gate: {
    type: 'string',
    value: 'COMMAND',
    describe:
      'Run this between two waves, the report so far in FLOTILLA_REPORT; the run stops unless it exits 0; not in a rehearsal',
  },
  gateTimeout: { type: 'duration', defaultText: '1m', value: 'TIME', describe: 'Deadline of the gate' },
  pause: {
    type: 'boolean',
    default: false,
    describe: 'End the run after each wave but the last; not in a rehearsal',
  },
  order: {
    type: 'string',
    form: /^(?:id|size|shuffle:.+)$/s,
    takes: 'id, size or shuffle:SEED',
    value: 'ORDER',
    defaultText: 'waves by id, in a wave the largest first',
    describe: 'Order in which waves take targets, and targets are begun: id, size or shuffle:SEED',
  },
} as const satisfies Record<string, Setting>;

/** How targets are changed, by every command that changes any. */
export const CHANGE_SETTINGS = {
  dryRun: {
    type: 'boolean',
    default: false,
    describe: 'Rehearse on a private copy of every target; touch none',
  },
  verify: {
    type: 'string',
    default: 'quick',
    choices: ['quick', 'full'],
    value: 'quick|full',
    describe: 'Depth of the integrity checks',
  },
  backup: {
    type: 'boolean',
    default: true,
    describe: 'Back each target up before its first write',
    off: 'Change targets without a backup',
  },
  backupDir: {
    type: 'path',
    defaultText: 'backups in the state directory',
    value: 'DIR',
    describe: 'Where backups go',
  },
  busyTimeout: {
    type: 'number',
    least: 0,
    default: 5000,
    value: 'MS',
    describe: 'Patience with a target that others hold locked',
  },
  wait: {
    type: 'duration',
    default: 0,
    value: 'TIME',
    describe: 'Patience with another run over the fleet, until it ends: 30s, 10m, 1h',
  },
  timeout: { type: 'number', least: 1, default: 600_000, value: 'MS', describe: 'Deadline of one target' },
  ...ROLLOUT_SETTINGS,
} as const satisfies Record<string, Setting>;

/** Settings of single commands. */
export const COMMAND_SETTINGS = {
  stamp: {
    type: 'boolean',
    default: false,
    describe: 'Baseline legacy targets by evidence in the same pass',
  },
  allowDrift: {
    type: 'list',
    value: 'KIND,..',
    describe: 'Upgrade drifted targets too where they differ in these kinds alone, as drift names them',
  },
  allowExtra: {
    type: 'boolean',
    default: false,
    describe: 'Ignore tables that no revision created, when matching and upgrading',
  },
  dropExtra: {
    type: 'list',
    value: 'NAME,..',
    describe:
      'Drop this too, with what it holds, where it is not expected: table, table.column, index, view, trigger',
  },
  checksums: {
    type: 'list',
    value: 'REVISION,..',
    describe:
      'Accept the files of these revisions (all: of all) as what was applied, where the structure is what they leave',
  },
  columns: {
    type: 'boolean',
    default: false,
    describe: 'Put columns into the declared order, and give constraints their declared names',
  },
  at: {
    type: 'string',
    value: 'REV',
    describe: 'Which it is, where the structure is that of several revisions: earliest, latest or a revision',
  },
  run: { type: 'string', value: 'RUN', describe: 'Take the copies that this run made' },
  retry: {
    type: 'list',
    value: 'KIND,..',
    describe: 'Try these again too: failed, skipped (what was left alone), busy',
  },
  before: {
    type: 'string',
    value: 'TIME',
    describe: 'Take the newest copy from before this time: 2026-11-20, 2026-11-20T12:00Z',
  },
  from: { type: 'path', value: 'FILE', describe: 'Take this file' },
  to: { type: 'path', value: 'FILE', describe: 'Write the copy to this file, which must not be there' },
  how: {
    type: 'string',
    default: 'auto',
    choices: ['auto', 'restore', 'downgrade'],
    value: 'auto|restore|downgrade',
    describe: 'By the copies of before alone, by the revisions alone, or by a copy where that is exact',
  },
  rule: { type: 'list', value: 'RULE,..', describe: 'Apply these rules alone, by the ids that lint prints' },
  strict: { type: 'boolean', default: false, describe: 'Warnings are errors' },
  since: { type: 'string', value: 'REV', describe: 'Tell what revisions after this one have alone' },
  output: {
    type: 'path',
    value: 'FILE',
    describe: 'Write the revision to this file, which must not be there',
  },
  // FLOTILLA_REPORT is what a gate is told; a program that it starts must not take that as its own.
  report: {
    type: 'path',
    value: 'FILE',
    variable: false,
    describe: 'Write the JSON report to this file too',
  },
} as const satisfies Record<string, Setting>;

/** Settings of some commands. */
export const RUN_SETTINGS = { ...WORK_SETTINGS, ...CHANGE_SETTINGS, ...COMMAND_SETTINGS };

/** All settings that a configuration file may have. */
export const SETTINGS = { ...FLEET_SETTINGS, ...RUN_SETTINGS };
export type SettingTable = Readonly<Record<string, Setting>>;

/** What a setting of this row is in a program. */
export type SettingValue<S extends Setting> = S extends { readonly choices: readonly (infer C)[] }
  ? C
  : {
      string: string;
      path: string;
      paths: readonly string[];
      number: number;
      boolean: boolean;
      list: readonly string[];
      version: string;
      /** Milliseconds. */
      duration: number;
      /** A number, or a part of something: `5`, `'2%'`. */
      share: number | string;
    }[S['type']];

/** The settings of a table, each of which may be absent: then its default counts. */
export type SettingsOf<T extends SettingTable> = { readonly [K in keyof T]?: SettingValue<T[K]> };

/** Settings that stand together in one object of the configuration and of the library, by its name. */
export const GROUPS = { sqlite: SQLITE_SETTINGS } as const;
export type GroupName = keyof typeof GROUPS;

/**
 * Settings of a group, or values, by the names that they have among all: `functions` of `sqlite` is `sqliteFunctions`.
 */
export type Grouped<G extends GroupName, T> = {
  readonly [K in keyof T & string as `${G}${Capitalize<K>}`]: T[K];
};

export function grouped<G extends GroupName, T extends object>(group: G, table: T): Grouped<G, T> {
  const entries = Object.entries(table).map(([key, row]): [string, unknown] => [nameIn(group, key), row]);
  // TypeScript does not follow names through `fromEntries`.
  return Object.fromEntries(entries) as Grouped<G, T>;
}

/** `sqlite`, `functions` -> `sqliteFunctions`. */
export function nameIn(group: string, key: string): string {
  return `${group}${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}

/** The names of a table. */
export function namesOf<K extends string>(table: Readonly<Partial<Record<K, unknown>>>): K[] {
  return Object.keys(table) as K[];
}

/**
 * Where the settings of a group are read, each is taken out by name; what remains goes here. A setting that is accepted
 * and read by nobody does not compile.
 */
export const allRead: (remaining: Readonly<Record<string, never>>) => void = () => undefined;
