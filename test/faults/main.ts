// `npm run test:faults`: runs suites of faults on the built program.
//
//   npm run test:faults                                    every suite, as many points as the tests run
//   npm run test:faults -- --full                          at least ten times as many; writes figures.json
//   npm run test:faults -- --suite kill [--seed 7] [--point NAME] [--dist DIRECTORY]

import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runSuite } from './harness/run-suite.js';
import type { SuiteResult } from './harness/suite.js';
import { SUITES, suiteNamed } from './suites.js';

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    suite: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
    point: { type: 'string' },
    dist: { type: 'string' },
    full: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const chosen = values.suite === undefined ? SUITES : values.suite.map(suiteNamed);
const results: SuiteResult[] = [];
for (const suite of chosen) {
  const started = Date.now();
  const result = await runSuite(suite, {
    seed,
    full: values.full,
    ...(values.point === undefined ? {} : { point: values.point }),
    ...(values.dist === undefined ? {} : { dist: resolve(values.dist) }),
    onPoint: (done, total) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${suite.name}: ${done} of ${total} `);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r');
  results.push(result);
  process.stdout.write(textOf(result, Date.now() - started));
}
if (values.full && values.suite === undefined) {
  const suites = results.map(({ name, unit, count, bad, skipped }) => ({
    name,
    unit,
    count,
    bad: bad.length,
    skipped: skipped.length,
  }));
  const figures = { command: 'npm run test:faults -- --full', seed, suites };
  writeFileSync(join(import.meta.dirname, 'figures.json'), `${JSON.stringify(figures, null, 2)}\n`);
}
process.exitCode = results.some(({ bad }) => bad.length > 0) ? 1 : 0;

function textOf({ name, unit, count, bad, skipped }: SuiteResult, milliseconds: number): string {
  const lines = [
    `${name}: ${count} ${unit}, seed ${seed}: ${bad.length} bad, ${skipped.length} skipped (${Math.round(milliseconds / 1000)} s)`,
    ...bad.flatMap(({ what, command }) => [...what.map((one) => `  bad: ${one}`), `       ${command}`]),
    ...skipped.map(({ point, why }) => `  skipped: ${point}: ${why}`),
  ];
  return `${lines.join('\n')}\n`;
}
