// What is tried where nothing of it stays: rehearsals, revisions in a scratch database, lint; and the script, which is
// the same work for the database's own shell.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DatabaseError, ReplayError, type Replay, type ScriptPart } from '../../../src/dialects/port.js';
import type { Revision } from '../../../src/model/revision.js';
import type { Target } from '../../../src/model/target.js';
import { temporaryDirectory } from '../../support/fleet.js';
import { INDEX, MODULE, NOTES, PATIENCE, REVISIONS, ROWS, rowOf, TASKS, titlesOf, type Kit } from './kit.js';

export function testTrials(kit: Kit): void {
  const { make, targetOf, asked, change, structureOf, graphOf } = kit;

  test('A rehearsal has all that is committed, and nothing of it stays.', async () => {
    const { id } = await make(TASKS);
    const application = await kit.fleet.open(id);
    await application.run(ROWS);
    const target = await targetOf(id);
    const seen = await kit.fleet.driver.rehearse(target, async (rehearsed) => {
      await kit.fleet.driver.assertSame(rehearsed, 'closed');
      const before = await asked(rehearsed, titlesOf);
      await change(rehearsed, `UPDATE tasks SET title = 'three'`, NOTES);
      return { id: rehearsed.id, path: rehearsed.path, before, after: await asked(rehearsed, titlesOf) };
    });
    expect(seen).toEqual({
      id,
      path: target.path,
      before: [`'one'`, `'two'`],
      after: [`'three'`, `'three'`],
    });
    expect(await targetOf(id)).toEqual(target);
    await application.close();
    expect(await asked(await targetOf(id), titlesOf)).toEqual([`'one'`, `'two'`]);
  });

  test('What a rehearsal worked on is gone when it is over, also when the work threw, whose error passes.', async () => {
    const target = await make(TASKS);
    const fault = new Error('the work failed');
    const kept: Target[] = [];
    await kit.fleet.driver.rehearse(target, async (rehearsed) => kept.push(rehearsed));
    const failing = kit.fleet.driver.rehearse(target, async (rehearsed) => {
      kept.push(rehearsed);
      throw fault;
    });
    await expect(failing).rejects.toBe(fault);
    expect(kept).toHaveLength(2);
    for (const rehearsed of kept) {
      await expect(kit.fleet.driver.assertSame(rehearsed, 'closed')).rejects.toMatchObject({
        code: 'gone',
      });
      const opening = kit.fleet.driver.open(rehearsed, { purpose: 'change', ...PATIENCE });
      await expect(opening).rejects.toBeInstanceOf(DatabaseError);
    }
    await kit.fleet.driver.assertSame(target, 'closed');
  });

  test('A target that is gone cannot be rehearsed on.', async () => {
    const target = await make(TASKS);
    await kit.fleet.remove(target.id);
    const rehearsing = kit.fleet.driver.rehearse(target, () => Promise.resolve());
    await expect(rehearsing).rejects.toBeInstanceOf(DatabaseError);
  });

  async function replayed<T>(work: (replay: Replay) => Promise<T>): Promise<T> {
    const replay = kit.fleet.driver.replay();
    try {
      return await work(replay);
    } finally {
      await replay.close();
    }
  }

  test('Revisions leave the structure that their statements leave on a target, whatever was asked before.', async () => {
    const { order } = await graphOf(REVISIONS);
    const { compare, fingerprint } = kit.fleet.driver.structures;
    const steps = [[], [TASKS], [TASKS, NOTES], [TASKS, NOTES, INDEX]];
    await replayed(async (replay) => {
      for (const count of [2, 0, 3, 1, 3]) {
        const structure = await structureOf(...(steps[count] ?? []));
        const revisions = order.slice(0, count);
        expect(compare(await replay.structure(revisions), structure)).toEqual([]);
        expect(await replay.fingerprint(revisions)).toBe(fingerprint(structure));
      }
    });
  });

  test('A revision that fails on an empty database is told, with the statement that fails, and others still run.', async () => {
    const wrong = `-- migrate:up\nCREATE TABLE fine (id INTEGER);\nDROP TABLE nowhere;\n`;
    const { order } = await graphOf({ ...REVISIONS, '0004_wrong.sql': wrong });
    await replayed(async (replay) => {
      for (const ask of [() => replay.fingerprint(order), () => replay.structure(order)]) {
        const error: unknown = await ask().catch((thrown: unknown) => thrown);
        if (!(error instanceof ReplayError)) throw new Error('no ReplayError', { cause: error });
        expect(error.revision.id).toBe('0004');
        expect(error.statement).toMatchObject({ sql: 'DROP TABLE nowhere', line: 3 });
        expect(error.message).toMatch(/nowhere/);
      }
      expect(await replay.fingerprint(order.slice(0, 1))).toBe(
        kit.fleet.driver.structures.fingerprint(await structureOf(TASKS)),
      );
    });
  });

  test('A program that fails on an empty database has no statement.', async () => {
    const program = `export function up(db) {\n  db.exec('DROP TABLE nowhere');\n}\n`;
    const { order } = await graphOf({ '0001_program.mjs': program });
    const error: unknown = await replayed((replay) => replay.fingerprint(order)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: 'ReplayError', revision: { id: '0001' }, statement: null });
  });

  test('Guards count when revisions are replayed, and a program runs with what the revisions before it left.', async () => {
    const guarded = `-- migrate:up\n-- if_missing: tasks\n${TASKS};\n-- if_missing: notes\n${NOTES};\n`;
    const { order } = await graphOf({
      '0001_tasks.sql': `-- migrate:up\n${TASKS};\n`,
      '0002_guarded.sql': guarded,
      '0003_program.mjs': MODULE,
    });
    const expected = kit.fleet.driver.structures.fingerprint(await structureOf(TASKS, NOTES));
    expect(await replayed((replay) => replay.fingerprint(order))).toBe(expected);
  });

  test('The replay knows the order of columns at each statement by position, both ways, and a session is held against it.', async () => {
    const { order } = await graphOf({
      '0001_tasks.sql': `-- migrate:up\nCREATE TABLE pairs (a INTEGER, b INTEGER);\n`,
      '0002_more.sql': `-- migrate:up
ALTER TABLE pairs ADD COLUMN c INTEGER;
INSERT INTO pairs VALUES (1, 2, 3);
-- migrate:down
INSERT INTO pairs (a, b, c) VALUES (7, 8, 9);
ALTER TABLE pairs DROP COLUMN c;
INSERT INTO pairs VALUES (4, 5);
`,
      '0003_program.mjs': `export function up(db) {
  db.exec('INSERT INTO pairs VALUES (6, 7, 8)');
}
`,
    });
    const [two, three] = [order.slice(0, 2), order];
    const [up, down, program] = await replayed(async (replay) => [
      await replay.columnOrders(two, 'up'),
      await replay.columnOrders(two, 'down'),
      await replay.columnOrders(three, 'up'),
    ]);
    const [start, all] = [{ pairs: ['a', 'b'] }, { pairs: ['a', 'b', 'c'] }];
    expect(up).toEqual({ start, at: new Map([[1, all]]), steps: [], end: all });
    expect(down).toEqual({ start: all, at: new Map([[2, start]]), steps: [], end: start });
    expect(program).toEqual({ start: all, at: new Map(), steps: [], end: all });

    const target = await make('CREATE TABLE pairs (c INTEGER, b INTEGER, a INTEGER)');
    await asked(target, async (session) => {
      const asserted = session.assertColumnOrder([all]);
      await expect(asserted).rejects.toMatchObject({
        code: 'columnOrder',
        message: expect.stringMatching(/pairs .*c, b, a.*a, b, c/) as unknown,
      });
      await session.assertColumnOrder([all, { pairs: ['c', 'b', 'a'] }]);
      await session.assertColumnOrder([]);
      await session.assertColumnOrder([{ nowhere: ['a', 'b'] }]);
    });
    const last = order[2]?.up;
    if (last?.kind !== 'module') throw new Error('it was not read as a module');
    await kit.within(target, async (session) => {
      const running = session.executeModule(last.file, 'up', [program]);
      await expect(running).rejects.toMatchObject({ code: 'columnOrder' });
    });
  });

  test('Lint finds a table that is not there, at its line, by a rule that is known beforehand.', async () => {
    const wrong = `-- migrate:up\nCREATE TABLE fine (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n`;
    const graph = await graphOf({ ...REVISIONS, '0004_wrong.sql': wrong });
    const { report, needs } = await kit.fleet.driver.lint(graph, {});
    const errors = report.findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ revision, line }) => [revision, line])).toEqual([['0004', 3]]);
    const known = kit.fleet.dialect.lintRules.map(({ id }) => id);
    for (const { rule } of report.findings) expect(known).toContain(rule);
    expect(needs.map(({ revision }) => revision)).toEqual(['0001', '0002', '0003', '0004']);
  });

  test('Lint finds no error in sound revisions, and a rule can be chosen by its id, but only one that there is.', async () => {
    const graph = await graphOf(REVISIONS);
    const { report } = await kit.fleet.driver.lint(graph, {});
    expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const rules = kit.fleet.dialect.lintRules.map(({ id }) => id);
    expect(new Set(rules).size).toBe(rules.length);
    expect((await kit.fleet.driver.lint(graph, { rules })).report.summary.revisions).toBe(3);
    const unknown = kit.fleet.driver.lint(graph, { rules: ['no-such-rule-at-all'] });
    await expect(unknown).rejects.toMatchObject({ name: 'FleetError', code: 'usage' });
  });

  /** What upgrades a target by these revisions, for the shell. */
  function partsOf(revisions: readonly Revision[]): readonly ScriptPart[] {
    return revisions.map(({ id, up, transactional }) => ({
      transactional,
      sql: up.kind === 'sql' ? up.statements.map(({ sql }) => `${sql};`) : [],
      record: { remove: [], add: [rowOf(id)] },
    }));
  }

  test('A script does in the shell of the database what a session does, and records the same history.', async () => {
    const outside = `-- transaction: false\n-- migrate:up\n${kit.fixture.outside};\n`;
    const { order } = await graphOf({ ...REVISIONS, '0004_outside.sql': outside });
    const target = await make();
    await kit.fleet.runScript(target.id, kit.fleet.dialect.script(partsOf(order)));
    const [read] = await kit.fleet.driver.histories([target], PATIENCE);
    const rows = read !== undefined && 'value' in read ? read.value : null;
    // When it is run, and how long it takes, nobody knows who writes it.
    const timeless = rows?.map((row) => ({ ...row, appliedAt: rowOf('').appliedAt, durationMs: 7 }));
    expect(timeless).toEqual(order.map(({ id }) => rowOf(id)));
    for (const { appliedAt } of rows ?? [])
      expect(appliedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const fingerprint = await replayed((replay) => replay.fingerprint(order));
    expect(await asked(target, (session) => session.fingerprint())).toBe(fingerprint);
  });

  test('A script that fails stops there, and what the part did in its transaction is not there.', async () => {
    const target = await make();
    const [first] = partsOf((await graphOf(REVISIONS)).order);
    if (first === undefined) throw new Error('there is no revision');
    const failing: ScriptPart = {
      transactional: true,
      sql: [`${NOTES};`, 'DROP TABLE nowhere;'],
      record: { remove: 'all', add: [rowOf('0002')] },
    };
    const script = kit.fleet.dialect.script([first, failing, { ...first, sql: [`${INDEX};`] }]);
    await expect(kit.fleet.runScript(target.id, script)).rejects.toThrow(/nowhere/);
    const [read] = await kit.fleet.driver.inspect([target], PATIENCE);
    expect(read).toMatchObject({ value: { tableCount: 1, history: [{ revision: '0001' }] } });
  });

  test('A module revision is read with what it exports, and changes its checksum with its text.', async () => {
    const [one] = (await graphOf({ '0001_program.mjs': MODULE })).order;
    const [other] = (await graphOf({ '0001_program.mjs': `${MODULE}// more\n` })).order;
    expect(one).toMatchObject({ up: { kind: 'module' }, down: { kind: 'module' }, losesRows: ['tasks'] });
    expect(other?.checksum).not.toBe(one?.checksum);
    const broken = join(temporaryDirectory(), '0001_broken.mjs');
    writeFileSync(broken, 'export const up = ;\n');
    await expect(kit.fleet.dialect.readModule(broken)).rejects.toBeInstanceOf(Error);
  });
}
