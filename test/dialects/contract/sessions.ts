// A session, from the lock to the end of its transaction: what it tells, what it writes, and when it refuses.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DatabaseError } from '../../../src/dialects/port.js';
import { temporaryDirectory } from '../../support/fleet.js';
import { begun, INDEX, MODULE, NOTES, PATIENCE, ROWS, rowOf, TASKS, titlesOf, type Kit } from './kit.js';

export function testSessions(kit: Kit): void {
  const { make, targetOf, opened, within, asked, change, graphOf } = kit;

  test('What is written in a transaction is there after it is committed, and for others not before.', async () => {
    const target = await make(TASKS);
    await within(target, async (session) => {
      await session.execute({ sql: ROWS });
      expect(await titlesOf(session)).toEqual([`'one'`, `'two'`]);
      expect(await asked(target, titlesOf)).toEqual([]);
      await session.commit();
    });
    expect(await asked(target, titlesOf)).toEqual([`'one'`, `'two'`]);
  });

  test('A transaction that is rolled back leaves nothing, and a rollback where none is open does no harm.', async () => {
    const target = await make(TASKS);
    const before = await asked(target, (session) => session.observe());
    await opened(target, async (session) => {
      await session.rollback();
      await session.lock();
      await session.execute({ sql: ROWS });
      await session.execute({ sql: NOTES });
      await session.record({ remove: [], add: [rowOf('0001')] });
      await session.rollback();
      await session.rollback();
    });
    expect(await asked(target, (session) => session.observe())).toEqual(before);
    expect(await asked(target, titlesOf)).toEqual([]);
  });

  test('A session that is closed in the middle of a transaction has written nothing.', async () => {
    const target = await make(TASKS);
    const session = await kit.fleet.driver.open(target, { purpose: 'change', ...PATIENCE });
    await session.lock();
    await session.execute({ sql: ROWS });
    await session.close();
    expect(await asked(target, titlesOf)).toEqual([]);
    await change(target, ROWS);
  });

  test('While one session has the lock, a second one is told that it is busy, and gets it afterwards.', async () => {
    const target = await make(TASKS);
    await opened(target, async (second) => {
      await within(target, async () => {
        await expect(second.lock()).rejects.toMatchObject({ name: 'DatabaseError', code: 'busy' });
      });
      await second.lock();
      await second.proveWritable();
    });
  });

  test('The proof that a target can be written changes nothing.', async () => {
    const target = await make(TASKS, ROWS);
    await within(target, async (session) => {
      const before = [await session.observe(), await session.countRows()];
      await session.proveWritable();
      expect([await session.observe(), await session.countRows()]).toEqual(before);
      await session.commit();
    });
    expect((await targetOf(target.id)).identity).toBe(target.identity);
  });

  test.skipIf(!kit.fixture.readersHoldCommit)(
    'A commit that a reader keeps waiting is busy, leaves all open, and may be tried again.',
    async () => {
      const target = await make(TASKS, ROWS);
      const application = await kit.fleet.open(target.id);
      await application.read();
      await within(target, async (session) => {
        await session.execute({ sql: `UPDATE tasks SET title = 'three' WHERE id = 1` });
        await expect(session.commit()).rejects.toMatchObject({ name: 'DatabaseError', code: 'busy' });
        expect(await titlesOf(session)).toEqual([`'three'`, `'two'`]);
        await application.close();
        await session.commit();
      });
      expect(await asked(target, titlesOf)).toEqual([`'three'`, `'two'`]);
    },
  );

  test('A session tells of structure and history what is so at its place in the transaction.', async () => {
    const target = await make(TASKS);
    await within(target, async (session) => {
      const before = await session.observe();
      expect(await session.readHistory()).toBeNull();
      await session.execute({ sql: NOTES });
      await session.record({ remove: [], add: [rowOf('0001')] });
      const after = await session.observe();
      expect(after.fingerprint).not.toBe(before.fingerprint);
      expect(after).toMatchObject({ tableCount: 2, history: [{ revision: '0001' }] });
      expect(await session.fingerprint()).toBe(after.fingerprint);
      expect(kit.fleet.driver.structures.fingerprint(await session.structure())).toBe(after.fingerprint);
    });
  });

  test('The history takes rows at its end and gives up those that are named, or all; no structure is another by it.', async () => {
    const target = await make(TASKS);
    await within(target, async (session) => {
      const before = await session.fingerprint();
      const rows = [rowOf('0001', { status: 'stamped' }), rowOf('0002', { name: `it's`, durationMs: 12 })];
      await session.record({ remove: [], add: rows });
      expect(await session.readHistory()).toEqual(rows);
      expect(await session.fingerprint()).toBe(before);
      const half = rowOf('0003', { status: 'started', statementsDone: 2 });
      await session.record({ remove: ['0001', '0009'], add: [half] });
      expect(await session.readHistory()).toEqual([rows[1], half]);
      await session.record({ remove: ['0002'], add: [rowOf('0002', { status: 'leaving' })] });
      expect((await session.readHistory())?.map(({ revision }) => revision)).toEqual(['0003', '0002']);
      await session.record({ remove: 'all', add: [] });
      expect(await session.readHistory()).toEqual([]);
    });
  });

  test('Rows of the history get another checksum where they stand, before rows are added.', async () => {
    const target = await make(TASKS);
    await within(target, async (session) => {
      const rows = [rowOf('0001'), rowOf('0002', { status: 'stamped' })];
      await session.record({ remove: [], add: rows });
      const restate = [
        { id: '0001', checksum: `up:it's` },
        { id: '0009', checksum: 'up:nothing' },
      ];
      await session.record({ remove: [], add: [rowOf('0003')], restate });
      const restated = rowOf('0001', { checksum: `up:it's`, sqlChecksum: `up:it's` });
      expect(await session.readHistory()).toEqual([restated, rows[1], rowOf('0003')]);
    });
  });

  test('A sound database has nothing wrong with it, however thoroughly it is checked.', async () => {
    const target = await make(TASKS, NOTES, INDEX, ROWS);
    await within(target, async (session) => {
      expect(await session.checkIntegrity('quick')).toBeNull();
      expect(await session.checkIntegrity('full')).toBeNull();
      expect(await session.foreignKeyViolations()).toEqual([]);
    });
  });

  const { brokenRule, orphan } = kit.fixture;

  test.skipIf(brokenRule === null)(
    'Rows that break a rule of their table are a fault of integrity.',
    async () => {
      const target = await make(...(brokenRule ?? []));
      await within(target, async (session) => {
        const fault = await session.checkIntegrity('full');
        expect(fault).toMatchObject({ code: 'integrity' });
        expect(fault?.problems.length).toBeGreaterThan(0);
      });
    },
  );

  test.skipIf(orphan === null)(
    'Every row without its parent is a line, the same line every time.',
    async () => {
      const target = await make(TASKS, NOTES, ...(orphan ?? []));
      await within(target, async (session) => {
        const lines = await session.foreignKeyViolations();
        expect(lines).toHaveLength(1);
        expect(lines[0]).toMatch(/notes.*tasks/);
        expect(await session.foreignKeyViolations()).toEqual(lines);
      });
    },
  );

  test('The rows of every table are counted, but for those of the history.', async () => {
    const target = await make(TASKS, NOTES, ROWS);
    await within(target, async (session) => {
      await session.record({ remove: [], add: [rowOf('0001')] });
      expect(await session.countRows()).toEqual({ notes: 0, tasks: 2 });
      await session.execute({ sql: 'DELETE FROM tasks WHERE id = 1' });
      expect(await session.countRows()).toEqual({ notes: 0, tasks: 1 });
    });
  });

  test('The rows of a query are counted to the last, and given up to a limit, their values as SQL.', async () => {
    const target = await make(
      TASKS,
      NOTES,
      `INSERT INTO tasks VALUES (1, 'it''s'), (2, 'two'), (3, 'three')`,
    );
    await within(target, async (session) => {
      const sql = 'SELECT id, title, NULL AS empty FROM tasks ORDER BY id';
      expect(await session.findRows(sql, 2)).toEqual({
        count: 3,
        first: [
          ['1', `'it''s'`, 'NULL'],
          ['2', `'two'`, 'NULL'],
        ],
      });
      expect(await session.findRows('SELECT id FROM notes', 2)).toEqual({ count: 0, first: [] });
    });
  });

  test('The object of a guard exists or not: a table, a column, an index, a view.', async () => {
    const target = await make(TASKS, INDEX, 'CREATE VIEW open_tasks AS SELECT id FROM tasks');
    await within(target, async (session) => {
      for (const object of ['tasks', 'tasks.title', 'ix_title', 'open_tasks'])
        expect(await session.exists(object), object).toBe(true);
      for (const object of ['notes', 'tasks.body', 'notes.title', 'ix_body'])
        expect(await session.exists(object), object).toBe(false);
      await session.execute({ sql: NOTES });
      expect(await session.exists('notes.body')).toBe(true);
    });
  });

  test('A statement that fails is told in the words of the database, and the transaction can be taken back.', async () => {
    const target = await make(TASKS, ROWS);
    await within(target, async (session) => {
      const failing = session.execute({ sql: 'UPDATE nowhere SET title = NULL' });
      await expect(failing).rejects.toMatchObject({ name: 'DatabaseError', code: 'migrationFailed' });
      await expect(failing).rejects.toThrow(/nowhere/);
      await session.rollback();
      await session.lock();
      await expect(session.execute({ sql: ROWS })).rejects.toBeInstanceOf(DatabaseError);
    });
    expect(await asked(target, titlesOf)).toEqual([`'one'`, `'two'`]);
  });

  test.each(['COMMIT', 'ROLLBACK'])(
    'A statement that ends the transaction is found out at once: %s.',
    async (sql) => {
      const target = await make(TASKS);
      await within(target, async (session) => {
        await expect(session.execute({ sql })).rejects.toMatchObject({ code: 'commitUncertain' });
      });
    },
  );

  test('A statement that no transaction may hold runs outside one, and is refused inside.', async () => {
    const target = await make(TASKS, ROWS);
    const statement = { sql: kit.fixture.outside, line: 1, kind: 'unknown' };
    await opened(target, async (session) => {
      await session.executeOutside(statement);
      await session.lock();
      await expect(session.execute(statement)).rejects.toBeInstanceOf(DatabaseError);
    });
    await opened(target, async (session) => {
      const failing = session.executeOutside({ ...statement, sql: 'DROP TABLE nowhere' });
      await expect(failing).rejects.toMatchObject({ code: 'migrationFailed' });
    });
  });

  test('What a revision switched for itself is taken back at its end.', async () => {
    const { statement, query } = kit.fixture.switching;
    const target = await make(TASKS);
    await within(target, async (session) => {
      const before = await session.findRows(query, 1);
      await session.beginRevision(begun());
      await session.execute({ sql: statement });
      expect(await session.findRows(query, 1)).not.toEqual(before);
      await session.endRevision();
      expect(await session.findRows(query, 1)).toEqual(before);
    });
  });

  test('A module runs in the transaction, in the direction that is asked for.', async () => {
    const { order } = await graphOf({ '0001_program.mjs': MODULE });
    const up = order[0]?.up;
    if (up?.kind !== 'module') throw new Error('it was not read as a module');
    const target = await make(TASKS, ROWS);
    await within(target, async (session) => {
      await session.executeModule(up.file, 'up');
      expect(await titlesOf(session)).toEqual([`'up'`, `'two'`]);
      await session.executeModule(up.file, 'down');
      expect(await titlesOf(session)).toEqual([`'down'`, `'two'`]);
    });
    expect(await asked(target, titlesOf)).toEqual([`'one'`, `'two'`]);
    const failing = join(temporaryDirectory(), '0002_failing.mjs');
    writeFileSync(failing, `export function up(db) {\n  db.exec('DROP TABLE nowhere');\n}\n`);
    await within(target, async (session) => {
      await expect(session.executeModule(failing, 'up')).rejects.toMatchObject({ code: 'migrationFailed' });
    });
  });
}
