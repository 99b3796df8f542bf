// The directories of an installation: the state directory with its ledger and leftovers, backups; and the database
// library. Looking leaves nothing behind.

import { join } from 'node:path';
import { assertSafeBackups } from '../../backup/publish.js';
import { roomForBackups } from '../../backup/room.js';
import type { DriverVersion } from '../../dialects/port.js';
import { findLeftovers } from '../../ledger/leftovers.js';
import { openLedger } from '../../ledger/ledger.js';
import { isRunGoingOn } from '../../ledger/run-lock.js';
import { isStateDirectory } from '../../ledger/state-directory.js';
import { FleetError } from '../../model/errors.js';
import { count, size } from '../../report/layout.js';
import type { Context } from '../context.js';
import { onFleet } from '../../model/hint.js';
import { found, listIds, ofFault, step, type Found } from './finding.js';

export function versionFindings({ name, version, least, isSafe }: DriverVersion): readonly Found[] {
  if (isSafe) return [];
  return [
    found({
      id: 'databaseVersion',
      severity: 'error',
      message: `${name} ${version} is linked in, and one before ${least} can damage a database that two connections write`,
      hint: 'install the packages of this version anew: npm ci',
    }),
  ];
}

/** How much the targets take, in bytes. */
export interface Sizes {
  readonly sizeBytes: number;
  readonly largestBytes: number;
}

export interface DirectoryFindings {
  readonly found: readonly Found[];
  /** Null where it cannot be told. */
  readonly freeBytes: number | null;
}

export function directoryFindings(context: Context, backupDir: string, sizes: Sizes): DirectoryFindings {
  const going = isRunGoingOn(context.stateDir);
  const room = roomFindings(context, backupDir, sizes);
  return {
    found: [
      ...(going ? [goingOn()] : []),
      ...ledgerFindings(context, going),
      ...room.found,
      // Where the directory cannot be written, `room` says so already.
      ...(going || room.freeBytes === null ? [] : leftoverFindings(context, backupDir)),
    ],
    freeBytes: room.freeBytes,
  };
}

function goingOn(): Found {
  return found({
    id: 'runGoingOn',
    severity: 'note',
    message: 'A run over this fleet is going on; this may have changed since',
    hint: 'look again when it has ended',
  });
}

/** Whether the ledger can be used, and runs that were stopped and never continued. */
function ledgerFindings({ stateDir }: Context, going: boolean): readonly Found[] {
  // The first run makes the state directory.
  if (!isStateDirectory(stateDir)) return [];
  try {
    const ledger = openLedger(stateDir);
    try {
      const stopped = going ? [] : ledger.stoppedRuns();
      return stopped.map(({ runId, command, startedAt }) => {
        const { planned = 0 } = ledger.countByOutcome(runId);
        return found(
          {
            id: 'stoppedRun',
            severity: 'warning',
            message: `The ${command} ${runId}, started at ${startedAt}, was stopped before its end; nothing is recorded of ${count(planned, 'target')}`,
            hint: 'no transaction is half done; only a revision that runs outside of them may be half way: see where each target is, and run the command again',
          },
          step(onFleet('status'), 'shows at which revision each target is'),
        );
      });
    } finally {
      ledger.close();
    }
  } catch (error) {
    if (error instanceof FleetError) return [ofFault('ledger', error)];
    throw error;
  }
}

function roomFindings(
  context: Context,
  backupDir: string,
  { sizeBytes, largestBytes }: Sizes,
): DirectoryFindings {
  try {
    assertSafeBackups({ stateDir: context.stateDir, backupDir });
    const { directory, freeBytes } = roomForBackups(backupDir, context.randomId());
    if (freeBytes >= sizeBytes) return { found: [], freeBytes };
    const few = freeBytes < largestBytes;
    return {
      found: [
        found({
          id: 'noRoom',
          severity: few ? 'error' : 'warning',
          message: `${directory} has room for ${size(freeBytes)} of backups, and ${few ? `the largest target has ${size(largestBytes)}` : `the whole fleet has ${size(sizeBytes)}`}`,
          hint: 'free space there, or put backups elsewhere with --backup-dir; a run whose backups cannot fit is refused',
        }),
      ],
      freeBytes,
    };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (error instanceof FleetError) {
      // That of the state directory is told of the ledger.
      const isTold = backupDir === join(context.stateDir, 'backups') && isStateDirectory(context.stateDir);
      return { found: isTold ? [] : [ofFault('backupDirectory', error)], freeBytes: null };
    }
    return {
      found: [
        found({
          id: 'backupDirectory',
          severity: 'error',
          message: `No backup can be written to ${backupDir}: ${said}`,
          hint: 'free space, mend the disk or the rights, or put backups elsewhere with --backup-dir',
        }),
      ],
      freeBytes: null,
    };
  }
}

function leftoverFindings({ stateDir }: Context, backupDir: string): readonly Found[] {
  try {
    const leftovers = findLeftovers(stateDir, backupDir);
    if (leftovers.length === 0) return [];
    return [
      found({
        id: 'leftovers',
        severity: 'note',
        message: `Runs that were stopped have left ${count(leftovers.length, 'unfinished file or copy')}: ${listIds(leftovers)}`,
        hint: "they are in nobody's way, and the next run that changes targets removes those of its predecessors",
      }),
    ];
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return [
      found({
        id: 'stateDirectory',
        severity: 'warning',
        message: `The state directory cannot be searched for leftovers: ${said}`,
        hint: 'mend what the message names, or choose another place with --state-dir',
      }),
    ];
  }
}
