// A finding of the doctor with the commands to type about it, and how a FleetError becomes one.

import type { FleetError } from '../../model/errors.js';
import {
  complete,
  hint,
  onFleet,
  tell,
  type About,
  type CommandDraft,
  type Hint,
  type ToldHint,
} from '../../model/hint.js';
import { argvOf } from '../../model/command.js';
import type { DoctorFinding, DoctorReport } from '../../model/report.js';

/** What to type, and what it does. */
export interface Step {
  readonly command: CommandDraft;
  readonly does: string;
}

/** A finding whose commands are not completed yet. */
export interface Found {
  readonly finding: Omit<DoctorFinding, keyof ToldHint | 'details'> & {
    readonly hint: Hint;
    readonly details: readonly Hint[];
  };
  /** What to type about it, in order. */
  readonly steps: readonly Step[];
}

export function found(
  { details = [], ...finding }: Omit<Found['finding'], 'details'> & { readonly details?: readonly Hint[] },
  ...steps: readonly Step[]
): Found {
  return { finding: { ...finding, details }, steps };
}

export function step(command: CommandDraft, does: string): Step {
  return { command, does };
}

export function ofFault(id: string, { message, draft }: FleetError, ...steps: readonly Step[]): Found {
  const details = draft.problems.map(({ file, line, message: said, hint: mend }) => {
    const prefix = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
    return hint`${prefix}${said}; ${mend}`;
  });
  return found({ id, severity: 'error', message, hint: draft.hint, details }, ...steps);
}

export function toldFinding({ finding }: Found, about: About): DoctorFinding {
  const { id, severity, message, details } = finding;
  return {
    id,
    severity,
    message,
    ...tell(finding.hint, about),
    details: details.map((each) => tell(each, about).hint),
  };
}

/** The commands to type, each once, and `doctor` again at the end where there is anything to do. */
export function toldSteps(all: readonly Found[], wanted: number, about: About): DoctorReport['next'] {
  const last = wanted > 0 ? [step(onFleet('doctor'), 'looks again, once this is done')] : [];
  const next = new Map<string, DoctorReport['next'][number]>();
  for (const { command, does } of [...all.flatMap(({ steps }) => steps), ...last]) {
    const args = argvOf(complete(command, { ...about, place: {} })).slice(1);
    const key = args.join('\n');
    if (!next.has(key)) next.set(key, { words: args, command: complete(command, about), does });
  }
  return [...next.values()];
}

/** Most ids that one line names. */
const IDS_SHOWN = 5;

/** `project_1, project_2 and 7 more`. */
export function listIds(ids: readonly string[]): string {
  const shown = ids.slice(0, IDS_SHOWN).join(', ');
  return ids.length > IDS_SHOWN ? `${shown} and ${ids.length - IDS_SHOWN} more` : shown;
}
