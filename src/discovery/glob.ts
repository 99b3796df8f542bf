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
  try {
    const expressions = micromatch
      .braces(glob, { expand: true, nodupes: true, keepEscaping: true })
      .map((expanded) => micromatch.makeRe(expanded, OPTIONS));
    return (path) => expressions.some((expression) => expression.test(path));
  } catch (cause) {
    throw globError(glob, cause);
  }
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
