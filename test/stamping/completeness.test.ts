// Validation is complete: whatever a target lacks of the structure of its revision is found, and nothing else is said.

import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeHistory } from '../../src/dialects/sqlite/driver/history.js';
import { readSnapshot } from '../../src/dialects/sqlite/driver/introspect.js';
import { sqliteSyntax } from '../../src/dialects/sqlite/syntax/syntax.js';
import { observe } from '../../src/dialects/sqlite/driver/observe.js';
import type { Revision } from '../../src/model/revision.js';
import { buildGraph } from '../../src/revisions/graph.js';
import { parseRevision } from '../../src/revisions/parse.js';
import { describe, diff, type SchemaDifference } from '../../src/dialects/sqlite/schema/diff.js';
import { isSnapshot } from '../../src/dialects/sqlite/schema/snapshot.js';
import { judge, type Judgement } from '../../src/stamping/judge.js';
import { sqliteDriver } from '../support/driver.js';
import type { SchemaModel, TableModel } from '../support/schema-model.js';
import { PLAIN, writeSchema } from '../support/schema-writer.js';
import { schemaArbitrary, styleArbitrary } from '../support/schemas.js';

const driver = sqliteDriver();

/** A structure that lacks some things, and what they are. */
interface Lacking {
  readonly model: SchemaModel;
  readonly missing: readonly string[];
}

/** @param isKept asked once for each thing that could be taken away without the others falling */
function lackingSome(model: SchemaModel, isKept: () => boolean): Lacking {
  const missing: string[] = [];
  const keep = <T>(items: readonly T[], name: (item: T) => string): T[] =>
    items.filter((item) => {
      const kept = isKept();
      if (!kept) missing.push(name(item));
      return kept;
    });
  const tables = keep(model.tables, ({ name }) => `table ${name}`).map((table): TableModel => {
    const gone = table.columns.map(({ name }) => name).filter((name) => isFree(table, name) && !isKept());
    missing.push(...gone.map((name) => `column ${table.name}.${name}`));
    const standing = <T extends { readonly columns: readonly string[] }>(parts: readonly T[]): T[] =>
      parts.filter(({ columns }) => !columns.some((name) => gone.includes(name)));
    return {
      ...table,
      columns: table.columns.filter(({ name }) => !gone.includes(name)),
      uniques: keep(standing(table.uniques), ({ columns }) => `unique ${table.name}(${columns.join()})`),
      checks: keep(standing(table.checks), () => `check ${table.name}`),
      foreignKeys: keep(standing(table.foreignKeys), ({ parent }) => `key ${table.name}->${parent}`),
      indexes: keep(table.indexes, ({ name }) => `index ${name}`),
      triggers: keep(table.triggers, ({ name }) => `trigger ${name}`),
    };
  });
  return { model: { tables, views: keep(model.views, ({ name }) => `view ${name}`) }, missing };
}

/** Whether a column can go with nothing else than the constraints that name it. */
function isFree(table: TableModel, column: string): boolean {
  const parts = [table.indexes, table.triggers, table.columns.map(({ generated }) => generated)];
  return (
    column !== 'id' &&
    !table.primaryKey.includes(column) &&
    !JSON.stringify(parts).includes(JSON.stringify(`{${column}}`).slice(1, -1)) &&
    !table.indexes.some(({ columns }) => columns.some((part) => part.column === column))
  );
}

const MISSING = {
  tableMissing: ({ table }) => `table ${table}`,
  columnMissing: ({ table, expected }) => `column ${table}.${expected.name}`,
  uniqueMissing: ({ table, expected }) =>
    `unique ${table}(${expected.columns.map(({ name }) => name).join()})`,
  checkMissing: ({ table }) => `check ${table}`,
  foreignKeyMissing: ({ table, expected }) => `key ${table}->${expected.parent}`,
  indexMissing: ({ expected }) => `index ${expected.name}`,
  triggerMissing: ({ expected }) => `trigger ${expected.name}`,
  viewMissing: ({ expected }) => `view ${expected.name}`,
} as const satisfies {
  [K in SchemaDifference['kind']]?: (difference: Extract<SchemaDifference, { kind: K }>) => string;
};

/** What a difference says is missing, in the words of `lackingSome`; the whole of it where it says something else. */
function missingOf(difference: SchemaDifference): string {
  const words = difference.kind in MISSING ? MISSING[difference.kind as keyof typeof MISSING] : describe;
  return (words as (difference: SchemaDifference) => string)(difference);
}

interface Judged {
  readonly judgement: Judgement;
  /** The differences as the schema model has them. */
  readonly differences: readonly SchemaDifference[];
}

/** Judges a database that records a revision and has another structure. */
async function judged(expected: string, actual: string): Promise<Judged> {
  const name = { version: '0001', slug: 'all', form: 'sql', dialect: null } as const;
  const text = `-- migrate:up\n${expected}`;
  const { draft, problems } = parseRevision('0001_all.sql', name, text, sqliteSyntax);
  expect(problems).toEqual([]);
  const revision: Revision = { ...draft, parents: [] };
  const built = buildGraph([revision]);
  if ('problems' in built) throw new Error('no graph');
  const db = new Database(':memory:');
  const replay = driver.replay();
  try {
    db.pragma('foreign_keys = OFF');
    db.exec(actual);
    const { id, checksum } = revision;
    const row = {
      revision: id,
      name: 'all',
      checksum,
      sqlChecksum: checksum,
      status: 'applied',
      statementsDone: 0,
    } as const;
    const run = { runId: 'r', appliedAt: '2026-11-20T10:15:00.000Z', durationMs: 0, toolVersion: '0' };
    changeHistory(db, { remove: [], add: [{ ...row, ...run }] });
    const basis = { graph: built.graph, replay, structures: driver.structures };
    const found = readSnapshot(db);
    const judgement = await judge(observe(db), basis, async () => found);
    const wanted = await replay.structure([revision]);
    if (!isSnapshot(wanted)) throw new Error('no snapshot');
    return { judgement, differences: diff(wanted, found) };
  } finally {
    await replay.close();
    db.close();
  }
}

test('everything that is missing is found, and nothing else is reported', async () => {
  let drifted = 0;
  const choices = fc.infiniteStream(fc.integer({ min: 0, max: 5 }));
  await fc.assert(
    fc.asyncProperty(schemaArbitrary, styleArbitrary, choices, async (model, style, picks) => {
      const { model: actual, missing } = lackingSome(model, () => picks.next().value !== 0);
      const { judgement, differences } = await judged(writeSchema(model, style), writeSchema(actual, PLAIN));
      const words = (items: readonly string[]) => items.map((item) => item.toLowerCase()).sort();
      expect(words(differences.map(missingOf))).toEqual(words(missing));
      const told = judgement.differences.map((difference) => difference.words);
      expect(told).toEqual(differences.map(describe));
      expect(judgement.state).toBe(missing.length === 0 ? 'current' : 'drifted');
      if (missing.length === 0) return;
      drifted += 1;
      expect(judgement.problem).toMatchObject({ code: 'drifted', revision: '0001' });
      for (const words of differences.slice(0, 8).map(describe))
        expect(judgement.problem?.message).toContain(words);
    }),
    { numRuns: 300 },
  );
  expect(drifted).toBeGreaterThan(50);
});
