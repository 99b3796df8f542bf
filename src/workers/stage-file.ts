// Which step a worker is at, for the supervisor to see while the worker is stuck inside SQLite and can send nothing. A
// file among the run's private copies and not a message: written over at every step for some microseconds, it is read
// only where a task takes long, so small targets pay next to nothing. Invariant: it is only told; nothing is decided by
// it, and what cannot be written or read is not told.

import { openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../model/events.js';

function stagePath(scratchDir: string, pid: number): string {
  return join(scratchDir, `stage-${pid}`);
}

/** @returns what a worker tells each stage; it is there for `readStage` before the step begins */
export function createStageWriter(scratchDir: string, pid: number): (stage: Stage) => void {
  /** Null where it cannot be written. */
  let file: number | null | undefined;
  return (stage) => {
    if (file === null) return;
    try {
      file ??= openSync(stagePath(scratchDir, pid), 'wx', 0o600);
      // What is left of a longer one comes after the end of the line.
      writeSync(file, `${JSON.stringify(stage)}\n`, 0);
    } catch {
      file = null;
    }
  };
}

/** The stage that a worker told last; null where there is none to read. */
export function readStage(scratchDir: string, pid: number): Stage | null {
  try {
    const [line = ''] = readFileSync(stagePath(scratchDir, pid), 'utf8').split('\n', 1);
    return JSON.parse(line) as Stage;
  } catch {
    return null;
  }
}
