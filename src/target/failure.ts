// From an error to a failure that a person can act on: what was found, where, and what to do next.

import { DatabaseError, type Driver } from '../dialects/port.js';
import { FleetError } from '../model/errors.js';
import type { Failure, FailureCode, Step } from '../model/outcome.js';
import type { Revision, Statement } from '../model/revision.js';
import type { TargetRef, Target } from '../model/target.js';

/** Where in a revision the work was; in a repair, at a statement of no revision and no file. */
export interface Position {
  readonly revision: Revision | null;
  readonly statement: (Pick<Statement, 'sql'> & Partial<Pick<Statement, 'line'>>) | null;
}

/** @param advise the dialect's own advice, where it has any */
export function failureOf(
  error: unknown,
  step: Step,
  target: TargetRef,
  position: Position | null,
  advise: Driver['advice'] = () => null,
): Failure {
  // A relative revision argument (`+2`) is measured on each target.
  if (error instanceof FleetError) {
    return { code: 'unknownRevision', step, message: error.message, hint: error.hint };
  }
  const code = error instanceof DatabaseError ? error.code : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  return {
    code,
    step,
    message: code === 'internal' && error instanceof Error ? (error.stack ?? message) : message,
    hint: adviceFor(code, target, advise),
    ...(position === null ? {} : placeOf(position)),
  };
}

function placeOf({ revision, statement }: Position): Pick<Failure, 'revision' | 'statement' | 'line'> {
  return {
    ...(revision === null ? {} : { revision: revision.id }),
    ...(statement === null ? {} : { statement: statement.sql }),
    ...(statement?.line === undefined ? {} : { line: statement.line }),
  };
}

/** What to do next about a failure of this kind, as the dialect says it, or as it is for all. */
function adviceFor(code: FailureCode, target: TargetRef, advise: Driver['advice']): string {
  const own = advise(code, target);
  const general = hintFor(code, target);
  return own === null ? general : general === '' ? own : `${own}; ${general}`;
}

/** What to do next about a failure of this kind. */
export function hintFor(code: FailureCode, target: Pick<Target, 'id' | 'path'>): string {
  const again = `then: flotilla upgrade --only '${target.id}'`;
  switch (code) {
    case 'notADatabase':
      return '';
    case 'corrupt':
      return `put a backup back, ${again}`;
    case 'busy':
      return `stop the program that holds it, or raise --busy-timeout; ${again}`;
    case 'readOnly':
    case 'permission':
      return `give this user the right to write the file and its directory, ${again}`;
    case 'diskFull':
      return `free space for the file, its journal and its backup, ${again}`;
    case 'io':
      return `look at the disk and the system's log (dmesg), ${again}`;
    case 'refusedPath':
      return 'see why with: flotilla discover';
    case 'replaced':
      return `another file has taken its place meanwhile; ${again}`;
    case 'unknownRevision':
      return 'bring the missing revision back into the migrations directory, then: flotilla status';
    case 'drifted':
      return `look at the difference: flotilla status --verbose --only '${target.id}'`;
    case 'noBaseline':
    case 'ambiguousBaseline':
      return `decide which revision it is at, then: flotilla stamp REV --only '${target.id}'`;
    case 'checksumMismatch':
      return 'put the changed file back as it was when it was applied, and make the change a new revision';
    case 'migrationFailed':
      return `mend the rows that stand in the way, or the revision; rehearse with: flotilla upgrade --dry-run --only '${target.id}'`;
    case 'foreignKeyViolation':
      return 'the revision leaves rows without their parent: mend it, or the rows, and rehearse with --dry-run';
    case 'integrity':
      return 'rows break a NOT NULL or CHECK rule of their table: mend them, or the revision, and rehearse with --dry-run';
    case 'rowsLost':
      return 'keep the rows, or say in the header of the revision that they go: -- loses_rows: TABLE';
    case 'schemaMismatch':
      return 'the revision does not do on this file what it does on an empty one (IF NOT EXISTS?): compare with flotilla status --verbose';
    case 'backupFailed':
      return `nothing was changed; see that the backup directory can be written, ${again}`;
    case 'commitUncertain':
      return `see what it records: flotilla status --only '${target.id}'; its backup is named in the report`;
    case 'timeout':
      return `raise --timeout, or find the statement that does not end; ${again}`;
    case 'workerDied':
      return `the process that worked on it died (out of memory?); ${again}`;
    case 'interrupted':
      return 'run the same command again: it goes on where it stopped';
    case 'internal':
      return 'this is a defect of Flotilla: please report it with this message';
  }
}

/** The hint of a fault in a run of another command than `upgrade`, which says to type that one again. */
export function forCommand(failure: Failure, command: string): Failure {
  const again = /(then|rehearse with): flotilla upgrade (?=--)/g;
  return { ...failure, hint: failure.hint.replace(again, `$1: flotilla ${command} `) };
}

/** Faults of the machine, not of one file: no further target is started. */
export function stopsRun(failure: Failure): boolean {
  return (
    failure.code === 'diskFull' ||
    failure.code === 'io' ||
    (failure.code === 'readOnly' && failure.step === 'backUp')
  );
}
