// One database's structure as a first revision, for a fleet that has none. Nothing but the revision's file is written,
// and that only where its text has been proved to leave exactly this structure.

import { join } from 'node:path';
import type { Dialect } from '../dialects/port.js';
import type { Discovery } from '../model/discovery.js';
import { select } from '../discovery/select.js';
import type { BaselineOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import { EXIT } from '../model/exit-code.js';
import { command, hint, onFleet, type Hint } from '../model/hint.js';
import { failureOf, type Reason } from '../model/outcome.js';
import { aboutOf } from './about.js';
import { CONTRACT, type BaselineReport } from '../model/report.js';
import type { Refusal, Target } from '../model/target.js';
import { listDifference } from '../stamping/match.js';
import type { Context } from './context.js';
import { assertNewFile, hasRevisions, writeRevision } from '../revisions/directory.js';
import { observeTargets, refusedReason } from './inspect.js';
import { NO_REVISIONS, withLook, type Look } from './look.js';

/** The first revision's file, where there is none yet. */
const FILE = '0001_baseline.sql';

/**
 * @throws FleetError `unknownTarget` where nothing is called so; `usage` where the file is there already; `migrations`
 *   where it cannot be written
 */
export async function baselineOf(context: Context, options: BaselineOptions): Promise<BaselineReport> {
  const found = await discoverIfAny(context);
  const target = await findTarget(options.target, found, context.dialect);
  const file = options.output ?? defaultFile(context.migrations);
  if (file !== null) assertNewFile(file);
  const { id, path } = target;
  const base = { contract: CONTRACT, command: 'baseline', target: { id, path } } as const;
  const refuse = (reason: Reason): BaselineReport => ({
    ...base,
    fingerprint: null,
    counts: null,
    alike: 0,
    others: 0,
    file: null,
    sql: null,
    problem: failureOf(reason, { ...aboutOf(context, options), target: id }),
    exitCode: EXIT.failed,
  });
  if ('reason' in target) return refuse(refusedReason(target));
  const selected = select(found, options);
  const others = selected.targets.filter((one) => one.path !== path);
  const compare = async (look: Look): Promise<BaselineReport> => {
    const { busyWaitMs, timeoutMs } = look.request;
    const comments = [`The structure of ${JSON.stringify(id)}, written by the command baseline of Flotilla`];
    const reading = await look.pool.run({ kind: 'baseline', target, busyWaitMs, comments }, { timeoutMs });
    if ('failure' in reading) return refuse(reading.failure);
    const { sql, fingerprint, counts, problems, hint: remedy } = reading;
    if (counts.tables === 0) return refuse(empty(context));
    if (problems.length > 0) return refuse(notWritten(problems, remedy));
    const seen = await observeTargets(look.request, look.pool, look.ledger, look.lookedAt);
    const alike = [...seen.values()].filter(
      (one) => 'observation' in one && one.observation.fingerprint === fingerprint,
    ).length;
    if (file !== null) writeRevision(file, sql, 'another file with --output');
    const shown = { fingerprint, counts, alike, others: others.length, file, sql };
    return { ...base, ...shown, problem: null, exitCode: EXIT.ok };
  };
  const choose = async () => ({ ...selected, targets: others });
  return withLook(context, NO_REVISIONS, { ...options, choose }, compare);
}

/** The fleet, or none where there is no data directory: a path is enough. */
async function discoverIfAny(context: Context): Promise<Discovery> {
  try {
    return await context.dialect.discover();
  } catch (error) {
    if (error instanceof FleetError && error.code === 'dataDirectory') return { targets: [], refused: [] };
    throw error;
  }
}

/** By id, else by path. */
async function findTarget(word: string, fleet: Discovery, dialect: Dialect): Promise<Target | Refusal> {
  const known = [...fleet.targets, ...fleet.refused];
  const named =
    known.find(({ id }) => id === word) ??
    known.find(({ path }) => path === word) ??
    (await dialect.find(word));
  if (named !== null) return named;
  // Says which ids are near.
  const [only] = select(fleet, { only: [word] }).targets;
  if (only !== undefined) return only;
  throw new FleetError('unknownTarget', `${JSON.stringify(word)} is neither the id of a target nor a file`, {
    hint: hint`list the ids with: ${onFleet('discover')}`,
  });
}

function defaultFile(migrations: string): string | null {
  return hasRevisions(migrations) ? null : join(migrations, FILE);
}

function empty({ migrations }: Context): Reason {
  return {
    code: 'noBaseline',
    step: 'read',
    message: 'it has no tables, so there is nothing to make a revision of',
    hint: hint`name a target that has tables; or write the first revision by hand into ${migrations}: ${command('new', 'create tables')}`,
  };
}

function notWritten(
  problems: readonly string[],
  remedy: Hint = 'change what is named in the database, or write the revision by hand',
): Reason {
  return {
    code: 'schemaMismatch',
    step: 'verify',
    message: `its structure could not be written as a revision: ${listDifference(problems)}`,
    hint: hint`${remedy}; nothing was written`,
  };
}
