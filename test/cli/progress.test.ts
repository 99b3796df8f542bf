import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { createProgress } from '../../src/cli/progress.js';
import type { ProgressKind } from '../../src/cli/progress.js';
import type { FleetEvent } from '../../src/index.js';
import { failed, outcome } from '../report/samples.js';

const ofRun = { runId: 'r', at: '2026-11-20T10:15:00.000Z' };
const run: FleetEvent = {
  ...ofRun,
  event: 'run',
  command: 'upgrade',
  dryRun: false,
  planned: 3,
  startedAt: '2026-11-20T10:15:00.000Z',
};
const done: FleetEvent = { ...ofRun, event: 'target', ...outcome('a', 'upgraded') };
const bad: FleetEvent = { ...ofRun, event: 'target', ...failed('b', 'busy', 'it is held locked') };

/** Feeds events at the given times (in milliseconds), and gives back what was written. */
async function written(
  kind: ProgressKind,
  events: readonly (readonly [at: number, event: FleetEvent])[],
): Promise<string> {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  let time = 0;
  const output = { stream, isTerminal: true, columns: 80, write: (text: string) => stream.write(text) };
  const progress = await createProgress(kind, 'upgrade', { output, now: () => time });
  for (const [at, event] of events) {
    time = at;
    progress.onEvent(event);
  }
  progress.stop();
  return String(stream.read() ?? '');
}

describe('createProgress', () => {
  test('says nothing where nothing was asked for', async () => {
    expect(
      await written('none', [
        [0, run],
        [60_000, done],
      ]),
    ).toBe('');
  });

  test('in a log: silent for ten seconds, then a line now and then', async () => {
    const lines = await written('sparse', [
      [0, run],
      [9_000, done],
      [11_000, bad],
      [12_000, done],
    ]);
    expect(lines).toBe('upgrade: 2 of 3 done, 1 failed, 0.2/s, 11 s, 6 s left\n');
  });

  test('tells of each target and of waits, where that was asked for', async () => {
    const wait: FleetEvent = { ...ofRun, event: 'retry', id: 'b', message: 'it is held locked' };
    expect(
      await written('each', [
        [0, run],
        [1, done],
        [2, wait],
        [3, bad],
      ]),
    ).toBe(
      [
        'run r: upgrade of 3 targets',
        'a: upgraded 0001 -> 0004, 12 ms',
        'b: again later: it is held locked',
        'b: failed, 12 ms: busy (execute): it is held locked',
        '',
      ].join('\n'),
    );
  });

  test('draws a bar with done, failed, rate and time left, and takes it away', async () => {
    const bar = await written('bar', [
      [0, run],
      [1_000, done],
      [2_000, bad],
    ]);
    expect(bar).toContain('upgrade [=======---] 66%  2 of 3 done, 1 failed, 1.0/s, 2 s, 1 s left');
    // The last thing it does is to clear its line.
    expect(bar.endsWith('\u001b[2K')).toBe(true);
  });

  test('counts a look at the fleet as it says how far it is', async () => {
    const inspected = (n: number): FleetEvent => ({ event: 'inspected', done: n, planned: 1000 });
    expect(
      await written('sparse', [
        [0, inspected(64)],
        [20_000, inspected(640)],
      ]),
    ).toBe('upgrade: 640 of 1000 done, 0 failed, 32/s, 20 s, 12 s left\n');
  });

  test('counts no target that a stopped run never started', async () => {
    const { failure, ...rest } = failed('c', 'interrupted', 'the run was interrupted');
    const left: FleetEvent = { ...ofRun, event: 'target', ...rest, failure, outcome: 'skipped' };
    expect(
      await written('sparse', [
        [0, run],
        [9_000, done],
        [10_000, left],
      ]),
    ).toBe('upgrade: 1 of 3 done, 0 failed, 0.1/s, 10 s, 20 s left\n');
  });

  test.each(['sparse', 'bar'] as const)(
    'goes on telling while nothing ends, and before a target is found (%s)',
    async (kind) => {
      vi.useFakeTimers();
      try {
        const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
        const output = { stream, isTerminal: true, columns: 80, write: (text: string) => stream.write(text) };
        const progress = await createProgress(kind, 'upgrade', { output, now: Date.now });
        vi.advanceTimersByTime(10_000);
        expect(String(stream.read())).toContain('finding targets, reading revisions, 10 s');
        progress.onEvent(run);
        vi.advanceTimersByTime(10_000);
        expect(String(stream.read())).toContain('0 of 3 done, 0 failed, 0.0/s, 20 s, - left');
        progress.stop();
        stream.read();
        vi.advanceTimersByTime(60_000);
        expect(stream.read()).toBeNull();
      } finally {
        vi.useRealTimers();
      }
    },
  );

  test('tells the stage of a target that takes long, and on a terminal within its width', async () => {
    const id = `clients/${'a'.repeat(60)}`;
    const stage: FleetEvent = { ...ofRun, event: 'stage', id, step: 'execute', revision: '0003' };
    const next: FleetEvent = { ...ofRun, event: 'stage', id, step: 'verify' };
    const end: FleetEvent = { ...ofRun, event: 'target', ...outcome(id, 'upgraded') };
    const told = [
      [0, run],
      [11_000, stage],
      [22_000, next],
      [33_000, end],
    ] as const;
    expect(await written('sparse', told)).toBe(
      [
        `upgrade: 0 of 3 done, 0 failed, 0.0/s, 11 s, - left; running revision 0003 on ${id}`,
        `upgrade: 0 of 3 done, 0 failed, 0.0/s, 22 s, - left; verifying ${id}`,
        'upgrade: 1 of 3 done, 0 failed, 0.0/s, 33 s, 66 s left',
        '',
      ].join('\n'),
    );
    const bar = await written('bar', told.slice(0, 2));
    expect(bar).toContain('0%  0 of 3 done, 0 failed, 11 s, running revision 0003 on ');

    const drawn = bar.split(/\u001b(?:\[[0-9;?]*[A-Za-z]|[78])|[\r\n]/).map((text) => text.length);
    expect(Math.max(...drawn)).toBe(80);
  });

  test('hides no cursor, which would stay hidden where the process is killed', async () => {
    expect(await written('bar', [[0, run]])).not.toContain('\u001b[?25l');
  });
});
