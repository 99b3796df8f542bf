// What is known of a fleet without opening a database of it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FleetError } from '../../../src/model/errors.js';
import { temporaryDirectory } from '../../support/fleet.js';
import { MODULE, PATIENCE, ROWS, TASKS, type Kit } from './kit.js';

export function testSupervisor(kit: Kit): void {
  const { make, targetOf, change } = kit;

  test('It says what stands behind it, and that this is safe.', () => {
    const { name, version, least, isSafe } = kit.fleet.dialect.version();
    expect([name, version, least].every((text) => text.length > 0)).toBe(true);
    expect(isSafe).toBe(true);
    expect(kit.fleet.dialect.name).toBe(kit.fixture.name);
  });

  test('A search finds every target once, by its id, and says what must not be opened and why.', async () => {
    const own = await kit.fixture.openFleet();
    expect(await own.dialect.discover()).toEqual({ targets: [], refused: [] });
    await own.make('project_1', [TASKS]);
    await own.make('project_20', []);
    await own.makeRefused('project_3');
    const { targets, refused } = await own.dialect.discover();
    expect(targets.map(({ id }) => id).sort()).toEqual(['project_1', 'project_20']);
    expect(refused.map(({ id }) => id)).toEqual(['project_3']);
    for (const { path, reason, hint } of refused)
      expect([path, reason, hint].every((text) => text.length > 0)).toBe(true);
    expect(new Set(targets.map(({ identity }) => identity)).size).toBe(2);
    await own.close();
  });

  test('A fleet that cannot be searched is a fault of the whole run.', async () => {
    const dialect = await kit.fixture.openNowhere();
    await expect(dialect.discover()).rejects.toBeInstanceOf(FleetError);
  });

  test('The version of a target changes when it is written, and stays while it is only looked at.', async () => {
    const target = await make(TASKS);
    await kit.fleet.driver.inspect([target], PATIENCE);
    const again = await targetOf(target.id);
    expect(again).toEqual(target);
    await change(target, ROWS);
    const changed = await targetOf(target.id);
    expect(changed.version).not.toBe(target.version);
    expect(changed.identity).toBe(target.identity);
    expect(target.sizeBytes).toBeGreaterThan(0);
  });

  test('A database is found by the name that the dialect has for it, also outside the kit.fleet.', async () => {
    const name = await kit.fleet.makeOutside([TASKS]);
    const found = await kit.fleet.dialect.find(name);
    if (found === null || 'reason' in found) throw new Error('it was not found');
    const [read] = await kit.fleet.driver.inspect([found], PATIENCE);
    expect(read).toMatchObject({ value: { tableCount: 1 } });
    const target = await make(TASKS);
    expect(await kit.fleet.dialect.find(target.path)).toMatchObject({ identity: target.identity });
  });

  test('A name that nothing has finds nothing.', async () => {
    const name = await kit.fleet.makeOutside([]);
    expect(await kit.fleet.dialect.find(`${name}-and-more`)).toBeNull();
  });

  test('What a module exports is told without running it.', async () => {
    const file = join(temporaryDirectory(), '0001_program.mjs');
    writeFileSync(file, MODULE);
    expect(await kit.fleet.dialect.readModule(file)).toEqual({
      up: true,
      down: true,
      meta: { loses_rows: 'tasks' },
    });
    const other = join(temporaryDirectory(), '0002_other.mjs');
    writeFileSync(other, `export function up() {\n  throw new Error('it ran');\n}\n`);
    expect(await kit.fleet.dialect.readModule(other)).toEqual({ up: true, down: false, meta: {} });
  });

  test('Names that the database takes for one are one, and others are not.', () => {
    for (const fold of [kit.fleet.dialect.fold, kit.fleet.driver.structures.fold]) {
      expect(fold('tasks')).toBe(fold('tasks'));
      expect(fold('tasks')).not.toBe(fold('tasks2'));
      expect(fold(fold('Tasks'))).toBe(fold('Tasks'));
    }
    expect(kit.fleet.dialect.fold('Tasks')).toBe(kit.fleet.driver.structures.fold('Tasks'));
  });
}
