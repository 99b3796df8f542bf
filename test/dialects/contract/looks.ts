// Looks at targets as an application would that only reads.

import { expect, test } from 'vitest';
import { DatabaseError } from '../../../src/dialects/port.js';
import { NOTES, PATIENCE, ROWS, rowOf, TASKS, type Kit } from './kit.js';

export function testLooks(kit: Kit): void {
  const { make, targetOf, within, asked } = kit;

  test('Many targets are looked at in one call, in their order, and one that cannot be read is a value.', async () => {
    const [good, damaged, gone, empty] = [await make(TASKS), await make(TASKS), await make(), await make()];
    const code = await kit.fleet.damage(damaged.id);
    await kit.fleet.remove(gone.id);
    const targets = [good, damaged, gone, empty];
    for (const reads of [
      await kit.fleet.driver.inspect(targets, PATIENCE),
      await kit.fleet.driver.histories(targets, PATIENCE),
    ]) {
      expect(reads.map((read) => 'value' in read)).toEqual([true, false, false, true]);
      const errors = reads.flatMap((read) => ('error' in read ? [read.error] : []));
      for (const error of errors) expect(error).toBeInstanceOf(DatabaseError);
      expect(errors[0]).toMatchObject({ code });
    }
    await expect(kit.fleet.driver.structure(damaged, PATIENCE)).rejects.toMatchObject({ code });
    expect(await kit.fleet.driver.inspect([], PATIENCE)).toEqual([]);
    await kit.fleet.remove(damaged.id);
  });

  test('Equal databases are observed equal, whatever rows they have, and a look says what a session says.', async () => {
    const [one, two, other] = [await make(TASKS), await make(TASKS, ROWS), await make(TASKS, NOTES)];
    const reads = await kit.fleet.driver.inspect([one, two, other], PATIENCE);
    const [first, second, third] = reads.map((read) => ('value' in read ? read.value : null));
    expect(first).toEqual(second);
    expect(third?.fingerprint).not.toBe(first?.fingerprint);
    expect([first?.tableCount, third?.tableCount]).toEqual([1, 2]);
    expect(first).toMatchObject({ history: null, claims: [] });
    expect(await asked(one, (session) => session.observe())).toEqual(first);
    expect(await asked(one, (session) => session.fingerprint())).toBe(first?.fingerprint);
  });

  test('A look sees what an application has committed and still has at hand.', async () => {
    const target = await make(TASKS);
    const application = await kit.fleet.open(target.id);
    await application.run(NOTES);
    const [read] = await kit.fleet.driver.inspect([await targetOf(target.id)], PATIENCE);
    expect(read).toMatchObject({ value: { tableCount: 2 } });
    await application.close();
  });

  test('The structure of a target is that of a session on it, and has the fingerprint of its observation.', async () => {
    const target = await make(TASKS, NOTES, 'CREATE VIEW v AS SELECT id FROM tasks');
    const structure = await kit.fleet.driver.structure(target, PATIENCE);
    const { fold, fingerprint } = kit.fleet.driver.structures;
    expect(structure.tables.map(({ name }) => fold(name)).sort()).toEqual(['notes', 'tasks'].map(fold));
    expect(structure.views.map(({ name }) => fold(name))).toEqual([fold('v')]);
    const seen = await asked(target, async (session) => ({
      structure: await session.structure(),
      fingerprint: await session.fingerprint(),
    }));
    expect(fingerprint(structure)).toBe(seen.fingerprint);
    expect(fingerprint(seen.structure)).toBe(seen.fingerprint);
  });

  test('What a target kept from before is told: its whole history, in the order of application.', async () => {
    const target = await make(TASKS);
    const rows = [rowOf('0002'), rowOf('0001', { status: 'stamped' }), rowOf('0003', { statementsDone: 4 })];
    await within(target, async (session) => {
      await session.record({ remove: [], add: rows });
      await session.commit();
    });
    expect(await kit.fleet.driver.histories([target], PATIENCE)).toEqual([{ value: rows }]);
    const [read] = await kit.fleet.driver.inspect([target], PATIENCE);
    expect(read).toMatchObject({
      value: {
        history: rows.map(({ revision, checksum, sqlChecksum, status, statementsDone }) => ({
          revision,
          checksum,
          sqlChecksum,
          status,
          statementsDone,
        })),
      },
    });
  });
}
