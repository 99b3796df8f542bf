// What to do about faults that only a SQLite file has.

import { again, command, foreign, hint, onFleet, type Hint } from '../../../model/hint.js';
import type { FailureCode } from '../../../model/outcome.js';
import type { TargetRef } from '../../../model/target.js';
import { remedyOfLacking } from './lacking.js';

const ADVICE: { readonly [C in FailureCode]?: (target: TargetRef) => Hint } = {
  notADatabase: () =>
    'it is not a SQLite file, or it is encrypted; move it away, or leave it out with --exclude',
  corrupt: ({ path }) =>
    hint`look at the damage: ${foreign('sqlite3', path, 'PRAGMA integrity_check')}; put a backup back, then: ${again()}`,
  columnOrder: () =>
    hint`write the columns of the statement out, as this shows: ${command('lint', undefined, { rule: ['by-position'] })}; rehearse with: ${again({ dryRun: true })}; targets that have the revision already accept the file with: ${onFleet('repair', { checksums: ['all'] })}`,
};

/** An old string in double quotes, which ALTER TABLE finds anywhere in the schema and takes for a name. */
function remedyOfString(message: string): Hint | null {
  const found =
    /^error in (\w+) (.+?)(?: after \w+(?: \w+)?)?: no such column: ("(.+)") - should this be a string/s.exec(
      message,
    );
  if (found === null) return null;
  const [, kind = '', name = '', quoted = '', text = ''] = found;
  const how = kind === 'table' ? 'by db.rebuild in a revision that is a program' : 'by DROP and CREATE';
  return `the ${kind} ${name} has the string ${quoted} in double quotes, which are for names: make it anew before this statement, ${how}, with '${text}' in its place`;
}

/** @param message what was found */
export function advice(code: FailureCode, target: TargetRef, message: string): Hint | null {
  const lacking = code === 'migrationFailed' ? (remedyOfLacking(message) ?? remedyOfString(message)) : null;
  return lacking ?? ADVICE[code]?.(target) ?? null;
}
