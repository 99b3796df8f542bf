// From an error to a reason that a person can act on: what was found, where, and what to do next.

import { DatabaseError, type Driver, type DeclaringKey, type RowsFound } from '../dialects/port.js';
import { FleetError } from '../model/errors.js';
import { again, hint, onFleet, onTarget, type Hint } from '../model/hint.js';
import type { FailureCode, Reason, Step } from '../model/outcome.js';
import type { Revision, Statement } from '../model/revision.js';
import type { TargetRef } from '../model/target.js';

/** Where in a revision the work was; in a repair, at a statement of no revision and no file. */
export interface Position {
  readonly revision: Revision | null;
  readonly statement: (Pick<Statement, 'sql'> & Partial<Pick<Statement, 'line'>>) | null;
  /** The revision that the plan had come to before this one; left out where it had come to none. */
  readonly reached?: string;
}

/** Where and on what the work was when it failed. */
export interface Scene {
  readonly target: TargetRef;
  readonly step: Step;
  readonly position?: Position | null;
}

/** @param driver its own advice about a fault is preferred */
export function reasonOf(
  error: unknown,
  { target, step, position = null }: Scene,
  driver: Pick<Driver, 'advice'>,
): Reason {
  // A relative revision argument (`+2`) is resolved on each target.
  if (error instanceof FleetError) {
    return { code: 'unknownRevision', step, message: error.message, hint: error.draft.hint };
  }
  const fault = error instanceof DatabaseError ? error : null;
  const code = fault?.code ?? 'internal';
  const found = fault?.found ?? null;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code,
    step,
    message: code === 'internal' && error instanceof Error ? (error.stack ?? message) : message,
    hint:
      fault?.hint ??
      driver.advice({ code, message, error, reached: position?.reached }, target) ??
      (found === null ? hintFor(code) : rowsHint(found, position)),
    ...(position === null ? {} : positionFields(position)),
    ...(fault === null || fault.revision === null ? {} : { revision: fault.revision }),
    ...(found === null ? tablesOf(error) : { tables: found.tables, rows: found.rows }),
  };
}

/** The tables that the statement at fault names. */
function tablesOf(error: unknown): Pick<Reason, 'tables'> {
  return error instanceof DatabaseError && error.tables.length > 0 ? { tables: error.tables } : {};
}

/** What to write, and where: the statement as it should be, or the line of the header that says that it is meant. */
function rowsHint({ mend, declare }: RowsFound, position: Position | null): Hint {
  const revision = position?.revision ?? null;
  const rehearse = again({ dryRun: true });
  if (revision === null || declare.length === 0) return hint`${mend}, and rehearse with: ${rehearse}`;
  const lines = declare.map(({ key, names }) =>
    headerLine(key, [...declaredIn(revision, key), ...names], revision),
  );
  return hint`${mend}; or say that it is meant, by ${lines.join(' and ')} in ${revision.file}; then rehearse with: ${rehearse}`;
}

/** A key stands once in a header, so what is there already is part of the line. */
function headerLine(key: DeclaringKey, names: readonly string[], { up }: Revision): string {
  const value = [...new Set(names)].join(', ');
  return up.kind === 'sql' ? `"-- ${key}: ${value}"` : `${key}: '${value}' of \`meta\``;
}

function declaredIn(revision: Revision, key: DeclaringKey): readonly string[] {
  switch (key) {
    case 'loses_rows':
      return revision.losesRows;
    case 'changes':
      return revision.changes;
    case 'drops':
      return revision.drops;
    case 'moves':
      return revision.moves.map(({ from, to }) => `${from} -> ${to}`);
  }
}

function positionFields({
  revision,
  statement,
}: Position): Pick<Reason, 'revision' | 'file' | 'statement' | 'line'> {
  return {
    ...(revision === null ? {} : { revision: revision.id, file: revision.file }),
    ...(statement === null ? {} : { statement: statement.sql }),
    ...(statement?.line === undefined ? {} : { line: statement.line }),
  };
}

/** What to do next about a failure of this kind, whatever the dialect. */
export function hintFor(code: FailureCode): Hint {
  const then = hint`then: ${again()}`;
  const rehearse = again({ dryRun: true });
  switch (code) {
    case 'notADatabase':
      return 'move it away, or leave it out with --exclude';
    case 'corrupt':
      return hint`put a backup back: ${onTarget('restore')}; ${then}`;
    case 'busy':
      return hint`stop the program that holds it, or raise --busy-timeout; ${then}`;
    case 'readOnly':
    case 'permission':
      return hint`give this user the right to write the file and its directory, ${then}`;
    case 'diskFull':
      return hint`free space for the file, its journal and its backup, ${then}`;
    case 'io':
      return hint`look at the disk and the system's log (dmesg), ${then}`;
    case 'refusedPath':
      return hint`see why with: ${onFleet('discover')}`;
    case 'replaced':
      return hint`another file has taken its place meanwhile; ${then}`;
    case 'gone':
      return hint`it was deleted, renamed or moved away meanwhile, and nothing is left to do on it; see what there is: ${onFleet('discover')}`;
    case 'unknownRevision':
      return hint`bring the missing revision back into the migrations directory, then: ${onFleet('status')}`;
    case 'drifted':
      return hint`look at the difference: ${onTarget('status', { verbose: true })}`;
    case 'noBaseline':
    case 'ambiguousBaseline':
    case 'claimMismatch':
      return hint`see which revisions come near it: ${onTarget('status', { verbose: true })}`;
    case 'checksumMismatch':
      return 'put the changed file back as it was when it was applied, and make the change a new revision';
    case 'migrationFailed':
      return hint`correct the revision, or what it meets in this target; rehearse with: ${rehearse}`;
    case 'foreignKeyViolation':
      return hint`the revision leaves rows without their parent: mend it, or the rows, and rehearse with: ${rehearse}`;
    case 'integrity':
      return hint`rows break a NOT NULL or CHECK rule of their table: mend them, or the revision, and rehearse with: ${rehearse}`;
    case 'rowsLost':
      return 'keep the rows, or say in the header of the revision that they go: -- loses_rows: TABLE';
    case 'valuesChanged':
      return 'copy the values as they are, or say in the header of the revision that they change: -- changes: TABLE.COLUMN';
    case 'columnOrder':
      return hint`write the columns of the statement out, so that it goes by their names, and rehearse with: ${rehearse}`;
    case 'schemaMismatch':
      return hint`the revision does not do on this file what it does on an empty one (IF NOT EXISTS?): compare with ${onTarget('status', { verbose: true })}`;
    case 'backupFailed':
      return hint`nothing was changed; see that the backup directory can be written, ${then}`;
    case 'commitUncertain':
      return hint`see what it records: ${onTarget('status')}; its backup is named in the report`;
    case 'timeout':
      return hint`raise --timeout, or find the statement that does not end; ${then}`;
    case 'workerDied':
      return hint`the process that worked on it died (out of memory?); ${then}`;
    case 'changedSince':
      return hint`see what is there now: ${onTarget('status')}`;
    case 'stopped':
      return 'mend the cause, then run the same command again: it does what is left';
    case 'interrupted':
      return 'run the same command again: it goes on where it stopped';
    case 'internal':
      return 'this is a defect of Flotilla: please report it with this message';
  }
}

/** Faults of the machine, not of one file: no further target is started. */
export function stopsRun({ code, step }: Pick<Reason, 'code' | 'step'>): boolean {
  return code === 'diskFull' || code === 'io' || (code === 'readOnly' && step === 'backUp');
}
