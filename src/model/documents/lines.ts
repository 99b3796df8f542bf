// The lines of --ndjson: what a run tells while it goes on, a line for each part of a look, and the end of both. Made
// from the documents, because both forms have the same keys.

import * as z from 'zod';
import type { $ZodShape } from 'zod/v4/core';
import { backupsReport, restoreToReport } from './backups.js';
import { doctorReport, errorReport } from './installation.js';
import * as looks from './looks.js';
import { count, runCommand, step, text, time } from './parts.js';
import * as revisions from './revisions.js';
import { outcome, resumeReport, runReport, wave } from './run.js';

/** A line about one of the things that a document lists. */
function line<E extends string, S extends $ZodShape>(event: E, { shape }: z.ZodObject<S>) {
  return z.strictObject({ event: z.literal(event), ...shape });
}

/** On every line of a run: `OfRun`. */
const ofRun = { runId: text, at: time };
const end = { event: z.literal('summary') };
const { discoverReport, statusReport, currentReport, driftReport, planReport, repairPlanReport } = looks;
const { historyReport, fleetHistoryReport, headsReport, showReport, newReport, baselineReport, lintReport } =
  revisions;

/** By what they tell of; the last of an output is an end or an error. */
export const LINES = {
  RunLine: z.strictObject({
    event: z.literal('run'),
    ...ofRun,
    command: runCommand,
    dryRun: z.boolean(),
    planned: count,
    startedAt: time,
  }),
  StageLine: z.strictObject({
    event: z.literal('stage'),
    ...ofRun,
    id: text,
    step,
    revision: text.exactOptional().describe('The revision at work, where it is one'),
  }),
  OutcomeLine: line('target', outcome).extend(ofRun),
  WaveLine: line('wave', wave).extend(ofRun),
  ProblemLine: z.strictObject({ event: z.literal('problem'), ...ofRun, message: text, hint: text }),
  RunEnd: runReport.omit({ targets: true }).extend({ ...end, at: time }),
  ResumeEnd: resumeReport.extend(end),
  ErrorLine: line('error', errorReport),
  DiscoverLine: line('target', discoverReport.shape.targets.element),
  RefusedLine: line('refused', discoverReport.shape.refused.element),
  DiscoverEnd: discoverReport
    .omit({ targets: true, refused: true })
    .extend({ ...end, summary: z.strictObject({ targets: count, refused: count }) }),
  StatusLine: line('target', statusReport.shape.targets.element),
  StatusEnd: statusReport.omit({ targets: true }).extend(end),
  CurrentLine: line('target', currentReport.shape.targets.element),
  CurrentEnd: currentReport.omit({ targets: true }).extend(end),
  DriftLine: line('target', driftReport.shape.targets.element),
  DriftEnd: driftReport.omit({ targets: true }).extend(end),
  PlanLine: line('cohort', planReport.shape.cohorts.element),
  PlanEnd: planReport.omit({ cohorts: true }).extend(end),
  RepairPlanLine: line('cohort', repairPlanReport.shape.cohorts.element),
  RepairPlanEnd: repairPlanReport.omit({ cohorts: true }).extend(end),
  RevisionLine: line('revision', historyReport.shape.revisions.element),
  HistoryEnd: historyReport.omit({ revisions: true }).extend(end),
  FleetRevisionLine: line('revision', fleetHistoryReport.shape.revisions.element),
  FleetHistoryEnd: fleetHistoryReport.omit({ revisions: true }).extend(end),
  HeadsEnd: headsReport.omit({ revisions: true }).extend(end),
  ShowEnd: showReport.extend(end),
  NewEnd: newReport.extend(end),
  BaselineEnd: baselineReport.extend(end),
  BackupLine: line('copy', backupsReport.shape.copies.element),
  BackupsEnd: backupsReport.omit({ copies: true }).extend(end),
  RestoreToEnd: restoreToReport.extend(end),
  LintLine: line('finding', lintReport.shape.findings.element),
  LintEnd: lintReport.omit({ findings: true }).extend(end),
  DoctorLine: line('finding', doctorReport.shape.findings.element),
  DoctorEnd: doctorReport.omit({ findings: true }).extend(end),
};
