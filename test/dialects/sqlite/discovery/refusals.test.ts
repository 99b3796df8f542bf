// Real files, links, pipes and names. What is refused is refused by its own reason, and the rest goes on.

import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judge, type Candidate } from '../../../../src/dialects/sqlite/discovery/discover.js';
import { statTarget } from '../../../../src/dialects/sqlite/discovery/target-files.js';
import { temporaryDirectory } from '../../../support/fleet.js';
import { withoutPrivilege } from '../../../support/unprivileged.js';
import { CONTENT, find, PATTERN, put } from './tree.js';

/** The one refusal there is, beside a healthy target. */
async function refusalOf(dataDir: string, pattern = PATTERN) {
  put(dataDir, 'project_healthy.db');
  const { targets, refused } = await find(dataDir, pattern);
  expect(targets.map(({ id }) => id)).toEqual(['project_healthy']);
  expect(refused).toHaveLength(1);
  const { id, reason, hint, blank } = refused[0] ?? { id: '', reason: '', hint: '' };
  return { id, reason, hint, ...(blank === undefined ? {} : { blank }) };
}

describe('Refused, each by its reason, is', () => {
  test('a directory that has the name of a database.', async () => {
    const dataDir = temporaryDirectory();
    mkdirSync(join(dataDir, 'project_1.db'));
    expect(await refusalOf(dataDir)).toEqual({
      id: 'project_1',
      reason: 'is a directory, not a regular file',
      hint: 'move it away, or choose a --pattern that it does not match',
    });
  });

  test('a FIFO.', async () => {
    const dataDir = temporaryDirectory();
    execFileSync('mkfifo', [join(dataDir, 'project_1.db')]);
    expect((await refusalOf(dataDir)).reason).toBe('is a FIFO, not a regular file');
  });

  test('a socket.', async () => {
    const dataDir = temporaryDirectory();
    const server = createServer();
    await new Promise<void>((done) => server.listen(join(dataDir, 'project_1.db'), done));
    try {
      expect((await refusalOf(dataDir)).reason).toBe('is a socket, not a regular file');
    } finally {
      server.close();
    }
  });

  test.runIf(process.geteuid?.() === 0)('a device.', async () => {
    const dataDir = temporaryDirectory();
    execFileSync('mknod', [join(dataDir, 'project_1.db'), 'c', '1', '5']);
    expect((await refusalOf(dataDir)).reason).toBe('is a device, not a regular file');
  });

  test.each(['project_healthy.db', '/dev/zero', 'nowhere', '.'])(
    'a symbolic link, wherever it leads: %s.',
    async (destination) => {
      const dataDir = temporaryDirectory();
      symlinkSync(destination, join(dataDir, 'project_1.db'));
      expect((await refusalOf(dataDir)).reason).toBe('is a symbolic link');
    },
  );

  test('a file with several names, under each of them.', async () => {
    const dataDir = temporaryDirectory();
    linkSync(put(dataDir, 'project_1.db'), join(dataDir, 'project_2.db'));
    linkSync(put(dataDir, 'project_3.db'), join(dataDir, 'elsewhere'));
    const { targets, refused } = await find(dataDir);
    expect(targets).toEqual([]);
    expect(refused.map(({ id }) => id)).toEqual(['project_1', 'project_2', 'project_3']);
    for (const { reason } of refused) expect(reason).toMatch(/^has 2 names \(hard links\)/);
  });

  test('one file under two paths without a hard link, as bind mounts make it, under both.', () => {
    const dataDir = temporaryDirectory();
    const seen = statTarget(put(dataDir, 'project_1.db'));
    if (seen === null) throw new Error('there is no file');
    const under = (id: string): Candidate => ({ id, path: `${id}.db`, files: seen });
    const { targets, refused } = judge([under('eu/project_1'), under('us/project_1'), under('x/project_1')]);
    expect(targets).toEqual([]);
    expect(refused.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
      'eu/project_1 is the same file as "us/project_1.db"',
      'us/project_1 is the same file as "eu/project_1.db"',
      'x/project_1 is the same file as "eu/project_1.db"',
    ]);
  });

  test('an empty file, which SQLite would take for an empty database.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'project_1.db', '');
    expect(await refusalOf(dataDir)).toEqual({
      id: 'project_1',
      reason: 'is empty (0 bytes), so it is no database',
      hint: 'let its application fill it, put the database or its backup here, or delete the file if nobody misses it',
      blank: true,
    });
  });

  test('an empty file beside a log that may hold its content, with the advice to keep it.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'project_1.db', '');
    put(dataDir, 'project_1.db-wal');
    const { hint, blank } = await refusalOf(dataDir);
    expect(hint).toMatch(/^keep it/);
    expect(blank).toBeUndefined();
  });

  test.each([1, 511])('a file of %i bytes.', async (bytes) => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'project_1.db', Buffer.alloc(bytes));
    expect((await refusalOf(dataDir)).reason).toBe(`has ${bytes} bytes, and the smallest database has 512`);
  });

  test('a file whose name is not UTF-8, and a directory whose name is not.', async () => {
    const dataDir = temporaryDirectory();
    writeFileSync(
      Buffer.concat([Buffer.from(`${dataDir}/project_`), Buffer.from([0xff]), Buffer.from('.db')]),
      CONTENT,
    );
    expect((await refusalOf(dataDir)).reason).toBe('has a name that is not UTF-8');
    const other = temporaryDirectory();
    const directory = Buffer.concat([Buffer.from(`${other}/eu`), Buffer.from([0xff])]);
    mkdirSync(directory);
    expect(await refusalOf(other)).toMatchObject({ id: 'eu\uFFFD', reason: 'has a name that is not UTF-8' });
    rmdirSync(directory);
  });

  test.each([
    ' project_1.db',
    'project_1.db ',
    'project_1.db\n',
    '\tproject_1.db',
    '\u00a0project_1.db',
    '\u0001project_1.db',
  ])('a name that starts or ends with white space or a control character: %j.', async (name) => {
    const dataDir = temporaryDirectory();
    put(dataDir, name);
    expect((await refusalOf(dataDir, '**/*project_*')).reason).toBe(
      `has a name that starts or ends with white space or a control character: ${JSON.stringify(name)}`,
    );
  });

  test('a directory on the way whose name ends with white space.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'eu /project_1.db');
    expect((await refusalOf(dataDir)).reason).toMatch(/: "eu "$/);
  });

  test('a name so long that its journal has no room, and none that is one byte shorter.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, `project_${'x'.repeat(248 - 11)}.db`);
    expect((await refusalOf(dataDir)).reason).toBe(
      'has a name of 248 bytes, and its journal has room for 247',
    );
    const other = temporaryDirectory();
    put(other, `project_${'é'.repeat((246 - 11 - 1) / 2)}x.db`);
    expect((await find(other)).targets).toHaveLength(1);
  });

  test('a path so long that SQLite has no room, and none that just fits.', async () => {
    const dataDir = temporaryDirectory();
    const fill = (bytes: number): string => {
      const rest = bytes - Buffer.byteLength(dataDir) - '/project_1.db'.length;
      const parts = [...Array<string>(Math.floor((rest - 1) / 101)).fill('d'.repeat(100)), ''];
      parts[parts.length - 1] = 'e'.repeat(rest - (parts.length - 1) * 101 - 1);
      return put(dataDir, `${parts.join('/')}/project_1.db`);
    };
    expect(Buffer.byteLength(fill(504))).toBe(504);
    fill(505);
    const { targets, refused } = await find(dataDir);
    expect(targets).toHaveLength(1);
    expect(refused.map(({ reason }) => reason)).toEqual([
      'has an absolute path of 505 bytes, and SQLite has room for 504',
    ]);
  });

  test.each(['-journal', '-wal', '-shm'])('a %s without its database.', async (suffix) => {
    const dataDir = temporaryDirectory();
    put(dataDir, `project_1.db${suffix}`);
    expect((await refusalOf(dataDir, '**/project_*')).reason).toBe(
      'has the name of a sidecar of "project_1.db", which is no target',
    );
  });

  test.each(['-journal', '-wal', '-shm'])('a database whose %s is no plain file.', async (suffix) => {
    const makers: Record<string, (path: string) => unknown> = {
      'is a FIFO': (path) => execFileSync('mkfifo', [path]),
      'is a symbolic link': (path) => {
        symlinkSync('/dev/null', path);
      },
      'is a directory': (path) => mkdirSync(path),
      'has 2 names (hard links)': (path) => {
        writeFileSync(path, '');
        linkSync(path, `${path}.other`);
      },
    };
    for (const [found, make] of Object.entries(makers)) {
      const dataDir = temporaryDirectory();
      make(`${put(dataDir, 'project_1.db')}${suffix}`);
      expect((await refusalOf(dataDir)).reason).toBe(
        `has a ${suffix} that ${found}: only a plain file can belong to a database`,
      );
    }
  });

  test('each of two files with one id.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'project_1');
    put(dataDir, 'project_1.db');
    put(dataDir, 'project_2.db');
    const { targets, refused } = await find(dataDir, '**/project_*');
    expect(targets.map(({ id }) => id)).toEqual(['project_2']);
    expect(refused.map(({ path, reason }) => [path, reason])).toEqual([
      [join(dataDir, 'project_1'), `has the same id as ${JSON.stringify(join(dataDir, 'project_1.db'))}`],
      [join(dataDir, 'project_1.db'), `has the same id as ${JSON.stringify(join(dataDir, 'project_1'))}`],
    ]);
  });

  test('a directory that cannot be read, or not be entered; the others are searched.', async () => {
    const dataDir = temporaryDirectory();
    chmodSync(dataDir, 0o755);
    for (const name of ['eu/project_1.db', 'jp/project_1.db', 'us/project_1.db']) put(dataDir, name);
    chmodSync(join(dataDir, 'eu'), 0o000);
    chmodSync(join(dataDir, 'jp'), 0o644);
    const { targets, refused } = await withoutPrivilege(() => find(dataDir));
    expect(targets.map(({ id }) => id)).toEqual(['us/project_1']);
    expect(refused.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
      'eu cannot be read: permission denied (EACCES)',
      expect.stringMatching(/^jp\/project_1 cannot be looked at: EACCES/),
    ]);
  });

  test('a directory behind a symbolic link, where the pattern names it.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'eu/project_1.db');
    symlinkSync('eu', join(dataDir, 'europe'));
    for (const pattern of ['{eu,europe}/*.db', '{eu,europe}/project_1.db']) {
      const { targets, refused } = await find(dataDir, pattern);
      expect(targets.map(({ id }) => id)).toEqual(['eu/project_1']);
      expect(refused.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
        'europe lies behind a symbolic link, and those are not followed',
      ]);
    }
  });
});
