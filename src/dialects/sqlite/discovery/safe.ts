// Whether strangers may put files beside the databases. A journal that is planted between the opening of a database and
// its first lock makes SQLite delete or write what it names, and no look can win that race: so a directory that others
// may write is refused, sticky or not, because a sticky one lets everybody add files. Who takes it on with --trust must
// keep the state directory elsewhere: what is in there is believed, and removed.

import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { FleetError } from '../../../model/errors.js';
import { foreign, hint } from '../../../model/hint.js';
import { shellWord } from '../../../model/command.js';
import { unsafeDirectory } from '../../../trust/safe-directory.js';
import { isTakenOn, mendOf, unsafeBut } from '../../../trust/taken-on.js';
import { isWithin } from './directories.js';
import type { Fault } from './target-files.js';

/**
 * @throws FleetError `dataDirectory` where others may write the data directory or exchange it; `stateDirectory` where
 *   that is taken on and the state directory lies in it
 */
export function assertSafe(dataDir: string, stateDir: string, trust: readonly string[]): void {
  const unsafe = unsafeDirectory(dataDir, 'data');
  if (unsafe === null) return;
  const elsewhere = join(homedir(), 'flotilla-state');
  if (!isTakenOn(dataDir, trust)) {
    const taken = `--trust ${shellWord(dataDir)} (FLOTILLA_TRUST) and --state-dir for a directory elsewhere, such as ${shellWord(elsewhere)}`;
    throw new FleetError(
      'dataDirectory',
      `Others may put files into the data directory ${JSON.stringify(dataDir)}: ${unsafe.words}`,
      { hint: hint`${mendOf(unsafe)}where that is known and meant, take it on with ${taken}` },
    );
  }
  if (!isWithin(resolve(stateDir), resolve(dataDir))) return;
  throw new FleetError(
    'stateDirectory',
    `The state directory ${JSON.stringify(stateDir)} lies in a data directory that others may write: ${unsafe.words}`,
    {
      hint: hint`make one elsewhere: ${foreign('mkdir', '-p', '-m', '700', elsewhere)}; then add: --state-dir ${shellWord(elsewhere)}`,
    },
  );
}

/**
 * @returns why what a path leads to must not be opened, by the directories that it lies in; made anew for each search
 */
export function directoryFaults(trust: readonly string[]): (path: string) => Fault | null {
  const find = unsafeBut(trust);
  const known = new Map<string, Fault | null>();
  return (path) => {
    const directory = dirname(path);
    const found = known.get(directory);
    if (found !== undefined) return found;
    const unsafe = find(directory);
    const fault =
      unsafe === null
        ? null
        : {
            reason: `lies where others may put files beside it: ${unsafe.words}`,
            hint: `take the right to write that from them, or take the directory on with --trust ${shellWord(directory)} (FLOTILLA_TRUST)`,
          };
    known.set(directory, fault);
    return fault;
  };
}
