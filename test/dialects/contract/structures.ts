// Structures: alike exactly where their fingerprints are, rendered to statements that make them, and mended into each
// other. All pairs of a list in which no two are alike.

import { expect, test } from 'vitest';
import type { Structure } from '../../../src/dialects/structure.js';
import { NOTES, TASKS, type Kit } from './kit.js';

/** Structures that all differ, each as its statements. */
const STRUCTURES: readonly (readonly string[])[] = [
  [],
  [TASKS],
  [TASKS, NOTES],
  [TASKS, 'CREATE TABLE others (id INTEGER PRIMARY KEY, title TEXT NOT NULL)'],
  ['CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT)'],
  ['CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL, owner TEXT)'],
  ['CREATE TABLE tasks (id INTEGER PRIMARY KEY, title INTEGER NOT NULL)'],
  [`CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL DEFAULT 'none')`],
  [`CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL, CHECK (title <> ''))`],
  [TASKS, 'CREATE INDEX ix_title ON tasks (title)'],
  [TASKS, 'CREATE UNIQUE INDEX ix_title ON tasks (title)'],
  [TASKS, `CREATE VIEW open_tasks AS SELECT id, title FROM tasks WHERE title <> ''`],
];

export function testStructures(kit: Kit): void {
  const { make, within, structureOf } = kit;
  const all = [...STRUCTURES, ...kit.fixture.structures];

  async function structuresOf(): Promise<readonly Structure[]> {
    const found: Structure[] = [];
    for (const statements of all) found.push(await structureOf(...statements));
    return found;
  }

  test('Two structures differ in something exactly where their fingerprints differ, either way round.', async () => {
    const { compare, fingerprint } = kit.fleet.driver.structures;
    const [found, again] = [await structuresOf(), await structuresOf()];
    for (const [row, expected] of found.entries()) {
      for (const [column, actual] of again.entries()) {
        const differences = compare(expected, actual);
        const pair = `${row} and ${column}`;
        expect(fingerprint(expected) === fingerprint(actual), pair).toBe(row === column);
        expect(differences.length === 0, pair).toBe(row === column);
        for (const { kind, words, weight } of differences) {
          expect(kit.fleet.dialect.differenceKinds).toContain(kind);
          expect([words.length > 0, weight > 0]).toEqual([true, true]);
        }
      }
    }
  });

  test('The order in which things were made is no difference.', async () => {
    const { compare } = kit.fleet.driver.structures;
    const others = 'CREATE TABLE others (id INTEGER PRIMARY KEY)';
    expect(compare(await structureOf(TASKS, others), await structureOf(others, TASKS))).toEqual([]);
  });

  test('What is there and not expected is extra, and has the name by which it may be let go.', async () => {
    const { compare } = kit.fleet.driver.structures;
    const [difference, ...more] = compare(await structureOf(TASKS), await structureOf(TASKS, NOTES));
    expect(more).toEqual([]);
    expect(difference).toMatchObject({
      isExtra: true,
      dropName: 'notes',
      extraTable: { name: 'notes', isLeftover: false },
    });
    const [missing] = compare(await structureOf(TASKS, NOTES), await structureOf(TASKS));
    expect(missing).toMatchObject({ isExtra: false, dropName: null, extraTable: null });
  });

  test('A structure is rendered as statements that make it from nothing, and others that take it all away.', async () => {
    const { render, fingerprint } = kit.fleet.driver.structures;
    const nothing = fingerprint(await structureOf());
    const target = await make();
    for (const structure of await structuresOf()) {
      const { up, down, counts } = render(structure);
      expect([counts.tables, counts.views]).toEqual([structure.tables.length, structure.views.length]);
      await within(target, async (session) => {
        for (const sql of up) await session.execute({ sql });
        expect(await session.fingerprint(), up.join('\n')).toBe(fingerprint(structure));
        for (const sql of down) await session.execute({ sql });
        expect(await session.fingerprint(), down.join('\n')).toBe(nothing);
      });
    }
  });

  test('A repair leaves the structure whose fingerprint it tells; where all may be dropped, the one expected.', async () => {
    const { compare, fingerprint, planRepair } = kit.fleet.driver.structures;
    const found = await structuresOf();
    for (const [at, actual] of found.entries()) {
      const target = await make(...(all[at] ?? []));
      for (const expected of found) {
        const extra = compare(expected, actual).flatMap(({ dropName }) => dropName ?? []);
        const repair = planRepair({ actual, expected, dropExtra: extra });
        expect({ refused: repair.refused, left: repair.left }).toEqual({ refused: [], left: [] });
        expect(repair.fingerprint).toBe(fingerprint(expected));
        expect(repair.statements.length === 0).toBe(expected === actual);
        await within(target, async (session) => {
          for (const { sql } of repair.obstacles) expect((await session.findRows(sql, 1)).count).toBe(0);
          for (const { sql } of repair.statements) await session.execute({ sql });
          expect(await session.fingerprint()).toBe(repair.fingerprint);
        });
      }
    }
  });

  test('Without its name nothing is dropped by a repair: it is left, and told.', async () => {
    const { fingerprint, planRepair } = kit.fleet.driver.structures;
    const [actual, expected] = [await structureOf(TASKS, NOTES), await structureOf(TASKS)];
    const kept = planRepair({ actual, expected, dropExtra: [] });
    expect(kept).toMatchObject({ statements: [], dropped: [], left: [{ dropName: 'notes' }] });
    expect(kept.fingerprint).toBe(fingerprint(actual));
    expect(planRepair({ actual, expected, dropExtra: ['notes'] }).dropped).toEqual(['notes']);
  });

  test('Rows that a repair would fail on, or change, are found beforehand.', async () => {
    const rows = `INSERT INTO tasks (id, title) VALUES (1, 'one'), (2, NULL)`;
    const target = await make('CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT)', rows);
    const expected = await structureOf(TASKS);
    await within(target, async (session) => {
      const actual = await session.structure();
      const { obstacles } = kit.fleet.driver.structures.planRepair({ actual, expected, dropExtra: [] });
      const found: number[] = [];
      for (const { table, words, sql } of obstacles) {
        expect([table, words.length > 0]).toEqual(['tasks', true]);
        found.push((await session.findRows(sql, 1)).count);
      }
      expect(found.filter((count) => count > 0)).toEqual([1]);
    });
  });
}
