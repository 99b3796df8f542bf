// What to do about faults that only a SQLite file has.

import type { FailureCode } from '../../../model/outcome.js';
import type { TargetRef } from '../../../model/target.js';

const ADVICE: { readonly [C in FailureCode]?: (target: TargetRef) => string } = {
  notADatabase: () =>
    'it is not a SQLite file, or it is encrypted; move it away, or leave it out with --exclude',
  corrupt: ({ path }) => `look at the damage: sqlite3 '${path}' 'PRAGMA integrity_check'`,
};

export function advice(code: FailureCode, target: TargetRef): string | null {
  return ADVICE[code]?.(target) ?? null;
}
