// One language of globs for the pattern that finds targets and for the words that select them: fast-glob's own.

import micromatch from 'micromatch';
import { FleetError } from '../model/errors.js';

/** As fast-glob calls it, and `.` matches line breaks too: a name may hold one. */
const OPTIONS: object = { posix: true, strictSlashes: false, flags: 's' };

/**
 * @returns whether a path, with `/` between its segments, matches the glob
 * @throws FleetError `usage` where the glob cannot be read
 */
export function compileGlob(glob: string): (path: string) => boolean {
  assertFew(glob);
  try {
    const expressions = micromatch
      .braces(glob, { expand: true, nodupes: true, keepEscaping: true })
      .map((expanded) => micromatch.makeRe(expanded, OPTIONS));
    return (path) => expressions.some((expression) => expression.test(path));
  } catch (cause) {
    throw globError(glob, cause);
  }
}

/** Globs that the braces of one may stand for: each costs time for every path. */
const EXPANSIONS_MAX = 5_000;

/**
 * Braces multiply, and the library would work on them until there is no memory left.
 * @throws FleetError `usage`
 */
function assertFew(glob: string): void {
  if (expansionsOf(glob) <= EXPANSIONS_MAX) return;
  throw globError(glob, new Error(`its braces stand for more than ${EXPANSIONS_MAX} globs`));
}

/** At least as many as there are: groups multiply, what is between the commas of one adds up. */
function expansionsOf(glob: string): number {
  /** Of each group that is open: the sum of what came before the last comma, and the product since. */
  const groups = [{ sum: 0, product: 1 }];
  let open = groups[0] ?? { sum: 0, product: 1 };
  for (const [token] of glob.matchAll(/\\.|\{-?\w+\.\.-?\w+(?:\.\.-?\d+)?\}|[{},]/gs)) {
    if (token === '{') groups.push((open = { sum: 0, product: 1 }));
    else if (token === ',' && groups.length > 1)
      open = replaceLast(groups, { sum: open.sum + open.product, product: 1 });
    else if (token === '}' && groups.length > 1) {
      const { sum, product } = open;
      groups.pop();
      const outer = groups.at(-1) ?? { sum: 0, product: 1 };
      open = replaceLast(groups, { ...outer, product: outer.product * (sum + product) });
    } else if (token.startsWith('{')) {
      open = replaceLast(groups, { ...open, product: open.product * rangeOf(token) });
    }
  }
  // One that is never closed is a letter like any other.
  return groups.reduce((all, { sum, product }) => all * (sum + product), 1);
}

function replaceLast<T>(list: T[], last: T): T {
  list[list.length - 1] = last;
  return last;
}

/** How many a range such as `{1..9}` or `{a..f}` stands for, whatever its step. */
function rangeOf(range: string): number {
  const [from = '', to = ''] = range.slice(1, -1).split('..');
  const distance = Math.abs(Number(to) - Number(from));
  return (
    (Number.isNaN(distance) ? Math.abs((to.codePointAt(0) ?? 0) - (from.codePointAt(0) ?? 0)) : distance) + 1
  );
}

/** The fault of a glob that the library refuses: too long, or braces that expand to too much. */
export function globError(glob: string, cause: unknown): FleetError {
  const shown = glob.length > 80 ? `${glob.slice(0, 80)}...` : glob;
  const said = cause instanceof Error ? cause.message : String(cause);
  return new FleetError('usage', `The glob ${JSON.stringify(shown)} cannot be read: ${said}`, {
    hint: 'write a shorter one; `*` stands for any name, `**` for any number of directories',
    cause,
  });
}
