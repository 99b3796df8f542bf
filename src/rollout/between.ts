// What must hold between two waves, in this order: nobody asked for a pause, the soak is over, the gate says yes. The
// budget was judged before.

import { setTimeout as sleep } from 'node:timers/promises';
import { askGate, type Gate } from './gate.js';
import type { Between } from './run-waves.js';
import type { Wave } from './waves.js';

/** Longest single sleep, in milliseconds: a timer cannot wait for ever. */
const NAP_MS = 86_400_000;

export interface BetweenOptions {
  readonly pause: boolean;
  /** In milliseconds, from the end of the wave. */
  readonly soakMs: number;
  readonly gate: Gate | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal | undefined;
  readonly now: () => number;
  /** @param until when it is over, in milliseconds since 1970; null where nobody knows */
  readonly onWait: (wave: Wave, what: 'soak' | 'gate', until: number | null) => void;
  /** @returns the path of the report so far, null where it could not be written */
  readonly writeReport: (soFar: Parameters<Between['ask']>[2]) => string | null;
}

export function createBetween(options: BetweenOptions): Between {
  const { pause, soakMs, gate, environment, signal, now, onWait, writeReport } = options;

  /** Ends early where the run is interrupted. */
  async function soak(until: number): Promise<void> {
    for (let left = until - now(); left > 0 && signal?.aborted !== true; left = until - now()) {
      await sleep(Math.min(left, NAP_MS), undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    async ask(wave, { finishedAt }, soFar) {
      const after = `wave ${wave.number} (${wave.name})`;
      // A run that paused here, or later, and goes on has done no target of this wave since.
      if (pause && wave.targets.length > 0)
        return { verdict: 'paused', message: `the run paused after ${after}, as --pause says` };
      const until = Date.parse(finishedAt ?? '') + soakMs;
      if (soakMs > 0 && until > now()) {
        onWait(wave, 'soak', until);
        await soak(until);
      }
      if (gate === null || signal?.aborted === true) return null;
      onWait(wave, 'gate', null);
      const report = writeReport(soFar);
      const answer =
        report === null
          ? 'the report could not be written for it'
          : await askGate(gate, { ...environment, FLOTILLA_REPORT: report }, signal);
      return answer === null
        ? null
        : { verdict: 'refused', message: `the gate after ${after} did not let the run go on: ${answer}` };
    },
  };
}
