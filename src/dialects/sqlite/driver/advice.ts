// What to do about faults that only a SQLite file has.

import { again, command, foreign, hint, onFleet, onTarget, type Hint } from '../../../model/hint.js';
import type { FailureCode } from '../../../model/outcome.js';
import type { TargetRef } from '../../../model/target.js';
import type { FaultOf } from '../../port.js';
import { remedyOfLacking } from './lacking.js';

const ADVICE: { readonly [C in FailureCode]?: (target: TargetRef, fault: FaultOf) => Hint | null } = {
  notADatabase: () =>
    'it is not a SQLite file, or it is encrypted; move it away, or leave it out with --exclude',
  corrupt: ({ path }) =>
    hint`look at the damage: ${foreign('sqlite3', path, 'PRAGMA integrity_check')}; put a backup back, then: ${again()}`,
  columnOrder: (_, { reached }) =>
    hint`put its columns into that order${reached === undefined ? '' : ', at the revision before'}: ${arranged(reached)}; then: ${again()}; or write the columns of the statement out, as this shows: ${command('lint', undefined, { rule: ['by-position'] })}; targets that have the revision already accept the file with: ${onFleet('repair', { checksums: ['all'] })}`,
  migrationFailed: (_, { message, error }) => {
    if (message.startsWith('no such constraint'))
      return hint`see whether the constraint is there under another name: ${onTarget('drift')}; where it is, give it the name that the revisions have: ${onTarget('repair', { columns: true })}; then: ${again()}`;
    return isAboutRows(error)
      ? hint`mend the rows that stand in the way, or the revision; rehearse with: ${again({ dryRun: true })}`
      : null;
  },
};

/** What an earlier revision of the same run brought about is there only once that one has been run. */
function arranged(reached: string | undefined): Hint {
  const arrange = onTarget('repair', { columns: true });
  return reached === undefined ? hint`${arrange}` : hint`${again({}, reached)}; ${arrange}`;
}

/** An old string in double quotes, which ALTER TABLE finds anywhere in the schema and takes for a name. */
function remedyOfString(message: string): Hint | null {
  const found =
    /^error in (\w+) (.+?)(?: after \w+(?: \w+)?)?: no such column: ("(.+)") - should this be a string/s.exec(
      message,
    );
  if (found === null) return null;
  const [, kind = '', name = '', quoted = '', text = ''] = found;
  const how = kind === 'table' ? 'by db.rebuild in a revision that is a program' : 'by DROP and CREATE';
  return `the ${kind} ${name} has the string ${quoted} in double quotes, which are for names: make it anew before this statement, ${how}, with '${text}' in its place, and single quotes around each other string of it`;
}

export function advice(fault: FaultOf, target: TargetRef): Hint | null {
  const { code, message } = fault;
  const lacking = code === 'migrationFailed' ? (remedyOfLacking(message) ?? remedyOfString(message)) : null;
  return lacking ?? ADVICE[code]?.(target, fault) ?? null;
}

/** A row broke a rule of its table, or has a value of another type than it takes (sqlite.org/rescode.html). */
function isAboutRows(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    cause instanceof Error && 'code' in cause && /^SQLITE_(?:CONSTRAINT|MISMATCH)/.test(String(cause.code))
  );
}
