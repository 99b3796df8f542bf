// The copies that there are, of targets that there are and of those that are gone; and whether each is good.

import { copiesIn, idHashOf, type Copy } from '../backup/copies.js';
import { select } from '../discovery/select.js';
import type { BackupsOptions } from '../model/api.js';
import type { Discovery } from '../model/discovery.js';
import { FleetError } from '../model/errors.js';
import { EXIT } from '../model/exit-code.js';
import { hint, onTarget, tell } from '../model/hint.js';
import type { BackupCopy, BackupsReport } from '../model/backup-report.js';
import { CONTRACT } from '../model/report.js';
import type { Target } from '../model/target.js';
import { compareNaturally } from '../discovery/natural-order.js';
import { aboutOf } from './about.js';
import { assertRun, directoriesOf, withLedger } from './copies.js';
import type { Context } from './context.js';
import { proveCopies } from './prove-copies.js';

/** @throws FleetError `unknownTarget` for an id that neither a target nor a copy has; `usage` for a run that there is not */
export async function listBackups(context: Context, options: BackupsOptions): Promise<BackupsReport> {
  const found = await findCopies(context, options);
  return backupsReport(
    'backupList',
    found.map(({ told }) => told),
  );
}

/** @throws FleetError like `listBackups` */
export async function verifyBackups(context: Context, options: BackupsOptions): Promise<BackupsReport> {
  const found = await findCopies(context, options);
  const verdicts = await proveCopies(
    context,
    found.map(({ copy }) => copy),
    options,
  );
  const place = aboutOf(context, options);
  const copies = found.map(({ told }, at): BackupCopy => {
    const message = verdicts[at]?.problem ?? null;
    if (message === null) return { ...told, problem: null };
    const said = hint`do not restore from it; see what else there is: ${onTarget('backup', {}, 'list')}`;
    return { ...told, problem: { message, ...tell(said, { ...place, target: told.id }) } };
  });
  return backupsReport('backupVerify', copies);
}

function backupsReport(command: BackupsReport['command'], copies: readonly BackupCopy[]): BackupsReport {
  const damaged = copies.filter(({ problem = null }) => problem !== null).length;
  return {
    contract: CONTRACT,
    command,
    summary: {
      copies: copies.length,
      targets: new Set(copies.map(({ id }) => id)).size,
      sizeBytes: copies.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      ...(command === 'backupList' ? {} : { damaged }),
    },
    copies,
    exitCode: copies.length === 0 || damaged > 0 ? EXIT.findings : EXIT.ok,
  };
}

interface Found {
  readonly copy: Copy;
  readonly told: BackupCopy;
}

async function findCopies(context: Context, options: BackupsOptions): Promise<readonly Found[]> {
  const fleet = await discoverIfAny(context);
  const { copies, idOf } = withLedger(context, options, (ledger) => {
    const directories = directoriesOf(context, ledger, options);
    const { run } = options;
    if (run !== undefined) assertRun(run, directories, ledger);
    const all = copiesIn(directories).filter(({ runId }) => run === undefined || runId === run);
    const known = [...fleet.targets, ...fleet.refused].map(({ id }) => id);
    return { copies: all, idOf: namer(all, known, () => ledger?.targetIds() ?? []) };
  });
  const found = copies.flatMap((copy): Found[] => {
    const { path, runId, takenAt, sizeBytes, named } = copy;
    if (named === null) return [];
    const revision = named.revision === 'base' ? null : named.revision;
    return [
      { copy, told: { id: idOf(copy), path, runId, takenAt, revision, sizeBytes, sha256: named.sha256 } },
    ];
  });
  const selected = selectedIds(fleet, found, options);
  return found
    .filter(({ told }) => selected.has(told.id))
    .sort((a, b) => compareNaturally(a.told.id, b.told.id));
}

/** What is a target, and what once was one and has copies still. */
function selectedIds(
  fleet: Discovery,
  found: readonly Found[],
  options: BackupsOptions,
): ReadonlySet<string> {
  const { only, exclude, limit } = options;
  const ids = new Set([...fleet.targets, ...fleet.refused].map(({ id }) => id));
  const gone = [...new Set(found.map(({ told }) => told.id))].filter((id) => !ids.has(id));
  const former = gone.map((id): Target => ({
    ...{ id, path: '', sizeBytes: 0, identity: '', version: '', changedAt: 0 },
  }));
  const { targets, refused } = select(
    { targets: [...fleet.targets, ...former], refused: fleet.refused },
    {
      ...(only === undefined ? {} : { only }),
      ...(exclude === undefined ? {} : { exclude }),
      ...(limit === undefined ? {} : { limit }),
    },
  );
  return new Set([...targets, ...refused].map(({ id }) => id));
}

/** Whose a copy is: its name has a hash of the id. @param former ids of the past, asked for only where they are needed */
function namer(
  copies: readonly Copy[],
  known: readonly string[],
  former: () => readonly string[],
): (copy: Copy) => string {
  const ids = new Map(known.map((id) => [idHashOf(id), id]));
  if (copies.some(({ named }) => named !== null && !ids.has(named.idHash)))
    for (const id of former()) ids.set(idHashOf(id), id);
  return ({ named }) => (named === null ? '' : (ids.get(named.idHash) ?? named.readable));
}

/** Copies are there when the data directory is not. */
async function discoverIfAny({ dialect }: Context): Promise<Discovery> {
  try {
    return await dialect.discover();
  } catch (error) {
    if (error instanceof FleetError && error.code === 'dataDirectory') return { targets: [], refused: [] };
    throw error;
  }
}
