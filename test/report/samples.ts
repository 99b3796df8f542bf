// Outcomes and states for tests of reports, with the fields that a test does not speak of filled in.

import type { TargetState } from '../../src/model/observation.js';
import type { Failure, FailureCode, Outcome, OutcomeKind } from '../../src/model/outcome.js';
import type { TargetStatus } from '../../src/model/report.js';

export function outcome(id: string, kind: OutcomeKind, more: Partial<Outcome> = {}): Outcome {
  const moved = kind === 'upgraded' || kind === 'stamped';
  return {
    id,
    path: `data/${id}.db`,
    outcome: kind,
    from: '0001',
    to: moved ? '0004' : '0001',
    applied: moved ? ['0002', '0003', '0004'] : [],
    backup: kind === 'upgraded' ? `data/.flotilla/backups/20261120T101500Z-3f9a1c/${id}.db` : null,
    durationMs: 12,
    rows: {},
    failure: null,
    ...more,
  };
}

export function failed(id: string, code: FailureCode, message: string, more: Partial<Failure> = {}): Outcome {
  return outcome(id, 'failed', { failure: failure(code, message, more) });
}

export function failure(code: FailureCode, message: string, more: Partial<Failure> = {}): Failure {
  return { code, step: 'execute', message, hint: 'Mend it and run the command again.', ...more };
}

export function status(id: string, state: TargetState, revision: string | null = null): TargetStatus {
  return {
    id,
    path: `data/${id}.db`,
    state,
    revision,
    pending: state === 'pending' ? ['0002'] : [],
    sizeBytes: 143_360,
    problem: null,
  };
}
