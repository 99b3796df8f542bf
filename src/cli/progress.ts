// Progress on standard error while the library works: a bar on a terminal, a line now and then elsewhere, a line a
// target where it is asked for. Apart from the result, which goes to standard output and is the same with or without
// it.

import { eventText, isUndone } from '../index.js';
import type { FleetEvent } from '../index.js';
import type { Output } from './output.js';

export interface Progress {
  onEvent(event: FleetEvent): void;
  /** Takes the bar off the screen; nothing is written afterwards. */
  stop(): void;
}

/** How much to tell: `bar` needs a terminal. */
export type ProgressKind = 'none' | 'sparse' | 'each' | 'bar';

/** @param now the clock, in milliseconds */
export async function createProgress(
  kind: ProgressKind,
  command: string,
  { output, now }: { output: Output; now: () => number },
): Promise<Progress> {
  switch (kind) {
    case 'none':
      return { onEvent: () => undefined, stop: () => undefined };
    case 'sparse':
      return sparse(command, output, now);
    case 'each':
      return each(output);
    case 'bar':
      return bar(command, output, now);
  }
}

function each(output: Output): Progress {
  return {
    onEvent(event) {
      const line = eventText(event);
      if (line !== null) output.write(`${line}\n`);
    },
    stop: () => undefined,
  };
}

const SPARSE_MS = 10_000;

/** For logs: short work is silent, long work says every ten seconds how far it is. */
function sparse(command: string, output: Output, now: () => number): Progress {
  const tally = createTally();
  let last = now();
  return {
    onEvent(event) {
      tally.count(event);
      if (now() - last < SPARSE_MS) return;
      last = now();
      output.write(`${command}: ${tally.done} of ${tally.planned} done, ${tally.failed} failed\n`);
    },
    stop: () => undefined,
  };
}

async function bar(command: string, output: Output, now: () => number): Promise<Progress> {
  // Only who looks at a terminal waits for it to be loaded.
  const { SingleBar } = await import('cli-progress');
  const drawn = new SingleBar({
    format: '{command} [{bar}] {percentage}%  {value}/{total}  {failed} failed  {rate}/s  {timeLeft} left',
    barsize: 20,
    clearOnComplete: true,
    hideCursor: true,
    // Signals are the program's own: the bar would otherwise answer them too.
    gracefulExit: false,
    stream: output.stream,
  });
  const tally = createTally();
  let started: number | null = null;
  return {
    onEvent(event) {
      tally.count(event);
      if (started === null) {
        started = now();
        drawn.start(tally.planned, tally.done, { command, failed: 0, rate: '-', timeLeft: '-' });
      }
      const rate = (tally.done * 1000) / Math.max(1, now() - started);
      const timeLeft = rate === 0 ? '-' : `${Math.ceil((tally.planned - tally.done) / rate)} s`;
      drawn.setTotal(tally.planned);
      drawn.update(tally.done, { failed: tally.failed, rate: rate.toFixed(rate < 10 ? 1 : 0), timeLeft });
    },
    stop() {
      if (started !== null) drawn.stop();
    },
  };
}

function createTally(): { done: number; failed: number; planned: number; count(event: FleetEvent): void } {
  return {
    done: 0,
    failed: 0,
    planned: 0,
    count(event) {
      switch (event.event) {
        case 'run':
          this.done = 0;
          this.planned = event.planned;
          return;
        case 'target':
          this.done += 1;
          if (isUndone(event.outcome)) this.failed += 1;
          return;
        case 'inspected':
          this.done = event.done;
          this.planned = event.planned;
          return;
        case 'retry':
        case 'problem':
        case 'summary':
          return;
      }
    },
  };
}
