// Root over the data of another user, in a process of its own: whose rights it works with, what it leaves, and what it
// says. Only root can try it.

import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MIGRATIONS, PROGRAM, runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';

const isRoot = process.geteuid?.() === 0;
/** Without an entry in the list of users. */
const SERVICE = 1_000_770;
const VICTIM = 4711;

/** A directory that every user may search, with the data of a service user in it. */
function service(uid = SERVICE, gid = uid): { readonly room: string; readonly dataDir: string } {
  const room = temporaryDirectory();
  chmodSync(room, 0o755);
  const dataDir = join(room, 'data');
  mkdirSync(dataDir);
  makeProjects(2, undefined, dataDir);
  give(dataDir, uid, gid);
  return { room, dataDir };
}

function give(directory: string, uid: number, gid = uid): void {
  chownSync(directory, uid, gid);
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    chownSync(join(directory, name), uid, gid);
}

/** `uid:gid` of all in a directory. */
function ownersIn(directory: string): string[] {
  const names = ['.', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })];
  const found = names.map((name) => lstatSync(join(directory, name)));
  return [...new Set(found.map(({ uid, gid }) => `${uid}:${gid}`))];
}

const placeOf = (dataDir: string): string[] => ['--data-dir', dataDir, '--migrations', MIGRATIONS];
const AS = { uid: SERVICE, gid: SERVICE };

if (!isRoot) console.warn('skipped: only root can give its rights up');

describe.runIf(isRoot)('Root over the data of another user', () => {
  test('works with the rights of that user, says so, and locks it out of nothing.', async () => {
    const { room, dataDir } = service();
    const report = join(room, 'open', 'report.json');
    mkdirSync(join(room, 'open'));
    chownSync(join(room, 'open'), SERVICE, SERVICE);
    const status = await runCli(['status', ...placeOf(dataDir)]);
    expect([status.code, status.stderr]).toEqual([
      0,
      `note: ${dataDir} belongs to uid ${SERVICE}: this goes on with that user's rights; --as-root keeps root's\n`,
    ]);
    const upgrade = await runCli(['upgrade', '--stamp', '--report', report, ...placeOf(dataDir)]);
    expect(upgrade.code, upgrade.stderr).toBe(0);
    expect(lstatSync(report).uid).toBe(SERVICE);
    expect(ownersIn(dataDir)).toEqual([`${SERVICE}:${SERVICE}`]);
    const again = await runCli(['downgrade', '-1', ...placeOf(dataDir)], AS);
    expect(again.code, again.stderr).toBe(0);
    expect((await runCli(['upgrade', ...placeOf(dataDir)])).code).toBe(0);
    expect(ownersIn(dataDir)).toEqual([`${SERVICE}:${SERVICE}`]);
  });

  test('runs revisions with its rights, groups and home alone.', async () => {
    const { room, dataDir } = service();
    const migrations = join(room, 'migrations');
    mkdirSync(migrations);
    writeFileSync(
      join(migrations, '0001_who.mjs'),
      `export function up(db) {
         const { HOME, USER, LOGNAME } = process.env;
         const who = [process.getuid(), process.geteuid(), process.getgid(), process.getgroups(), HOME, USER, LOGNAME];
         db.run('CREATE TABLE who (said)');
         db.run('INSERT INTO who VALUES (?)', JSON.stringify(who));
         console.log('who ' + JSON.stringify(who));
       }
       export function down() {}`,
    );
    give(migrations, SERVICE);
    rmSync(join(dataDir, 'project_1.db'));
    rmSync(join(dataDir, 'project_2.db'));
    writeFileSync(join(dataDir, 'project_3.db'), '');
    const { stderr } = await runCli(['lint', '--data-dir', dataDir, '--migrations', migrations]);
    expect(stderr).toContain(
      `who ${JSON.stringify([SERVICE, SERVICE, SERVICE, [SERVICE], '/', String(SERVICE), String(SERVICE)])}`,
    );
  });

  test('takes the groups of a user that the system lists.', async () => {
    const nobody = 65_534;
    const { dataDir } = service(nobody, 0);
    const { code, stderr } = await runCli(['upgrade', '--stamp', ...placeOf(dataDir)]);
    expect(stderr).toMatch(/belongs to nobody \(uid 65534\)/);
    expect(code, stderr).toBe(0);
    expect(lstatSync(join(dataDir, '.flotilla', 'ledger.db')).uid).toBe(nobody);
  });

  test("runs no configuration of another user with root's rights, and with that user's only where the data is.", async () => {
    const { dataDir } = service();
    const cwd = join(dataDir, '..', 'app');
    mkdirSync(cwd);
    writeFileSync(
      join(cwd, 'flotilla.config.mjs'),
      `console.error('who ' + process.geteuid()); export default {};`,
    );
    give(cwd, SERVICE);
    const refused = await runCli(['status'], { cwd, env: { FLOTILLA_TRUST: '' } });
    expect([refused.code, refused.stderr]).toEqual([78, expect.not.stringContaining('who')]);
    const { code, stderr } = await runCli(['status', ...placeOf(dataDir)], { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining(`who ${SERVICE}`)]);
  });

  test('works from a directory that is closed to that user.', async () => {
    const { dataDir } = service();
    const cwd = temporaryDirectory();
    chmodSync(cwd, 0o700);
    const { code, stderr } = await runCli(['status', ...placeOf(dataDir)], { cwd });
    expect(code, stderr).toBe(0);
    writeFileSync(join(cwd, 'flotilla.config.json'), JSON.stringify({ jobs: 1 }));
    const configured = await runCli(['status', ...placeOf(dataDir)], { cwd });
    expect(configured.code, configured.stderr).toBe(0);
    mkdirSync(join(cwd, 'migrations'));
    const closed = await runCli(['status', '--data-dir', dataDir], { cwd });
    expect(closed.code, closed.stderr).toBe(78);
  });

  test('learns from a configuration of root where the data is.', async () => {
    const { room, dataDir } = service();
    const config = join(room, 'flotilla.config.json');
    writeFileSync(config, JSON.stringify({ dataDir: 'data', migrations: MIGRATIONS }));
    const { code, stderr } = await runCli(['status', '--config', config]);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${dataDir} belongs to uid`)]);
    expect(ownersIn(dataDir)).toEqual([`${SERVICE}:${SERVICE}`]);
  });

  test("tells of a state directory that is root's, with the command that mends it.", async () => {
    const { dataDir } = service();
    const stateDir = join(dataDir, '.flotilla');
    mkdirSync(stateDir, { mode: 0o700 });
    const chown = `chown -R ${SERVICE}:${SERVICE} ${stateDir}`;
    for (const how of [AS, {}]) {
      const run = await runCli(['upgrade', '--stamp', ...placeOf(dataDir)], how);
      expect([run.code, run.stderr]).toEqual([78, expect.stringContaining(chown)]);
      const status = await runCli(['status', ...placeOf(dataDir)], how);
      expect([status.code, status.stderr]).toEqual([0, expect.stringContaining(chown)]);
      const doctor = await runCli(['doctor', ...placeOf(dataDir)], how);
      expect([doctor.code, doctor.stdout.replaceAll(/\s+/g, ' ')]).toEqual([
        1,
        expect.stringContaining(chown),
      ]);
    }
    give(stateDir, SERVICE);
    expect((await runCli(['upgrade', '--stamp', ...placeOf(dataDir)])).code).toBe(0);
  });

  test('keeps its rights with --as-root, and only with a state directory of its own.', async () => {
    const { room, dataDir } = service();
    const before = treeOf(dataDir);
    for (const command of ['upgrade', 'status', 'check', 'doctor']) {
      const { code, stderr } = await runCli([command, '--as-root', ...placeOf(dataDir)]);
      expect([code, stderr]).toEqual([78, expect.stringContaining('mkdir -m 0700 /var/lib/flotilla')]);
    }
    expect(treeOf(dataDir)).toEqual(before);
    const args = ['--as-root', '--trust', dataDir, '--state-dir', join(room, 'state'), ...placeOf(dataDir)];
    const { code, stderr } = await runCli(['upgrade', '--stamp', ...args]);
    expect(code, stderr).toBe(0);
    expect(ownersIn(join(room, 'state'))).toEqual(['0:0']);
    expect(ownersIn(dataDir)).toEqual([`${SERVICE}:${SERVICE}`]);
  });

  test("is not led to another user's data by a link of a third one.", async () => {
    const { room, dataDir } = service();
    const trap = join(room, 'trap');
    mkdirSync(trap);
    symlinkSync(dataDir, join(trap, 'data'));
    chownSync(trap, VICTIM, VICTIM);
    const { code } = await runCli(['upgrade', ...placeOf(join(trap, 'data'))]);
    expect(code).toBe(78);
    expect(readdirSync(dataDir).sort()).toEqual(['project_1.db', 'project_2.db']);
  });

  test('says where the program cannot be read with those rights.', async () => {
    const { dataDir } = service();
    // Where only root can read it.
    const room = temporaryDirectory();
    execFileSync('cp', [
      '-a',
      join(PROGRAM, '..', '..'),
      join(PROGRAM, '..', '..', '..', 'package.json'),
      room,
    ]);
    symlinkSync(join(PROGRAM, '..', '..', '..', 'node_modules'), join(room, 'node_modules'));
    const args = [join(room, 'dist', 'cli', 'main.js'), 'status', ...placeOf(dataDir)];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([78, expect.stringContaining('cannot read the program')]);
  });
});

describe.runIf(isRoot)('Nothing is said, and nothing changes, where', () => {
  test("the data is root's: a container as root.", async () => {
    const { dataDir } = service(0);
    const { code, stderr } = await runCli(['upgrade', '--stamp', '--quiet', ...placeOf(dataDir)]);
    expect([code, stderr]).toEqual([0, '']);
    expect(ownersIn(dataDir)).toEqual(['0:0']);
  });

  test.each([
    ['an ordinary user works in its home with umask 002', { uid: SERVICE, gid: SERVICE }, 0o775],
    ['a container has a uid of its own and the group 0', { uid: 0, gid: 0 }, 0o775],
    ['a volume belongs to a group of the process', { uid: 0, gid: SERVICE }, 0o2775],
  ] as const)('%s.', async (_, owner, mode) => {
    const { dataDir } = service(owner.uid, owner.gid);
    chmodSync(dataDir, mode);
    for (const name of readdirSync(dataDir)) chmodSync(join(dataDir, name), 0o664);
    const args = ['upgrade', '--stamp', '--quiet', ...placeOf(dataDir)];
    const { code, stderr } = await runCli(args, { uid: SERVICE, gid: owner.gid });
    expect([code, stderr]).toEqual([0, '']);
    const again = await runCli(['status', '--quiet', ...placeOf(dataDir)], { uid: SERVICE, gid: owner.gid });
    expect([again.code, again.stderr]).toEqual([0, '']);
  });
});

test('A folder of this user in the shared temporary directory needs no word.', async () => {
  const dataDir = makeProjects(1);
  const { code, stderr } = await runCli(['upgrade', '--stamp', '--quiet', ...placeOf(dataDir)]);
  expect([code, stderr]).toEqual([0, '']);
});
