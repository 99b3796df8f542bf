// What the last noted run of each suite came to: figures.json, from which the README's claim is made. A suite that is
// run alone replaces its own entry.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SUITES } from '../suites.js';
import type { SuiteResult } from './suite.js';

export const FIGURES = join(import.meta.dirname, '../figures.json');
const PACKAGE = join(import.meta.dirname, '../../../package.json');

export interface Figures {
  /** By the name of the suite, in the order in which they run. */
  readonly suites: Readonly<Record<string, Figure>>;
}

export interface Figure {
  /** What a point is called: `kill points`. */
  readonly unit: string;
  /** With the points of `--full`; false: with those of every test run. */
  readonly full: boolean;
  readonly points: number;
  readonly bad: number;
  /** Points that the machine could not do. */
  readonly skipped: number;
  readonly seed: number;
  /** Day of the run: `2026-11-21`. */
  readonly date: string;
  readonly seconds: number;
  /** Of the program. */
  readonly version: string;
}

export function readFigures(): Figures {
  if (!existsSync(FIGURES)) return { suites: {} };
  return JSON.parse(readFileSync(FIGURES, 'utf8')) as Figures;
}

export function noteFigures(
  { name, unit, count, bad, skipped, seed }: SuiteResult,
  { seconds, date, full }: { readonly seconds: number; readonly date: Date; readonly full: boolean },
): void {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { readonly version: string };
  const figure: Figure = {
    unit,
    full,
    points: count,
    bad: bad.length,
    skipped: skipped.length,
    seed,
    date: date.toISOString().slice(0, 10),
    seconds,
    version,
  };
  const { suites } = readFigures();
  const all = new Map(Object.entries({ ...suites, [name]: figure }));
  const ordered = SUITES.flatMap((suite) => {
    const known = all.get(suite.name);
    return known === undefined ? [] : [[suite.name, known] as const];
  });
  const text = JSON.stringify({ suites: Object.fromEntries(ordered) } satisfies Figures, null, 2);
  writeFileSync(`${FIGURES}.tmp`, `${text}\n`);
  renameSync(`${FIGURES}.tmp`, FIGURES);
}
