// How the last run over each target failed, for looks at the fleet. A look works without the ledger.

import type { Ledger } from '../ledger/ledger.js';
import { FleetError } from '../model/errors.js';
import type { TargetStatus } from '../model/report.js';
import type { Look } from './look.js';

/** By id of the target. */
export type LastFailures = ReturnType<Ledger['lastFailures']>;

export const NO_FAILURES: LastFailures = new Map();

export function lastFailures({ ledger }: Look): LastFailures {
  try {
    return ledger?.lastFailures() ?? NO_FAILURES;
  } catch (error) {
    if (error instanceof FleetError) return NO_FAILURES;
    throw error;
  }
}

export function withLastFailure(status: TargetStatus, failures: LastFailures): TargetStatus {
  const lastFailure = failures.get(status.id);
  return lastFailure === undefined ? status : { ...status, lastFailure };
}
