// What a file's name says: version, words, form and dialect; and the order of files. The order is by number where
// versions are numbers, of any size, so that 10 comes after 9; never by locale.

export type Dialect = 'sqlite' | 'postgres';

export interface FileName {
  /** The text before the first `_`. */
  readonly version: string;
  /** The text after it, without endings. */
  readonly slug: string;
  readonly form: 'sql' | 'module';
  /** Null: the text is for every dialect. */
  readonly dialect: Dialect | null;
}

/** What to make of a file: a revision, nothing of ours (null), or a name that cannot be used and why. */
export type NameReading = FileName | { readonly message: string; readonly hint: string } | null;

const DIGITS = /^[0-9]+$/;
const RESERVED = new Set(['base', 'head', 'heads', 'auto', 'current']);

export function isNumeric(version: string): boolean {
  return DIGITS.test(version);
}

/** Why a text cannot be the id of a revision, or null. Ids stand in arguments such as `id+1`, `a:b` and `a,b`. */
export function idFault(id: string): string | null {
  if (RESERVED.has(id)) return `"${id}" is a word of revision arguments`;
  if (!/^[A-Za-z0-9][A-Za-z0-9_.]*$/.test(id)) return `"${id}" may have letters, digits, "." and "_" only`;
  return null;
}

/** Reads the name of one file of the migrations directory. Names are compared in lower case only for their endings. */
export function readFileName(name: string): NameReading {
  const ending = /\.(sql|ts|js|mjs)$/i.exec(name);
  if (ending === null || name.startsWith('.')) return null;
  const form = ending[1]?.toLowerCase() === 'sql' ? 'sql' : 'module';
  const stem = name.slice(0, ending.index);
  const special = form === 'sql' ? /\.(sqlite|postgres)$/i.exec(stem) : null;
  const dialect = (special?.[1]?.toLowerCase() ?? null) as Dialect | null;
  const base = special === null ? stem : stem.slice(0, special.index);
  const cut = base.indexOf('_');
  // Modules without a version are what revisions import; a number in front says that a revision was meant.
  if (form === 'module' && (base.includes('.') || (cut < 0 && !/^[0-9]/.test(base)))) return null;
  const example = `0001_${base.replace(/^[0-9]*[_.-]*/, '').replace(/[^A-Za-z0-9]+/g, '_') || 'create_tables'}`;
  const hint = `rename it to <version>_<words>, for example ${example}${ending[0]}, or move it out of the directory`;
  if (cut < 0) return { message: `The name ${name} has no "_" between version and words`, hint };
  const version = base.slice(0, cut);
  const slug = base.slice(cut + 1);
  if (version === '') return { message: `The name ${name} has no version before its first "_"`, hint };
  const fault = idFault(version);
  if (fault !== null) return { message: `The version in ${name} cannot be used: ${fault}`, hint };
  if (slug === '') return { message: `The name ${name} has no words after its version`, hint };
  if (slug.includes('.')) {
    return {
      message: `The name ${name} has "${slug.slice(slug.indexOf('.'))}" in its words`,
      hint: 'only .sqlite.sql and .postgres.sql have a meaning; both directions belong in one file, under `-- migrate:up` and `-- migrate:down`',
    };
  }
  return { version, slug, form, dialect };
}

/** What the name of a revision's file says; null where it is no such name. */
export function nameOfFile(path: string): FileName | null {
  const reading = readFileName(baseName(path));
  return reading === null || 'message' in reading ? null : reading;
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** Whether two versions are the same: by value where both are numbers, else by text. */
export function sameVersion(a: string, b: string): boolean {
  return isNumeric(a) && isNumeric(b) ? BigInt(a) === BigInt(b) : a === b;
}

/** File order: numeric versions first, by value; then by name, byte by byte. Takes names or paths. */
export function compareFiles(a: string, b: string): number {
  const [nameA, nameB] = [a, b].map(baseName);
  const [versionA, versionB] = [nameA, nameB].map((name) => name?.split('_', 1)[0] ?? '');
  const numericA = isNumeric(versionA ?? '');
  const numericB = isNumeric(versionB ?? '');
  if (numericA !== numericB) return numericA ? -1 : 1;
  if (numericA) {
    const difference = BigInt(versionA ?? '') - BigInt(versionB ?? '');
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return Buffer.compare(Buffer.from(nameA ?? ''), Buffer.from(nameB ?? ''));
}
