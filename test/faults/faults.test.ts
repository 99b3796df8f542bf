// The fault suites that are quick enough for every test run. All of them: `npm run test:faults`. A point that is bad
// prints the command that repeats it alone.

import { expect, test } from 'vitest';
import { runSuite } from './harness/run-suite.js';
import { suiteNamed } from './suites.js';

test.each([
  ['mutated', 3_000],
  ['hostile', 100],
])(
  'The suite %s of at least %i points loses nothing, and leaves nothing in between.',
  async (name, least) => {
    const { bad, skipped, count } = await runSuite(suiteNamed(name), { seed: 1, full: false });
    expect(bad).toEqual([]);
    expect(count + skipped.length).toBeGreaterThanOrEqual(least);
  },
  900_000,
);
