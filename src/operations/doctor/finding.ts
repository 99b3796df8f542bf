// A finding of the doctor with the steps that lead on from it, and how a fault of the whole becomes one.

import type { FleetError } from '../../model/errors.js';
import type { DoctorFinding, DoctorReport } from '../../model/report.js';

export interface Found {
  readonly finding: DoctorFinding;
  /** What to type about it, in order. */
  readonly steps: DoctorReport['next'];
}

export function found(
  { details = [], ...finding }: Omit<DoctorFinding, 'details'> & { readonly details?: readonly string[] },
  ...steps: DoctorReport['next']
): Found {
  return { finding: { ...finding, details }, steps };
}

export function ofFault(
  id: string,
  { message, hint, problems }: FleetError,
  ...steps: DoctorReport['next']
): Found {
  const details = problems.map(({ file, line, message: words, hint: mend }) => {
    const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
    return `${place}${words}; ${mend}`;
  });
  return found({ id, severity: 'error', message, hint, details }, ...steps);
}

/** Most ids that one line names. */
const IDS_SHOWN = 5;

/** `project_1, project_2 and 7 more`. */
export function listIds(ids: readonly string[]): string {
  const shown = ids.slice(0, IDS_SHOWN).join(', ');
  return ids.length > IDS_SHOWN ? `${shown} and ${ids.length - IDS_SHOWN} more` : shown;
}
