// Whether a search for a glob goes into a directory: for directories that it must not go into, and has to tell of.
// Apart from the matching of paths, because here only the beginning of a path is known.

import micromatch from 'micromatch';

/** @returns whether something below a directory could match; its path has `/` between segments, and is not empty */
export function compileEnters(glob: string): (directory: string) => boolean {
  const ways = micromatch
    .braces(glob, { expand: true, nodupes: true, keepEscaping: true })
    .map((way) => way.split('/').map(compileSegment));
  return (directory) => ways.some((way) => leads(way, directory.split('/')));
}

/** `any`: `**`, which stands for any number of segments. */
type Segment = 'any' | ((name: string) => boolean);

function compileSegment(segment: string): Segment {
  if (segment === '**') return 'any';
  const expression = micromatch.makeRe(segment, { posix: true, strictSlashes: false });
  return (name) => expression.test(name);
}

/** Whether the directory uses up the beginning of the way, and something of it is left for what is inside. */
function leads(way: readonly Segment[], directory: readonly string[]): boolean {
  const [segment, ...rest] = way;
  const [name, ...below] = directory;
  if (segment === undefined) return false;
  if (name === undefined) return true;
  if (segment !== 'any') return segment(name) && leads(rest, below);
  // Wildcards do not match names that start with a dot.
  return leads(rest, directory) || (!name.startsWith('.') && leads(way, below));
}
