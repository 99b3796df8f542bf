// SQLite's own check of what is stored, and what its lines are about. Apart, because a whole file is checked before and
// after a change, and one table before rows are copied out of its indexes. What it says of virtual tables may be no
// damage: an index of full text without content of its own cannot be checked, and one over another table may be behind.

import Database from 'better-sqlite3';
import { DatabaseError, type IntegrityFault } from '../../port.js';
import { fold, quoteName } from '../schema/sql-text.js';
import { virtualTables } from './virtual-tables.js';

/** Problems listed by an integrity check before it gives up. */
const PROBLEMS_MAX = 20;

/** Lines of SQLite's check about rows that break a rule; all others are about damaged pages. */
const BROKEN_RULE =
  /^(NULL value in |CHECK constraint failed in |NUMERIC value in |TEXT value in |non-[A-Z]+ value in )/;

/** @param check `quick_check` or `integrity_check`, of the whole file or of one table */
export function checkIntegrity(
  db: Database.Database,
  check: 'quick_check' | 'integrity_check',
  table?: string,
): IntegrityFault | null {
  const pragma = `PRAGMA ${check}(${table === undefined ? PROBLEMS_MAX : quoteName(table)})`;
  const lines = db.prepare<[], string>(pragma).pluck().all().flatMap(oneByOne);
  if (lines.length === 1 && lines[0] === 'ok') return null;
  const unread = lines.find(isAboutReading);
  if (unread !== undefined)
    throw new DatabaseError('io', `the integrity check could not read the file: ${unread}`);
  const isHarmless = harmless(db, pragma, lines);
  const problems = lines.filter((line) => !isHarmless(line));
  if (problems.length === 0) return null;
  const code = problems.every((line) => BROKEN_RULE.test(line)) ? 'integrity' : 'corrupt';
  return { code, problems };
}

/** What is wrong with pages comes as one row, under a line that names the database. */
function oneByOne(row: string): readonly string[] {
  const [heading = '', ...lines] = row.split('\n');
  return /^\*\*\* in database .+ \*\*\*$/.test(heading) ? lines.filter((line) => line !== '') : [row];
}

/**
 * A page that could not be read says nothing of what is on it: primary codes 7 NOMEM and 10 IOERR
 * (sqlite.org/rescode.html).
 */
function isAboutReading(line: string): boolean {
  const code = /error code[ =](\d+)/.exec(line)?.[1];
  return code !== undefined && [7, 10].includes(Number(code) & 0xff);
}

const OF_FULL_TEXT =
  /^(?:malformed inverted index|unable to validate the inverted index) for FTS\d table main\.(.*?)(?:: [^:]*)?$/;

/**
 * Which lines say nothing of this file: those that it has in common with a new, empty database of the same tables, and
 * those about an index whose content is another table's. Whether a revision is to blame for such a one is found by who
 * watches it.
 */
function harmless(
  db: Database.Database,
  pragma: string,
  lines: readonly string[],
): (line: string) => boolean {
  if (!lines.some((line) => OF_FULL_TEXT.test(line))) return () => false;
  const other = new Set(
    virtualTables(db)
      .filter(({ content }) => content !== null)
      .map(({ name }) => fold(name)),
  );
  const fresh = new Set(freshLines(db, pragma));
  return (line) => {
    const table = OF_FULL_TEXT.exec(line)?.[1];
    return table !== undefined && (other.has(fold(table)) || fresh.has(line));
  };
}

/** Ordinary ones first: the others bring their shadow tables, and may want to see their content. */
const TABLES = `SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name NOT IN
  (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow') ORDER BY rootpage = 0`;

function freshLines(db: Database.Database, pragma: string): readonly string[] {
  const texts = db.prepare<[], string>(TABLES).pluck().all();
  const fresh = new Database(':memory:');
  try {
    for (const text of texts) {
      try {
        fresh.exec(text);
      } catch {
        // Without its module a virtual table is not compared; SQLite's own come by themselves.
      }
    }
    return fresh.prepare<[], string>(pragma).pluck().all().flatMap(oneByOne);
  } finally {
    fresh.close();
  }
}
