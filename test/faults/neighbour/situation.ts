// What a neighbour on the same machine may have prepared, as a table: each line plants one thing beside a healthy
// fleet, and says how each command ends then. Whatever is planted leads to the canary, a directory elsewhere that nothing
// may touch, or leaves a mark where code that it brings is run.

export const COMMANDS = [
  'upgrade --stamp',
  'upgrade --stamp --dry-run',
  'status',
  'check',
  'doctor',
  'heads',
  'lint',
] as const;
export type CommandLine = (typeof COMMANDS)[number];

export interface Place {
  /** The directory of all the others, which is the working directory too. */
  readonly root: string;
  readonly data: string;
  /** A legacy database at revision 0001; `project_2.db` beside it is another one that nothing is done to. */
  readonly target: string;
  readonly state: string;
  readonly migrations: string;
  /** Where temporary files go. */
  readonly tmp: string;
  /** Elsewhere: `victim`, `victim.db`, and `sub/file`. */
  readonly canary: string;
  /** A file that code of the neighbour makes when it is run. */
  readonly mark: string;
}

export interface End {
  readonly codes: readonly number[];
  /** What must be said, blanks counted as one. */
  readonly words?: RegExp;
}

export interface Situation {
  readonly name: string;
  readonly plant: (place: Place) => unknown;
  readonly ends: (command: CommandLine) => End;
  /** Words added to every command. */
  readonly words?: (place: Place) => readonly string[];
  /** Only root can give files to another user. */
  readonly needsRoot?: true;
}

/** The neighbour. */
export const STRANGER = 54_321;

type Codes = readonly [
  upgrade: number,
  rehearse: number,
  status: number,
  check: number,
  doctor: number,
  revisions: number,
];

function ends(
  [upgrade, rehearse, status, check, doctor, revisions]: Codes,
  words?: RegExp,
): Situation['ends'] {
  const codes: Readonly<Record<CommandLine, number>> = {
    'upgrade --stamp': upgrade,
    'upgrade --stamp --dry-run': rehearse,
    status,
    check,
    doctor,
    heads: revisions,
    lint: revisions,
  };
  return (command) => {
    const code = codes[command];
    const isTold = words !== undefined && (code !== 0 || command === 'status') && command !== 'check';
    return { codes: [code], ...(isTold ? { words } : {}) };
  };
}

/** One target is refused. */
export const target = (words: RegExp): Situation['ends'] => ends([2, 2, 0, 1, 1, 0], words);
/** The data directory is refused. */
export const data = (words: RegExp): Situation['ends'] => ends([78, 78, 78, 78, 1, 0], words);
/** The revisions are refused. */
export const revisions = (words: RegExp): Situation['ends'] => ends([78, 78, 78, 78, 1, 78], words);
/** Nothing is done at all. */
export const all = (words: RegExp): Situation['ends'] => ends([78, 78, 78, 78, 78, 78], words);
/** Nothing of ours is used that somebody else may have prepared: runs are refused, looks go on without it. */
export const own: Situation['ends'] = ends([78, 78, 0, 1, 1, 0]);
/** It has no effect. */
export const none: Situation['ends'] = (command) =>
  command === 'doctor' ? { codes: [0, 1] } : ends([0, 0, 0, 1, 0, 0])(command);
