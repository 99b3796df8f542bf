// Is it still the database that was planned?

import { expect, test } from 'vitest';
import { DatabaseError } from '../../../src/dialects/port.js';
import { PATIENCE, ROWS, TASKS, type Kit } from './kit.js';

export function testIdentity(kit: Kit): void {
  const { make, targetOf, within, opened, change } = kit;

  test('A target that is as it was planned is the same, before it is opened and while it is.', async () => {
    const target = await make(TASKS);
    await kit.fleet.driver.assertSame(target, 'closed');
    await within(target, async (session) => {
      await session.execute({ sql: ROWS });
      await kit.fleet.driver.assertSame(target, 'open');
    });
    await change(target, ROWS);
    await kit.fleet.driver.assertSame(target, 'closed');
  });

  test('A target in whose place another one is was replaced, also while it is open.', async () => {
    const target = await make(TASKS);
    await opened(target, async () => {
      await kit.fleet.replace(target.id);
      await expect(kit.fleet.driver.assertSame(target, 'open')).rejects.toMatchObject({ code: 'replaced' });
    });
    await expect(kit.fleet.driver.assertSame(target, 'closed')).rejects.toMatchObject({ code: 'replaced' });
    await kit.fleet.driver.assertSame(await targetOf(target.id), 'closed');
  });

  test('A target that is gone is told as gone, and cannot be opened.', async () => {
    const target = await make(TASKS);
    await kit.fleet.remove(target.id);
    await expect(kit.fleet.driver.assertSame(target, 'closed')).rejects.toMatchObject({ code: 'gone' });
    for (const purpose of ['change', 'ask'] as const)
      await expect(kit.fleet.driver.open(target, { purpose, ...PATIENCE })).rejects.toBeInstanceOf(
        DatabaseError,
      );
  });

  test('Advice about any fault is given or not, and never a fault itself.', async () => {
    const target = await make();
    for (const code of ['busy', 'corrupt', 'diskFull', 'permission', 'internal'] as const) {
      const advice = kit.fleet.driver.advice({ code, message: 'it failed' }, target);
      expect(advice === null || advice.length > 0).toBe(true);
    }
  });
}
