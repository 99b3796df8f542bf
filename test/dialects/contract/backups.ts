// A backup, into a sink and back from a source: what it is, when it can be put back, and when nothing is written.

import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { DatabaseError, type Driver, type Session } from '../../../src/dialects/port.js';
import type { BackupSink, BackupSource } from '../../../src/dialects/backup-content.js';
import type { Target } from '../../../src/model/target.js';
import { temporaryDirectory } from '../../support/fleet.js';
import type { Backup } from './fixture.js';
import { INDEX, NOTES, PATIENCE, ROWS, TASKS, titlesOf, type Kit } from './kit.js';

const MAY = () => undefined;

export function testBackups(kit: Kit): void {
  const { make, targetOf, asked, change } = kit;

  describe.each(['small', 'large'] as const)('what is %s', (size) => {
    const driver = (): Driver => (size === 'small' ? kit.fleet.driver : kit.fleet.largeDriver);

    async function locked<T>(target: Target, work: (session: Session) => Promise<T>): Promise<T> {
      const session = await driver().open(target, { purpose: 'change', ...PATIENCE });
      try {
        await session.lock();
        return await work(session);
      } finally {
        await session.rollback();
        await session.close();
      }
    }

    async function withBackup<T>(backup: Backup, work: (copy: Session) => Promise<T>): Promise<T> {
      const copy = await driver().openBackup(sourceOf(backup));
      try {
        return await work(copy);
      } finally {
        await copy.close();
      }
    }

    const taken = (target: Target) => locked(target, (session) => backUp(session, size));

    test('A backup is the committed content, not what the session writes afterwards, and can be put back by others.', async () => {
      const target = await make(TASKS, NOTES, INDEX, ROWS);
      const before = await asked(target, (session) => session.observe());
      const backup = await locked(target, async (session) => {
        const found = await backUp(session, size);
        await session.execute({ sql: `UPDATE tasks SET title = 'three'` });
        await session.commit();
        return found;
      });
      const restored = await make();
      await kit.fleet.restore(restored.id, backup);
      const found = await targetOf(restored.id);
      expect(await asked(found, titlesOf)).toEqual([`'one'`, `'two'`]);
      expect(await asked(found, (session) => session.observe())).toEqual(before);
      expect(await asked(target, titlesOf)).toEqual([`'three'`, `'three'`]);
    });

    test('A backup that is put back is the content of before, whatever was done since, and the target is the same one.', async () => {
      const target = await make(TASKS, ROWS);
      const before = await asked(target, (session) => session.observe());
      const backup = await taken(target);
      await change(
        target,
        NOTES,
        INDEX,
        `UPDATE tasks SET title = 'three'`,
        `DELETE FROM tasks WHERE id = 2`,
      );
      await withBackup(backup, async (copy) => {
        await locked(target, async (session) => {
          const wanted = await copy.content();
          expect(await session.content()).not.toBe(wanted);
          expect(await session.putBack(copy, MAY)).toBe(wanted);
          await session.lock();
          expect(await session.content()).toBe(wanted);
        });
      });
      expect(await asked(target, titlesOf)).toEqual([`'one'`, `'two'`]);
      expect(await asked(target, (session) => session.observe())).toEqual(before);
      expect((await targetOf(target.id)).identity).toBe(target.identity);
      await change(target, `INSERT INTO tasks (id, title) VALUES (3, 'after')`);
    });

    test('A backup is put back while an application has the target open, and where it has written.', async () => {
      const target = await make(TASKS, ROWS);
      const application = await kit.fleet.open(target.id);
      await application.run(`UPDATE tasks SET title = 'application'`);
      const backup = await taken(target);
      await application.run(`INSERT INTO tasks (id, title) VALUES (3, 'later')`);
      await withBackup(backup, (copy) => locked(target, (session) => session.putBack(copy, MAY)));
      await application.run(`INSERT INTO tasks (id, title) VALUES (4, 'afterwards')`);
      await application.close();
      expect(await asked(target, titlesOf)).toEqual([`'application'`, `'application'`, `'afterwards'`]);
    });

    test('What the work on a target left is told, unless others have committed since the lock.', async () => {
      const target = await make(TASKS, ROWS);
      const work = (others: () => Promise<void>) =>
        asked(target, async (session) => {
          await session.lock();
          await session.execute({ sql: `UPDATE tasks SET title = 'ours'` });
          await session.commit();
          await others();
          return session.left();
        });
      const left = await work(() => Promise.resolve());
      expect(left).not.toBeNull();
      expect(await asked(target, (session) => session.content())).toBe(left);
      const application = await kit.fleet.open(target.id);
      expect(await work(() => application.run(`UPDATE tasks SET title = 'theirs'`))).toBeNull();
      await application.close();
      expect(await asked(target, (session) => session.content())).not.toBe(left);
    });

    test('A backup can be asked what it holds, and stays as it is.', async () => {
      const target = await make(TASKS, ROWS);
      const seen = await asked(target, (session) => session.observe());
      const backup = await taken(target);
      const before = bytesOf(backup);
      await withBackup(backup, async (copy) => {
        expect(await copy.checkIntegrity('full')).toBeNull();
        expect(await copy.observe()).toEqual(seen);
        expect(await copy.countRows()).toEqual({ tasks: 2 });
        await copy.lock();
        await copy.execute({ sql: 'DELETE FROM tasks' });
        await copy.commit();
      });
      expect(bytesOf(backup).equals(before)).toBe(true);
    });

    test('Rows that a backup does not have are counted by their keys, whatever became of their values.', async () => {
      const target = await make(TASKS, ROWS);
      const backup = await taken(target);
      const beyond = () =>
        withBackup(backup, (copy) => locked(target, (session) => session.countBeyond(copy)));
      await change(target, `UPDATE tasks SET title = 'three'`, NOTES);
      expect(await beyond()).toEqual({});
      await change(
        target,
        'DELETE FROM tasks',
        `INSERT INTO tasks (id, title) VALUES (2, 'two'), (3, 'new')`,
        `INSERT INTO notes (id, task_id, body) VALUES (1, 2, 'a'), (2, 2, 'b')`,
      );
      expect(await beyond()).toEqual({ tasks: 1, notes: 2 });
    });

    test('Nothing is written where that may not be any more.', async () => {
      const target = await make(TASKS, ROWS);
      const backup = await taken(target);
      await change(target, `UPDATE tasks SET title = 'three'`);
      const failing = withBackup(backup, (copy) =>
        locked(target, (session) =>
          session.putBack(copy, () => {
            throw new DatabaseError('interrupted', 'nobody waits for it');
          }),
        ),
      );
      await expect(failing).rejects.toMatchObject({ code: 'interrupted' });
      expect(await asked(target, titlesOf)).toEqual([`'three'`, `'three'`]);
    });

    test('What others commit while a backup is put back is never lost: they were first, or they came after it.', async () => {
      const target = await make(TASKS, ROWS);
      const backup = await taken(target);
      for (let id = 3; id < 13; id++) {
        await withBackup(backup, (copy) =>
          locked(target, async (session) => {
            const ended = session.putBack(copy, MAY).then(
              () => null,
              (error: unknown) => error,
            );
            await insertSoon(target, id);
            expect([null, 'busy']).toContain(
              await ended.then((error) => (error as DatabaseError | null)?.code ?? null),
            );
          }),
        );
        expect(await kit.asked(target, idsOf)).toContain(String(id));
      }
    });

    /** As soon as nobody has it locked. */
    async function insertSoon(target: Target, id: number): Promise<void> {
      const session = await kit.fleet.driver.open(target, { purpose: 'change', busyTimeoutMs: 0 });
      try {
        for (;;) {
          try {
            await session.lock();
            break;
          } catch {
            await setImmediate();
          }
        }
        await session.execute({ sql: `INSERT INTO tasks (id, title) VALUES (${id}, 'meanwhile')` });
        await session.commit();
      } finally {
        await session.close();
      }
    }

    test.skipIf(!kit.fixture.readersHoldCommit)(
      'A target that others keep locked is busy, and is as it was.',
      async () => {
        const target = await make(TASKS, ROWS);
        const backup = await taken(target);
        await change(target, `UPDATE tasks SET title = 'three'`);
        const application = await kit.fleet.open(target.id);
        await application.read();
        const failing = withBackup(backup, (copy) => locked(target, (session) => session.putBack(copy, MAY)));
        await expect(failing).rejects.toMatchObject({ name: 'DatabaseError', code: 'busy' });
        await application.close();
        expect(await asked(target, titlesOf)).toEqual([`'three'`, `'three'`]);
      },
    );

    test('A source that is damaged is refused.', async () => {
      const source = sourceOf({
        bytes: Buffer.from('no backup at all, but long enough: '.repeat(100)),
        file: null,
      });
      await expect(driver().openBackup(source)).rejects.toMatchObject({ name: 'DatabaseError' });
      const failing: BackupSource = {
        sizeBytes: 4096,
        read: () => {
          throw new DatabaseError('backupFailed', 'it is not what was backed up');
        },
        copyTo: () => {
          throw new DatabaseError('backupFailed', 'it is not what was backed up');
        },
      };
      await expect(driver().openBackup(failing)).rejects.toMatchObject({ code: 'backupFailed' });
    });
  });
}

async function idsOf(session: Session): Promise<readonly (string | undefined)[]> {
  const { first } = await session.findRows('SELECT id FROM tasks', 100);
  return first.map(([id]) => id);
}

/** Takes a backup into memory, or into the one file that the driver wants to fill. */
async function backUp(session: Session, size: 'small' | 'large'): Promise<Backup> {
  const chunks: Uint8Array[] = [];
  const copies: Uint8Array[] = [];
  const files: string[] = [];
  const sink: BackupSink = {
    write(chunk) {
      chunks.push(chunk);
      copies.push(Uint8Array.from(chunk));
    },
    async fill(copy) {
      const file = join(temporaryDirectory(), 'filled');
      await copy(file);
      files.push(file);
    },
  };
  const sizeBytes = await session.backUp(sink);
  const backup = { bytes: files.length === 0 ? Buffer.concat(copies) : null, file: files[0] ?? null };
  expect([chunks.length > 0, files.length]).toEqual(size === 'small' ? [true, 0] : [false, 1]);
  expect(bytesOf(backup).byteLength).toBe(sizeBytes);
  // Whoever makes it durable writes the chunks when they are all there.
  expect(Buffer.concat(chunks).equals(Buffer.concat(copies))).toBe(true);
  return backup;
}

function bytesOf({ bytes, file }: Backup): Buffer {
  if (bytes !== null) return Buffer.from(bytes);
  if (file === null) throw new Error('the backup has no content');
  return readFileSync(file);
}

function sourceOf(backup: Backup): BackupSource {
  const { bytes, file } = backup;
  return {
    sizeBytes: bytes?.byteLength ?? (file === null ? 0 : statSync(file).size),
    read: () => bytesOf(backup),
    copyTo(path) {
      if (file === null) writeFileSync(path, bytesOf(backup));
      else copyFileSync(file, path);
    },
  };
}
