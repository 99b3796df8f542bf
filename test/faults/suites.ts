// All suites, by name.

import type { Suite } from './harness/suite.js';
import { environment } from './suites/environment.js';
import { errors } from './suites/errors.js';
import { hostile } from './suites/hostile.js';
import { kill } from './suites/kill.js';
import { live } from './suites/live.js';
import { locks } from './suites/locks.js';
import { mutants } from './suites/mutants.js';
import { mutated } from './suites/mutated.js';
import { neighbour } from './suites/neighbour.js';
import { power } from './suites/power.js';
import { recovery } from './suites/recovery.js';
import { restore } from './suites/restore.js';
import { undo } from './suites/undo.js';
import { vfs } from './suites/vfs.js';

export const SUITES: readonly Suite[] = [
  kill,
  errors,
  power,
  live,
  mutated,
  hostile,
  vfs,
  recovery,
  locks,
  environment,
  undo,
  restore,
  neighbour,
  mutants,
];

export function suiteNamed(name: string): Suite {
  const found = SUITES.find((suite) => suite.name === name);
  if (found === undefined) {
    throw new Error(`there is no suite ${name}; there are: ${SUITES.map((suite) => suite.name).join(', ')}`);
  }
  return found;
}
