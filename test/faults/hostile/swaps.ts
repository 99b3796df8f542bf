// Another file takes the place of a target between the look at it and its opening, or right after it. In this process,
// because only here the moment can be chosen; the steps are those of the program.

import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Driver } from '../../../src/dialects/port.js';
import type { Outcome } from '../../../src/model/outcome.js';
import type { Base } from '../harness/bases.js';
import { putBase } from '../harness/bases.js';
import { targetAt, UPGRADE, type Inside } from '../harness/inside.js';

interface Swap {
  readonly name: string;
  readonly when: 'before' | 'after';
  /** @param outside a healthy database elsewhere */
  readonly swap: (target: string, outside: string) => void;
}

const SWAPS: readonly Swap[] = (['before', 'after'] as const).flatMap((when): readonly Swap[] => [
  { name: `${when}-opening-gone`, when, swap: (target) => rmSync(target) },
  {
    name: `${when}-opening-link-to-outside`,
    when,
    swap(target, outside) {
      renameSync(target, `${target}.away`);
      symlinkSync(outside, target);
    },
  },
  {
    name: `${when}-opening-another-file`,
    when,
    swap(target, outside) {
      copyFileSync(outside, `${target}.new`);
      renameSync(`${target}.new`, target);
    },
  },
  {
    name: `${when}-opening-a-directory`,
    when,
    swap(target) {
      renameSync(target, `${target}.away`);
      mkdirSync(target);
    },
  },
  {
    name: `${when}-opening-journal-is-a-link`,
    when,
    swap: (target, outside) => symlinkSync(outside, `${target}-journal`),
  },
  {
    name: `${when}-opening-journal-is-a-directory`,
    when,
    swap: (target) => mkdirSync(`${target}-journal`),
  },
]);

export const SWAP_NAMES = SWAPS.map(({ name }) => `swaps/${name}`);

/** @returns what is wrong */
export async function runSwap(
  name: string,
  directory: string,
  base: Base,
  inside: Inside,
): Promise<readonly string[]> {
  const found = SWAPS.find((one) => `swaps/${one.name}` === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  const { when, swap } = found;
  const data = join(directory, 'data');
  mkdirSync(data, { recursive: true });
  const path = join(data, 'project_1.db');
  const outside = join(directory, 'outside.db');
  putBase(base, path);
  putBase(base, outside);
  const before = readFileSync(outside);
  let opened = 0;
  const driver: Driver = {
    ...inside.driver,
    async open(target, options) {
      // The first opening alone; a later one asks how it ended.
      const first = opened++ === 0;
      if (first && when === 'before') swap(path, outside);
      const session = await inside.driver.open(target, options);
      if (first && when === 'after') swap(path, outside);
      return session;
    },
  };
  const outcome = await inside.apply(targetAt(path), UPGRADE, {
    backupDir: join(directory, 'backups'),
    driver,
  });
  const bad: string[] = [];
  if (!before.equals(readFileSync(outside))) bad.push('a file outside was changed');
  if (!isRefused(outcome)) bad.push(`it ended ${outcome.outcome}: ${JSON.stringify(outcome.failure)}`);
  return bad;
}

function isRefused({ outcome, failure }: Outcome): boolean {
  const codes = ['replaced', 'refusedPath', 'io', 'permission'];
  if (failure?.code === 'gone') return outcome === 'skipped';
  return outcome === 'failed' && failure !== null && codes.includes(failure.code);
}
