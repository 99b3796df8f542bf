// What to do about faults that only a SQLite file has.

import { again, command, foreign, hint, onFleet, type Hint } from '../../../model/hint.js';
import type { FailureCode } from '../../../model/outcome.js';
import type { TargetRef } from '../../../model/target.js';

const ADVICE: { readonly [C in FailureCode]?: (target: TargetRef, error: unknown) => Hint | null } = {
  notADatabase: () =>
    'it is not a SQLite file, or it is encrypted; move it away, or leave it out with --exclude',
  corrupt: ({ path }) =>
    hint`look at the damage: ${foreign('sqlite3', path, 'PRAGMA integrity_check')}; put a backup back, then: ${again()}`,
  columnOrder: () =>
    hint`write the columns of the statement out, as this shows: ${command('lint', undefined, { rule: ['by-position'] })}; rehearse with: ${again({ dryRun: true })}; targets that have the revision already accept the file with: ${onFleet('repair', { checksums: ['all'] })}`,
  migrationFailed: (_, error) =>
    isAboutRows(error)
      ? hint`mend the rows that stand in the way, or the revision; rehearse with: ${again({ dryRun: true })}`
      : null,
};

export function advice(code: FailureCode, target: TargetRef, error: unknown): Hint | null {
  return ADVICE[code]?.(target, error) ?? null;
}

/** A row broke a rule of its table, or has a value of another type than it takes (sqlite.org/rescode.html). */
function isAboutRows(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    cause instanceof Error && 'code' in cause && /^SQLITE_(?:CONSTRAINT|MISMATCH)/.test(String(cause.code))
  );
}
