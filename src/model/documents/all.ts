// Every document that is printed by --json, by name. A new one is a line here; the published schemas follow.

import { backupsReport, restoreToReport } from './backups.js';
import { doctorReport, errorReport } from './installation.js';
import * as looks from './looks.js';
import * as revisions from './revisions.js';
import { resumeReport, runReport } from './run.js';

export const DOCUMENTS = {
  RunReport: runReport,
  ResumeReport: resumeReport,
  StatusReport: looks.statusReport,
  DiscoverReport: looks.discoverReport,
  PlanReport: looks.planReport,
  RepairPlanReport: looks.repairPlanReport,
  CurrentReport: looks.currentReport,
  DriftReport: looks.driftReport,
  LintReport: revisions.lintReport,
  HistoryReport: revisions.historyReport,
  FleetHistoryReport: revisions.fleetHistoryReport,
  HeadsReport: revisions.headsReport,
  ShowReport: revisions.showReport,
  NewReport: revisions.newReport,
  BaselineReport: revisions.baselineReport,
  BackupsReport: backupsReport,
  RestoreToReport: restoreToReport,
  DoctorReport: doctorReport,
  ErrorReport: errorReport,
};
