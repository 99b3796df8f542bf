// Whatever revisions there are, and wherever a legacy database is among them: no row is changed a second time unless a
// person said so, and a true claim is always taken at its word.

import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { observe } from '../../src/dialects/sqlite/driver/observe.js';
import { readSnapshot } from '../../src/dialects/sqlite/driver/introspect.js';
import { sqliteSyntax } from '../../src/dialects/sqlite/syntax/syntax.js';
import type { Revision } from '../../src/model/revision.js';
import { buildGraph, type Graph } from '../../src/revisions/graph.js';
import { parseRevision } from '../../src/revisions/parse.js';
import { judge } from '../../src/stamping/judge.js';
import { sqliteDriver } from '../support/driver.js';
import { times } from '../support/figures.js';

/** What a revision may be; those of rows leave the structure as it is. */
const STEPS = {
  table: (id: string) => `CREATE TABLE t${id} (a);`,
  update: () => 'UPDATE notes SET n = n + 1;',
  insert: () => 'INSERT INTO notes (n) VALUES (1);',
  rebuild: () =>
    'CREATE TABLE new_notes (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO new_notes (id, n) SELECT id, n + 1 FROM notes; DROP TABLE notes; ALTER TABLE new_notes RENAME TO notes;',
  pair: () => 'CREATE INDEX i ON notes (n); DROP INDEX i;',
  gone: () => 'DROP TABLE IF EXISTS extra;',
  extra: () => 'CREATE TABLE IF NOT EXISTS extra (a); INSERT INTO extra VALUES (1);',
  nothing: () => 'PRAGMA user_version = 3;',
} as const;
type Kind = keyof typeof STEPS;
const HARMLESS: ReadonlySet<Kind> = new Set<Kind>(['table', 'pair', 'nothing']);

const idOf = (index: number): string => String(index + 1).padStart(4, '0');
const sqlOf = (kind: Kind, index: number): string => STEPS[kind](idOf(index));

function graphOf(kinds: readonly Kind[]): Graph {
  const revisions = kinds.map((kind, index): Revision => {
    const name = { version: idOf(index), slug: kind, form: 'sql', dialect: null } as const;
    const first = index === 0 ? 'CREATE TABLE notes (id INTEGER PRIMARY KEY, n INTEGER);\n' : '';
    const text = `-- migrate:up\n${first}${sqlOf(kind, index)}\n`;
    const { draft, problems } = parseRevision(`${idOf(index)}_${kind}.sql`, name, text, sqliteSyntax);
    expect(problems).toEqual([]);
    const { version: _version, downRevision: _down, ...rest } = draft;
    expect([_version, _down]).toEqual([idOf(index), null]);
    return { ...rest, parents: index === 0 ? [] : [idOf(index - 1)] };
  });
  const built = buildGraph(revisions);
  if ('problems' in built) throw new Error(JSON.stringify(built.problems));
  return built.graph;
}

test('no row is changed twice without a word, and a true claim decides', async () => {
  const driver = sqliteDriver();
  const seen = { decided: 0, alone: 0 };
  const kinds = fc.array(fc.constantFrom(...(Object.keys(STEPS) as Kind[])), { minLength: 1, maxLength: 7 });
  const claims = fc.constantFrom('none', 'true', 'false');
  await fc.assert(
    fc.asyncProperty(kinds, fc.nat(), fc.nat(), claims, async (history, at, other, claim) => {
      const place = at % history.length;
      const said = claim === 'false' ? other % history.length : place;
      const graph = graphOf(history);
      const db = new Database(':memory:');
      const replay = driver.replay();
      try {
        db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, n INTEGER)');
        history.slice(0, place + 1).forEach((kind, index) => db.exec(sqlOf(kind, index)));
        if (claim !== 'none') {
          db.exec('CREATE TABLE schema_migrations (version varchar(128) primary key)');
          for (let index = 0; index <= said; index += 1)
            db.prepare('INSERT INTO schema_migrations VALUES (?)').run(idOf(index));
        }
        const found = readSnapshot(db);
        const basis = { graph, replay, structures: driver.structures };
        const { match, problem } = await judge(observe(db), basis, async () => found);
        expect(match?.candidates).toContain(idOf(place));
        const revision = match?.revision ?? null;
        if (revision === null) {
          seen.alone += 1;
          expect(['ambiguousBaseline', 'claimMismatch']).toContain(problem?.code);
          expect(claim).not.toBe('true');
          return;
        }
        seen.decided += 1;
        expect(match?.candidates).toContain(revision);
        if (claim === 'true') expect(revision).toBe(idOf(place));
        if (claim !== 'none') return;
        const from = Number(revision) - 1;
        expect(from).toBeLessThanOrEqual(place);
        expect(history.slice(from + 1, place + 1).filter((kind) => !HARMLESS.has(kind))).toEqual([]);
      } finally {
        await replay.close();
        db.close();
      }
    }),
    { numRuns: times({ standard: 150, full: 3000 }) },
  );
  expect(Math.min(seen.decided, seen.alone)).toBeGreaterThan(10);
});
