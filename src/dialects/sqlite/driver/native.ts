// Loads the native part of better-sqlite3 before anything needs it. Apart because it is the only part that is built on
// the user's machine, and so the only one that can be missing, or be built for another machine, in an installation that
// is complete otherwise.

import Database from 'better-sqlite3';
import { FleetError } from '../../../model/errors.js';
import { foreign, hint } from '../../../model/hint.js';

const BUILD = hint`in the directory where it was installed, run: ${foreign('npm', 'rebuild', 'better-sqlite3')}; for a machine that has no ready-made build, that needs a C++ compiler, make and python3`;

/**
 * Costs about a millisecond, once a process.
 * @throws FleetError `installation` where it does not load, with the command that builds it
 */
export function loadNative(): void {
  try {
    new Database(':memory:').close();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new FleetError('installation', reasonOf(text), {
      hint: /too many open files/i.test(text) ? 'see the limits of this user: ulimit -a (open files)' : BUILD,
      cause: error,
    });
  }
}

/** By the words of `bindings` and of Node.js, which have no codes that tell these cases apart. */
function reasonOf(text: string): string {
  if (text.includes('Could not locate the bindings file'))
    return 'SQLite cannot be used: the native module of better-sqlite3 was not built when it was installed';
  if (text.includes('NODE_MODULE_VERSION'))
    return 'SQLite cannot be used: the native module of better-sqlite3 was built for another version of Node.js';
  return `SQLite cannot be used: the native module of better-sqlite3 does not load: ${text.split('\n')[0] ?? ''}`;
}
