// What the options of a run say of its waves, and of what stands between them: checked before anything is looked at.

import { createBetween } from '../rollout/between.js';
import { wordsOf, type Gate } from '../rollout/gate.js';
import type { Between, Waved } from '../rollout/run-waves.js';
import { wavesOf, type WaveOptions } from '../rollout/waves.js';
import { CHANGE_SETTINGS, type ROLLOUT_SETTINGS, type SettingsOf } from '../model/settings.js';
import type { RunEvent } from '../model/events.js';
import type { Context } from './context.js';
import type { RunRecord } from './run-record.js';

export type RolloutOptions = SettingsOf<typeof ROLLOUT_SETTINGS>;

const GATE_MS = 60_000;

export interface Rules {
  readonly pause: boolean;
  readonly soakMs: number;
  readonly gate: Gate | null;
  /** Whether waves were asked for, or how many targets may fail: documents tell of waves. */
  readonly isWaved: boolean;
  /** Options that say what happens between waves, where there is one wave alone. */
  readonly idle: readonly string[];
}

/** @throws FleetError `usage` for waves or a gate that make no sense */
export function rulesOf(context: Pick<Context, 'waves'>, options: RolloutOptions): Rules {
  const { waves, maxFailures, soak = CHANGE_SETTINGS.soak.default, gate, gateTimeout = GATE_MS } = options;
  const { pause = CHANGE_SETTINGS.pause.default } = options;
  wavesOf([], waveOptionsOf(options), context.waves);
  const between = { '--pause': pause, '--soak': soak > 0, '--gate': gate !== undefined };
  return {
    pause,
    soakMs: soak,
    gate: gate === undefined ? null : { words: wordsOf(gate), timeoutMs: gateTimeout },
    isWaved: waves !== undefined || maxFailures !== undefined,
    idle: waves === undefined ? Object.entries(between).flatMap(([flag, is]) => (is ? [flag] : [])) : [],
  };
}

export function waveOptionsOf({ waves, maxFailures, order }: WaveOptions): WaveOptions {
  return {
    ...(waves === undefined ? {} : { waves }),
    ...(maxFailures === undefined ? {} : { maxFailures }),
    ...(order === undefined ? {} : { order }),
  };
}

/** Told, because somebody may rely on it. */
export function idleText(flag: string): RunEvent {
  return {
    event: 'problem',
    message: `${flag} does nothing: this run has a single wave`,
    hint: 'say what the waves are, as in --waves 1,10%,rest',
  };
}

/** @param writeReport @returns the path of the report so far */
export function betweenOf(
  { pause, soakMs, gate }: Rules,
  { environment, now }: Pick<Context, 'environment' | 'now'>,
  {
    signal,
    record,
    writeReport,
  }: {
    readonly signal: AbortSignal | undefined;
    readonly record: RunRecord;
    readonly writeReport: (soFar: Waved) => string | null;
  },
): Between {
  const onWait: RunRecord['onWait'] = (...wait) => {
    record.onWait(...wait);
  };
  return createBetween({ pause, soakMs, gate, environment, signal, now, onWait, writeReport });
}
