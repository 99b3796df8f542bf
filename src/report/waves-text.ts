// The waves of a run for people: a line each, how many of its targets were done, how many failed, and how it ended.

import type { RunReport } from '../model/report.js';
import type { WaveReport, WaveVerdict } from '../model/wave.js';
import { duration, number, section, table, type TextOptions } from './layout.js';
import { DONE } from './next-steps.js';

const WORDS: Record<WaveVerdict, string> = {
  passed: 'passed',
  exceeded: 'too many failed',
  refused: 'the gate said no',
  paused: 'paused',
  interrupted: 'interrupted',
  notStarted: 'not started',
  empty: 'has no target',
};

/** Null where no waves were asked for, and no budget. */
export function wavesText(
  { waves = [], command }: Pick<RunReport, 'waves' | 'command'>,
  options: TextOptions,
): string | null {
  if (waves.length === 0) return null;
  const isBounded = waves.some(({ maxFailures }) => maxFailures !== null);
  const done = DONE[command];
  const rows = waves.map((wave) => [
    wave.name,
    number(wave.planned),
    number(done.reduce((sum, kind) => sum + (wave[kind] ?? 0), 0)),
    number(undoneIn(wave)),
    ...(isBounded ? [wave.maxFailures === null ? 'all' : number(wave.maxFailures)] : []),
    took(wave),
    WORDS[wave.verdict],
  ]);
  const numbers = (title: string) => ({ title, numbers: true }) as const;
  const columns = [
    'Wave',
    numbers('Targets'),
    numbers(done.length === 1 ? capital(done.join()) : 'Done'),
    numbers('Failed'),
    ...(isBounded ? [numbers('May fail')] : []),
    numbers('Took'),
    'Verdict',
  ];
  return section('Waves', table(columns, rows, options), options);
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** What counts against the budget. */
function undoneIn({ failed, partial = 0, inDoubt = 0 }: WaveReport): number {
  return failed + partial + inDoubt;
}

function took({ startedAt, finishedAt }: WaveReport): string {
  return startedAt === null || finishedAt === null
    ? '-'
    : duration(Date.parse(finishedAt) - Date.parse(startedAt));
}
