// `npm run test:faults`: runs suites of faults on the built program.
//
//   npm run test:faults                            every suite, as many points as the tests run
//   npm run test:faults -- --full                  ten times as many or more; what they came to goes to figures.json
//   npm run test:faults -- --note                  as many points as the tests run, and into figures.json all the same
//   npm run test:faults -- --suite kill [--seed 7] [--point NAME] [--only BEGINNING] [--size N] [--root DIRECTORY]
//
// Suites can be run one at a time: each puts its own figures in the file, and leaves those of the others.

import { resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { noteFigures } from './harness/figures.js';
import { runSuite } from './harness/run-suite.js';
import type { SuiteResult } from './harness/suite.js';
import { SUITES, suiteNamed } from './suites.js';

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    suite: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
    point: { type: 'string' },
    only: { type: 'string' },
    size: { type: 'string' },
    root: { type: 'string' },
    full: { type: 'boolean', default: false },
    note: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const chosen = values.suite === undefined ? SUITES : values.suite.map(suiteNamed);
/** Only the whole of a suite, on the program as it is, is a figure to be told. */
const isTold =
  (values.full || values.note) &&
  [values.point, values.only, values.size, values.root].every((one) => one === undefined);
for (const suite of chosen) {
  const started = Date.now();
  const result = await runSuite(suite, {
    seed,
    full: values.full,
    ...(values.point === undefined ? {} : { point: values.point }),
    ...(values.only === undefined ? {} : { only: values.only }),
    ...(values.size === undefined ? {} : { size: Number(values.size) }),
    ...(values.root === undefined ? {} : { root: resolve(values.root) }),
    onPoint: (done, total) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${suite.name}: ${done} of ${total} `);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r');
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stdout.write(textOf(result, seconds));
  if (isTold) noteFigures(result, { seconds, date: new Date(started), full: values.full });
  if (result.bad.length > 0) process.exitCode = 1;
}

function textOf({ name, unit, count, bad, skipped }: SuiteResult, seconds: number): string {
  const lines = [
    `${name}: ${count} ${unit}, seed ${seed}: ${bad.length} bad, ${skipped.length} skipped (${seconds} s)`,
    ...bad.flatMap(({ what, command }) => [...what.map((one) => `  bad: ${one}`), `       ${command}`]),
    ...skipped.map(({ point, why }) => `  skipped: ${point}: ${why}`),
  ];
  return `${lines.join('\n')}\n`;
}
