// Whose rights the program has. Started as root over somebody else's data, it takes that user's before it reads what
// others may have written: what it makes is the user's then, and what it runs has no more rights than the user. Apart,
// and of the program alone: a library does not change the process that it is in.

import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { userInfo, type UserInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FleetError, FLEET_SETTINGS, foreign, hint, unsafeDirectory } from '../index.js';
import { isProgram } from './configuration-file.js';

/** What is known of the fleet, before the configuration is read and after it. */
export interface Places {
  readonly dataDir?: string | undefined;
  readonly stateDir?: string | undefined;
  /** Root's rights are to be kept. */
  readonly asRoot: boolean;
}

/** What the types of Node.js lack: https://nodejs.org/api/process.html#processinitgroupsuser-extragroup */
type WithGroups = NodeJS.Process & { initgroups(user: string, gid: number): void };
type Entry = Pick<UserInfo<string>, 'username' | 'gid' | 'homedir'>;

interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** What belongs to it. */
  readonly path: string;
}

/** Changes the rights of this process, and says so in a line. */
export interface Rights {
  /**
   * A configuration of root's that is no program may say where the data is, and is read first. Any other is read with
   * the rights of the data's owner, where words typed or the environment say where that is.
   * @param config the configuration file; null where there is none
   */
  before(places: Places, config: string | null): void;
  /** All settings are known. */
  after(places: Places): void;
}

/**
 * @throws from both FleetError `installation`, and `stateDirectory` where root's rights would be kept for a place of
 * others
 */
export function rightsOf(say: (line: string) => void): Rights {
  const take = (owner: Owner | null): void => {
    if (owner === null || owner.uid === 0) return;
    const name = takeRights(owner);
    const who = name === null ? `uid ${owner.uid}` : `${name} (uid ${owner.uid})`;
    say(`${owner.path} belongs to ${who}: this goes on with that user's rights; --as-root keeps root's`);
  };
  return {
    before({ dataDir, asRoot }, config) {
      const file = config === null ? null : ownerOf(config);
      const isPlain = file?.uid === 0 && !isProgram(file.path);
      if (!isRoot() || asRoot || isPlain) return;
      if (dataDir !== undefined) take(ownerOf(dataDir));
    },
    after({ dataDir = FLEET_SETTINGS.dataDir.default, stateDir = join(dataDir, '.flotilla'), asRoot }) {
      if (!isRoot()) return;
      const owner = ownerOf(dataDir);
      if (asRoot) assertOfRoot(stateDir, owner);
      else take(owner);
    },
  };
}

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Null where it is not there, or cannot be looked at: whoever reads it says so. */
function ownerOf(path: string): Owner | null {
  try {
    const { uid, gid } = statSync(path);
    return { uid, gid, path };
  } catch {
    return null;
  }
}

/** Groups first, and the user last: who has given up root's rights can give up no more. @returns the user's name */
function takeRights({ uid, gid, path }: Owner): string | null {
  let user: Entry | null = null;
  try {
    user = entryOf(uid);
    if (user === null) process.setgroups?.([gid]);
    else (process as WithGroups).initgroups(user.username, user.gid);
    process.setgid?.(user?.gid ?? gid);
    process.setuid?.(uid);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new FleetError(
      'installation',
      `The rights of uid ${uid}, whose ${path} is, cannot be taken: ${said}`,
      {
        hint: `start it as that user (docker run --user ${uid}:${gid}, User= of a service), or keep root's rights with --as-root and a --state-dir of root's`,
        cause,
      },
    );
  }
  process.env['HOME'] = user?.homedir ?? '/';
  process.env['USER'] = process.env['LOGNAME'] = user?.username ?? String(uid);
  assertProgram(uid);
  return user?.username ?? null;
}

/** The user as the system lists it; null where it does not, as in many containers. */
function entryOf(uid: number): Entry | null {
  process.seteuid?.(uid);
  try {
    // It tells of the effective user.
    return userInfo({ encoding: 'utf8' });
  } catch {
    return null;
  } finally {
    process.seteuid?.(0);
  }
}

/** Workers, and parts of the program that are not loaded yet, are read with the new rights. */
function assertProgram(uid: number): void {
  const program = fileURLToPath(import.meta.url);
  for (const [path, mode] of [
    [program, constants.R_OK],
    [process.execPath, constants.X_OK],
  ] as const) {
    try {
      accessSync(path, mode);
      if (mode === constants.R_OK) closeSync(openSync(path, 'r'));
    } catch (cause) {
      throw new FleetError(
        'installation',
        `The user of the data, uid ${uid}, cannot read the program: ${path}`,
        {
          hint: "install it where that user can read it, such as /usr/local, or keep root's rights with --as-root and a --state-dir of root's",
          cause,
        },
      );
    }
  }
}

/** Root's rights in a directory that another user can exchange would be that user's. */
function assertOfRoot(stateDir: string, owner: Owner | null): void {
  if (owner === null || owner.uid === 0) return;
  const unsafe = unsafeDirectory(stateDir, 'own');
  if (unsafe === null) return;
  const place = '/var/lib/flotilla';
  throw new FleetError(
    'stateDirectory',
    `With --as-root the state directory must be root's, and ${unsafe.words}`,
    {
      hint: hint`leave --as-root out, or make one, and name it with --state-dir: ${foreign('mkdir', '-m', '0700', place)}`,
    },
  );
}
