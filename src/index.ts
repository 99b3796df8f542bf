// The library's face: re-exports only.

export { openFleet } from './fleet.js';
export { flagOf } from './model/command.js';
export { FleetError } from './model/errors.js';
export { EXIT, exitCodeOf } from './model/exit-code.js';
export { nearest } from './model/nearest.js';
export { isUndone } from './model/outcome.js';
export { CONTRACT } from './model/report.js';
export { allowed, checkedSettings, checkSetting, splitList } from './model/setting-schema.js';
export {
  CHANGE_SETTINGS,
  CHOICE_SETTINGS,
  FLEET_SETTINGS,
  GROUPS,
  nameIn,
  namesOf,
  PLACE_SETTINGS,
  RUN_SETTINGS,
  SETTINGS,
  SQLITE_SETTINGS,
  WORK_SETTINGS,
} from './model/settings.js';
export { wavesIn, WAVES_TAKE } from './model/wave-schema.js';
export { VERSION } from './model/version.js';
export { foreign, hint } from './model/hint.js';
export { unsafeDirectory } from './trust/safe-directory.js';
export type { Fault } from './trust/fault.js';
export type { DirectoryUse, Unsafe } from './trust/safe-directory.js';
export type { User } from './trust/user.js';
export { assertOwnFile } from './trust/taken-on.js';
export { backupsText, restoreToText } from './report/backups-text.js';
export { baselineReportText } from './report/baseline-text.js';
export { discoverText } from './report/discover-text.js';
export { doctorText } from './report/doctor-text.js';
export { driftText } from './report/drift-text.js';
export { errorLine, errorReport, errorText } from './report/error-text.js';
export { eventText } from './report/event-text.js';
export { graphMermaid, graphText } from './report/graph-text.js';
export { lintText } from './report/lint-text.js';
export { eventLine, jsonText, reportLines, runSummaryLine } from './report/json.js';
export { wrap } from './report/layout.js';
export { planSql, planText } from './report/plan-text.js';
export { printable } from './report/printable.js';
export { fleetHistoryText, historyText, newText, showText } from './report/revisions-text.js';
export { repairPlanText } from './report/repair-text.js';
export { resumeText } from './report/resume-text.js';
export { runErrorText, runText } from './report/run-text.js';
export { currentText, statusText } from './report/status-text.js';

export type * from './model/api.js';
export type * from './model/backup-report.js';
export type { Command, CommandOptions, FlotillaCommand, ForeignCommand } from './model/command.js';
export type { Discovery, Present, Scoped } from './model/discovery.js';
export type * from './model/errors.js';
export type * from './model/events.js';
export type { HistoryEntry, HistoryRow, HistoryStatus } from './model/history.js';
export type { About, CommandDraft, Hint, OwnDraft, ToldHint } from './model/hint.js';
export type * from './model/lint.js';
export type { Claim, Mark, StuckMark } from './model/claim.js';
export type * from './model/observation.js';
export type {
  Failure,
  FailureCode,
  Outcome,
  OutcomeCopy,
  OutcomeKind,
  RunSummary,
  SkippedStatement,
  Step,
  UndoneKind,
} from './model/outcome.js';
export type { NotRun } from './model/not-run.js';
export type * from './model/report.js';
export type * from './model/revision-database.js';
export type { Setting, SettingsOf, SettingTable, SettingValue } from './model/settings.js';
export type * from './model/target.js';
export type * from './model/resume-report.js';
export type * from './model/wave.js';
export type { Work } from './trust/taken-on.js';
export type { ErrorReport } from './report/error-text.js';
export type { GraphView } from './report/graph-text.js';
export type { TextOptions } from './report/layout.js';
