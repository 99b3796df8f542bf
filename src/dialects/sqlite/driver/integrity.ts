// SQLite's own check of what is stored, and what its lines are about. Apart, because a whole file is checked before and
// after a change, and one table before rows are copied out of its indexes.

import type { Database } from 'better-sqlite3';
import { DatabaseError, type IntegrityFault } from '../../port.js';
import { quoteName } from '../schema/sql-text.js';

/** Problems listed by an integrity check before it gives up. */
const PROBLEMS_MAX = 20;

/** Lines of SQLite's check about rows that break a rule; all others are about damaged pages. */
const BROKEN_RULE =
  /^(NULL value in |CHECK constraint failed in |NUMERIC value in |TEXT value in |non-[A-Z]+ value in )/;

/** @param check `quick_check` or `integrity_check`, of the whole file or of one table */
export function checkIntegrity(
  db: Database,
  check: 'quick_check' | 'integrity_check',
  table?: string,
): IntegrityFault | null {
  const argument = table === undefined ? PROBLEMS_MAX : quoteName(table);
  const lines = db.prepare<[], string>(`PRAGMA ${check}(${argument})`).pluck().all();
  if (lines.length === 1 && lines[0] === 'ok') return null;
  const unread = lines.find(isAboutReading);
  if (unread === undefined) {
    const code = lines.every((line) => BROKEN_RULE.test(line)) ? 'integrity' : 'corrupt';
    return { code, problems: lines };
  }
  throw new DatabaseError('io', `the integrity check could not read the file: ${unread}`);
}

/** A page that could not be read says nothing of what is on it: primary codes 7 NOMEM and 10 IOERR (sqlite.org/rescode.html). */
function isAboutReading(line: string): boolean {
  const code = /error code[ =](\d+)/.exec(line)?.[1];
  return code !== undefined && [7, 10].includes(Number(code) & 0xff);
}
