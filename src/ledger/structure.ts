// Whether a ledger has the structure that this program gives it, and nothing else: a trigger or a view that somebody
// planted would run with the rights of whoever opens the file (https://www.sqlite.org/security.html).

import Database from 'better-sqlite3';

/** Objects that are named. */
const NAMED_MAX = 5;

/** Tables that SQLite makes itself, with ANALYZE: nothing can hang on them. */
const OF_SQLITE = new Set(['table sqlite_stat1', 'table sqlite_stat4']);

/**
 * @param scripts what makes a ledger of its format
 * @returns what is foreign, missing or another one, in words; null where the structure is ours
 */
export function foreignStructure(database: Database.Database, scripts: readonly string[]): string | null {
  const found = objectsOf(database);
  const expected = expectedOf(scripts);
  const foreign = [...found.keys()].filter((name) => !expected.has(name) && !OF_SQLITE.has(name));
  const missing = [...expected.keys()].filter((name) => !found.has(name));
  const other = [...expected].filter(([name, sql]) => found.has(name) && found.get(name) !== sql);
  const said = [
    ...foreign.map((name) => `the ${name} is not Flotilla's`),
    ...other.map(([name]) => `the ${name} is another one`),
    ...missing.map((name) => `the ${name} is missing`),
  ];
  if (said.length === 0) return null;
  const more = said.length - NAMED_MAX;
  return `${said.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** By type and name: the SQL, with layout evened. */
function objectsOf(database: Database.Database): ReadonlyMap<string, string> {
  const rows = database
    .prepare<[], { type: string; name: string; sql: string | null }>(
      'SELECT type, name, sql FROM sqlite_schema',
    )
    .all();
  return new Map(rows.map(({ type, name, sql }) => [`${type} ${name}`, (sql ?? '').replace(/\s+/g, ' ')]));
}

const known = new Map<string, ReadonlyMap<string, string>>();

function expectedOf(scripts: readonly string[]): ReadonlyMap<string, string> {
  const key = scripts.join('\n');
  const before = known.get(key);
  if (before !== undefined) return before;
  const database = new Database(':memory:');
  try {
    for (const script of scripts) database.exec(script);
    const objects = objectsOf(database);
    known.set(key, objects);
    return objects;
  } finally {
    database.close();
  }
}
