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

/** How often it is looked whether there is something to say, though nothing happened. */
const BEAT_MS = 1_000;
const SPARSE_MS = 10_000;

/** For logs: short work is silent, long work says every ten seconds how far it is, whether or not something ended. */
function sparse(command: string, output: Output, now: () => number): Progress {
  const tally = createTally(now);
  let last = now();
  const tellIfDue = () => {
    if (now() - last < SPARSE_MS) return;
    last = now();
    output.write(`${command}: ${tally.words('wide')}\n`);
  };
  const beat = setInterval(tellIfDue, BEAT_MS).unref();
  return {
    onEvent(event) {
      tally.count(event);
      // What is waited for is told at once: nothing else happens meanwhile.
      if (event.event === 'between') last = -Infinity;
      tellIfDue();
    },
    stop() {
      clearInterval(beat);
    },
  };
}

async function bar(command: string, output: Output, now: () => number): Promise<Progress> {
  // Only who looks at a terminal waits for it to be loaded.
  const { SingleBar } = await import('cli-progress');
  const drawn = new SingleBar({
    format: '{command} [{bar}] {percentage}%  {words}',
    barsize: 10,
    clearOnComplete: true,
    // Whatever ends the process, a hidden cursor would stay hidden.
    hideCursor: false,
    // It is cut to the width of the terminal by itself, whatever the terminal does with longer ones.
    linewrap: true,
    // Signals are the program's own: the bar would otherwise answer them too.
    gracefulExit: false,
    stream: output.stream,
  });
  const tally = createTally(now);
  let isDrawn = false;
  const draw = () => {
    const words = tally.words('narrow');
    // Of nothing, all is done at once.
    const total = Math.max(1, tally.planned);
    if (isDrawn) {
      drawn.setTotal(total);
      drawn.update(tally.done, { words });
    } else drawn.start(total, tally.done, { command, words });
    isDrawn = true;
  };
  const beat = setInterval(draw, BEAT_MS).unref();
  return {
    onEvent(event) {
      tally.count(event);
      draw();
    },
    stop() {
      clearInterval(beat);
      if (isDrawn) drawn.stop();
    },
  };
}

interface Tally {
  readonly done: number;
  readonly planned: number;
  count(event: FleetEvent): void;
  /**
   * How far it is, and since when; that time goes on shows that the work does.
   * @param room `narrow`: where a target takes long, its stage is told in place of rate and time left
   */
  words(room: 'narrow' | 'wide'): string;
}

/** The same facts for the bar and for lines. */
function createTally(now: () => number): Tally {
  const began = now();
  let [done, failed, planned] = [0, 0, 0];
  /** When what is counted began. */
  let since: number | null = null;
  /** The wave at work, and what is waited for after it. */
  let wave = '';
  let wait: (() => string) | null = null;
  /** What is told of the targets that take long, by id; the one that has for longest is first. */
  const stages = new Map<string, string>();
  return {
    get done() {
      return done;
    },
    get planned() {
      return planned;
    },
    count(event) {
      switch (event.event) {
        case 'run':
          [done, planned, since] = [0, event.planned, now()];
          return;
        case 'stage':
          stages.set(event.id, eventText(event) ?? '');
          return;
        case 'target':
          stages.delete(event.id);
          if (wasNeverStarted(event)) return;
          done += 1;
          if (isUndone(event.outcome)) failed += 1;
          return;
        case 'inspected':
          since ??= now();
          [done, planned] = [event.done, event.planned];
          return;
        case 'waveBegin':
          wave = event.of === 1 ? '' : `wave ${event.number} of ${event.of} (${event.name}): `;
          wait = null;
          return;
        case 'between':
          wait = waitWords(event, now);
          return;
        case 'retry':
          stages.delete(event.id);
          return;
        case 'wave':
        case 'problem':
        case 'warning':
        case 'summary':
          return;
      }
    },
    words(room) {
      const elapsed = `${Math.round((now() - began) / 1000)} s`;
      if (wait !== null) return `${wave}${wait()}, ${done} of ${planned} done, ${failed} failed, ${elapsed}`;
      if (since === null) return `finding targets, reading revisions, ${elapsed}`;
      const rate = (done * 1000) / Math.max(1, now() - since);
      const left = rate === 0 ? '-' : `${Math.ceil((planned - done) / rate)} s`;
      const speed = `${rate.toFixed(rate < 10 ? 1 : 0)}/s`;
      const [stage] = stages.values();
      if (stage !== undefined && room === 'narrow') {
        return `${wave}${done} of ${planned} done, ${failed} failed, ${elapsed}, ${stage}`;
      }
      const whole = `${wave}${done} of ${planned} done, ${failed} failed, ${speed}, ${elapsed}, ${left} left`;
      return stage === undefined ? whole : `${whole}; ${stage}`;
    },
  };
}

/** What a run waits for between two waves, and how long still. */
function waitWords(
  { what, until }: Extract<FleetEvent, { event: 'between' }>,
  now: () => number,
): () => string {
  if (what === 'gate' || until === null) return () => 'the gate is asked';
  const end = Date.parse(until);
  return () => `soaking, ${Math.max(0, Math.ceil((end - now()) / 1000))} s left`;
}

/** A run that stops gives an outcome to those that are left, too. */
function wasNeverStarted({ outcome, failure }: Extract<FleetEvent, { event: 'target' }>): boolean {
  return outcome === 'skipped' && (failure?.code === 'interrupted' || failure?.code === 'stopped');
}
