// SQLite's message that something is missing -> which thing. The only file that knows these sentences.

/** A table, index, view or trigger (`column` null), or a column, whose table may be unknown or an alias. */
export interface Missing {
  readonly object: string | null;
  readonly column: string | null;
  /** Written in double quotes where a string was meant, perhaps. */
  readonly quoted: boolean;
}

const PATTERNS: readonly (readonly [RegExp, (groups: readonly string[]) => Omit<Missing, 'quoted'>])[] = [
  [
    /^table (.+) has no column named (.+)$/s,
    ([, table, column]) => ({ object: table ?? null, column: column ?? null }),
  ],
  [
    /^no such (?:table|view|index|trigger): (.+)$/s,
    ([, name = '']) => ({ object: withoutSchema(name), column: null }),
  ],
  [/^no such column: (.+)$/s, ([, name = '']) => split(name)],
  [/^unknown column "(.+)" in foreign key definition$/s, ([, column = '']) => ({ object: null, column })],
  [/^cannot join using column (.+?) - /s, ([, column = '']) => ({ object: null, column })],
];

/** Where it is in a module, which is told behind SQLite's message. */
const LOCATION = / \(at .+\)$/s;
const SUGGESTION = / - should this be a string literal in single-quotes\?$/;

/** Null where SQLite complains of something else. */
export function missingIn(error: string): Missing | null {
  const said = error.replace(LOCATION, '');
  const bare = said.replace(SUGGESTION, '');
  for (const [pattern, read] of PATTERNS) {
    const found = pattern.exec(bare);
    if (found !== null) return { ...read(found), quoted: bare !== said };
  }
  return null;
}

function split(name: string): Omit<Missing, 'quoted'> {
  if (name.startsWith('"')) return { object: null, column: name.slice(1, -1).replaceAll('""', '"') };
  const parts = withoutSchema(name).split('.');
  const column = parts.pop() ?? name;
  return { object: parts.at(-1) ?? null, column };
}

const withoutSchema = (name: string): string => name.replace(/^(main|temp)\./i, '');
