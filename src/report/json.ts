// The documents for programs: one JSON text, or one object a line as it happens.
// Every document passes through here, so that both forms have the same keys.

import { visible } from '../model/command.js';
import type { FleetEvent } from '../model/events.js';
import type { AnyReport } from '../model/api.js';
import type { RunReport } from '../model/report.js';
import type { ErrorReport } from './error-text.js';

/** The document as one line of JSON. */
export function jsonText(report: AnyReport | ErrorReport): string {
  return line(report);
}

/** An event of a run as a line, while it happens; null for those that only a progress bar needs. */
export function eventLine(event: FleetEvent): string | null {
  switch (event.event) {
    case 'run':
    case 'stage':
    case 'target':
    case 'wave':
    case 'problem':
      return line(event);
    case 'waveBegin':
    case 'between':
    case 'retry':
    case 'warning':
    case 'inspected':
    case 'summary':
      return null;
  }
}

/** The last line of a run: its document without the targets, which have been printed. */
export function runSummaryLine(report: RunReport): string {
  return line({ event: 'summary', at: report.finishedAt, ...report, targets: undefined });
}

/** A look at the fleet in lines: a `target` (`refused`, `cohort`) each, then the `summary`. */
export function* reportLines(report: Exclude<AnyReport, RunReport>): Generator<string> {
  switch (report.command) {
    case 'status':
    case 'check':
    case 'drift':
    case 'current': {
      const { targets, ...rest } = report;
      for (const target of targets) yield line({ event: 'target', ...target });
      yield line({ event: 'summary', ...rest });
      return;
    }
    case 'discover': {
      const { targets, refused, ...rest } = report;
      for (const target of targets) yield line({ event: 'target', ...target });
      for (const refusal of refused) yield line({ event: 'refused', ...refusal });
      yield line({
        event: 'summary',
        ...rest,
        summary: { targets: targets.length, refused: refused.length },
      });
      return;
    }
    case 'history':
    case 'heads': {
      const { revisions, ...rest } = report;
      for (const revision of revisions) yield line({ event: 'revision', ...revision });
      yield line({ event: 'summary', ...rest });
      return;
    }
    case 'lint':
    case 'doctor': {
      const { findings, ...rest } = report;
      for (const finding of findings) yield line({ event: 'finding', ...finding });
      yield line({ event: 'summary', ...rest });
      return;
    }
    case 'resume':
    case 'show':
    case 'baseline':
    case 'restoreTo':
    case 'new':
      yield line({ event: 'summary', ...report });
      return;
    case 'backupList':
    case 'backupVerify': {
      const { copies, ...rest } = report;
      for (const copy of copies) yield line({ event: 'copy', ...copy });
      yield line({ event: 'summary', ...rest });
      return;
    }
    case 'plan':
    case 'repairPlan': {
      const { cohorts, ...rest } = report;
      for (const cohort of cohorts) yield line({ event: 'cohort', ...cohort });
      yield line({ event: 'summary', ...rest });
      return;
    }
  }
}

/** JSON leaves some control characters as they are; escaped they mean the same, and steer no terminal. */
function line(object: object): string {
  return `${visible(JSON.stringify(object))}\n`;
}
