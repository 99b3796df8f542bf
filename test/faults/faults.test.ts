// Every suite of faults, with as many points as each change of the program has to pass. A point that is bad prints the
// command that repeats it alone; what this machine cannot do is told as skipped.

import { expect, test } from 'vitest';
import { runSuite } from './harness/run-suite.js';
import { SUITES } from './suites.js';

/** No suite takes as long on any machine, in milliseconds. */
const PATIENCE_MS = 1_800_000;

test.each(SUITES)(
  '$name: $standard $unit and none bad.',
  async (suite) => {
    const { bad, skipped, count } = await runSuite(suite, { seed: 1, full: false });
    for (const { point, why } of skipped) console.log(`${suite.name}: skipped ${point}: ${why}`);
    expect(bad).toEqual([]);
    const isSkipped = skipped.some(({ point }) => point === 'all');
    if (!isSkipped) expect(count + skipped.length).toBeGreaterThanOrEqual(suite.standard);
  },
  PATIENCE_MS,
);
