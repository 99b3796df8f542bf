// One look at the whole installation. Apart from the other looks because each of those stops at the first fault of the
// whole; here each part is looked at by itself, and what prevents that is a finding.

import { join } from 'node:path';
import type { DoctorOptions } from '../../model/api.js';
import { FleetError } from '../../model/errors.js';
import { EXIT } from '../../model/exit-code.js';
import { CONTRACT, type DoctorFinding, type DoctorReport } from '../../model/report.js';
import { VERSION } from '../../model/version.js';
import { statusSummary } from '../../report/summarize.js';
import type { Graph } from '../../revisions/graph.js';
import { selectTargets, type Context, type Selected } from '../context.js';
import { ofFault, toldFinding, toldSteps, type Found } from './finding.js';
import { aboutOf } from '../about.js';
import { directoryFindings, versionFindings } from './directories.js';
import { revisionFindings } from './revisions.js';
import { fleetFindings, targetFindings, type SeenFleet } from './targets.js';
import { recordedIn } from '../fleet-history.js';
import { judgeAll, NO_REVISIONS, tryGraph, withLook, type Look } from '../look.js';

/** @throws FleetError `usage`, `unknownTarget` for wrong words; `interrupted` */
export async function examineFleet(
  context: Context,
  { onEvent, ...others }: DoctorOptions,
): Promise<DoctorReport> {
  // What a look warns of is a finding here.
  const options: DoctorOptions = {
    ...others,
    ...(onEvent === undefined ? {} : { onEvent: (event) => event.event !== 'warning' && onEvent(event) }),
  };
  const database = context.dialect.version();
  const backupDir = options.backupDir ?? join(context.stateDir, 'backups');
  const listed = await list(context, options);
  const targets = 'selected' in listed ? listed.selected.targets : [];
  const sizeBytes = targets.reduce((sum, target) => sum + target.sizeBytes, 0);
  const largestBytes = targets.reduce((most, target) => Math.max(most, target.sizeBytes), 0);
  // Before the look at the targets, which makes room for private copies itself.
  const directories = directoryFindings(context, backupDir, { sizeBytes, largestBytes });
  const { graph, fault } = await tryGraph(context);
  const { seen, broken } = await look(context, { graph, fault }, listed, options);
  const found: readonly Found[] = [
    ...versionFindings(database),
    ...('fault' in listed
      ? [ofFault('dataDirectory', listed.fault)]
      : fleetFindings(listed.selected, context)),
    ...(await revisionFindings(context, graph, broken)),
    ...directories.found,
    ...(seen === null ? [] : targetFindings(seen, context)),
  ];
  const about = aboutOf(context, options);
  const findings = found.map((one) => toldFinding(one, about));
  const count = (severity: DoctorFinding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')];
  return {
    contract: CONTRACT,
    command: 'doctor',
    version: VERSION,
    database: `${database.name} ${database.version}`,
    dataDir: context.dataDir,
    stateDir: context.stateDir,
    migrations: context.migrations,
    backupDir,
    head: graph.heads,
    summary: {
      targets: targets.length,
      sizeBytes,
      revisions: graph.order.length,
      states: statesOf(seen),
      freeBytes: directories.freeBytes,
      errors,
      warnings,
      notes,
    },
    findings,
    next: toldSteps(found, errors + warnings, about),
    exitCode: errors + warnings > 0 ? EXIT.findings : EXIT.ok,
  };
}

function statesOf(seen: SeenFleet | null): DoctorReport['summary']['states'] {
  return seen === null || seen.judged === null
    ? {}
    : statusSummary(seen.judged.map(({ status }) => status)).states;
}

type Listed = { readonly selected: Selected } | { readonly fault: FleetError };

async function list(context: Context, options: DoctorOptions): Promise<Listed> {
  try {
    return { selected: await selectTargets(context, options) };
  } catch (error) {
    const isOfDirectories =
      error instanceof FleetError && (error.code === 'dataDirectory' || error.code === 'stateDirectory');
    if (isOfDirectories) return { fault: error };
    throw error;
  }
}

/**
 * What can be seen of the targets; where the revisions cannot be used, at least their histories.
 * @returns as `broken` why nothing can be compared with the revisions, null where it can
 */
async function look(
  context: Context,
  { graph, fault }: { readonly graph: Graph; readonly fault: FleetError | null },
  listed: Listed,
  options: DoctorOptions,
): Promise<{ readonly seen: SeenFleet | null; readonly broken: FleetError | null }> {
  if ('fault' in listed) return { seen: null, broken: fault };
  const choose = async () => listed.selected;
  if (fault === null) {
    const all = async (one: Look): Promise<SeenFleet> => ({
      graph,
      recorded: await recordedIn(one, graph),
      judged: await judgeAll(one),
    });
    try {
      return { seen: await withLook(context, graph, { ...options, choose }, all), broken: null };
    } catch (error) {
      if (!(error instanceof FleetError) || error.code !== 'migrations') throw error;
      fault = error;
    }
  }
  const histories = async (one: Look): Promise<SeenFleet> => ({
    graph,
    recorded: await recordedIn(one, graph),
    judged: null,
  });
  return { seen: await withLook(context, NO_REVISIONS, { ...options, choose }, histories), broken: fault };
}
