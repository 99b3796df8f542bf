// Which version of SQLite brought what a schema may keep: an older one cannot read a schema that has it, and calls the
// file malformed. One table of data; versions are those of https://sqlite.org/changes.html. What leaves nothing in the
// schema (ALTER TABLE .. DROP COLUMN, RETURNING) does not matter here.

import { fold, tokensOf, unquote, type Token } from './sql-text.js';
import type { Index, Snapshot, Table, Trigger, View } from './snapshot.js';

/** Something of a schema that is read as a whole. */
export interface Part {
  /** In words: `table tasks`. */
  readonly name: string;
  readonly table?: Table;
  readonly isPartial?: boolean;
  readonly hasExpression?: boolean;
  readonly isView?: boolean;
  /** Of all expressions and queries in it. */
  readonly tokens: readonly Token[];
}

export interface Feature {
  readonly since: string;
  /** What it is, in words. */
  readonly words: string;
  readonly isIn: (part: Part) => boolean;
}

/** Functions by the version that brought them. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  '3.8.1': 'likelihood likely unlikely',
  '3.8.3': 'printf',
  '3.9.0':
    'json json_array json_array_length json_each json_extract json_insert json_object json_remove json_replace json_set json_tree json_type json_valid',
  '3.10.0': 'json_group_array json_group_object',
  '3.14.0': 'json_quote',
  '3.18.0': 'json_patch',
  '3.32.0': 'iif',
  '3.34.0': 'substring',
  '3.35.0':
    'acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power radians sign sin sinh sqrt tan tanh trunc',
  '3.38.0': 'format unixepoch',
  '3.41.0': 'unhex',
  '3.42.0': 'json_error_position',
  '3.43.0': 'octet_length timediff',
  '3.44.0': 'concat concat_ws string_agg',
  '3.45.0':
    'jsonb jsonb_array jsonb_extract jsonb_group_array jsonb_group_object jsonb_insert jsonb_object jsonb_patch jsonb_remove jsonb_replace jsonb_set',
  '3.46.0': 'json_pretty',
  '3.48.0': 'if',
  '3.50.0': 'unistr unistr_quote',
};

const SYNTAX: readonly Feature[] = [
  table('3.8.2', 'WITHOUT ROWID', ({ withoutRowid }) => withoutRowid),
  table('3.31.0', 'generated columns', ({ columns }) => columns.some(({ generated }) => generated !== null)),
  table('3.37.0', 'STRICT', ({ strict }) => strict),
  virtual('3.9.0', 'FTS5', 'fts5', () => true),
  virtual('3.25.0', 'Geopoly', 'geopoly', () => true),
  virtual('3.24.0', 'auxiliary columns of an R-Tree', 'rtree', (tokens) =>
    tokens.some(({ kind }) => kind === 'PLUS'),
  ),
  virtual('3.34.0', 'the trigram tokenizer', 'fts5', (tokens) => mentions(tokens, 'trigram')),
  virtual('3.43.0', 'contentless_delete', 'fts5', (tokens) => mentions(tokens, 'contentless_delete')),
  virtual('3.47.0', 'contentless_unindexed', 'fts5', (tokens) => mentions(tokens, 'contentless_unindexed')),
  { since: '3.8.0', words: 'WHERE in an index', isIn: ({ isPartial }) => isPartial === true },
  { since: '3.9.0', words: 'an expression in an index', isIn: ({ hasExpression }) => hasExpression === true },
  {
    since: '3.9.0',
    words: 'the columns of a view in parentheses',
    isIn: ({ isView, tokens }) => isView === true && tokens[0]?.kind === 'LP',
  },
  written('3.8.3', 'WITH', ['WITH']),
  {
    since: '3.8.6',
    words: 'numbers in hexadecimal',
    isIn: ({ tokens }) => tokens.some(({ kind, text }) => kind === 'INTEGER' && /^0x/i.test(text)),
  },
  {
    since: '3.15.0',
    words: 'row values',
    isIn: ({ tokens }) => tokens.some((token, i) => COMPARING.has(token.kind) && isRowValue(tokens, i - 1)),
  },
  {
    since: '3.16.0',
    words: 'pragmas as functions',
    isIn: ({ tokens }) => calls(tokens).some((name) => name.startsWith('pragma_')),
  },
  {
    since: '3.23.0',
    words: 'TRUE and FALSE',
    isIn: ({ tokens }) => tokens.some(({ kind, text }) => kind === 'ID' && /^(true|false)$/i.test(text)),
  },
  written('3.24.0', 'ON CONFLICT .. DO', ['ON', 'CONFLICT'], (tokens, i) => {
    const end = tokens[i + 2]?.kind === 'LP' ? closing(tokens, i + 2) + 1 : i + 2;
    const where =
      tokens[end]?.kind === 'WHERE' ? tokens.findIndex(({ kind }, at) => at > end && kind === 'DO') : end;
    return tokens[where]?.kind === 'DO';
  }),
  written(
    '3.25.0',
    'window functions',
    ['OVER'],
    (tokens, i) => tokens[i - 1]?.kind === 'RP' || isFilter(tokens, i),
  ),
  written('3.28.0', 'GROUPS and EXCLUDE in windows', ['GROUPS'], (tokens, i) =>
    ['BETWEEN', 'UNBOUNDED', 'CURRENT', 'INTEGER'].includes(tokens[i + 1]?.kind ?? ''),
  ),
  written('3.28.0', 'GROUPS and EXCLUDE in windows', ['EXCLUDE'], (tokens, i) =>
    ['NO', 'CURRENT', 'GROUP', 'TIES'].includes(tokens[i + 1]?.kind ?? ''),
  ),
  written('3.30.0', 'NULLS FIRST and NULLS LAST', ['NULLS', 'FIRST']),
  written('3.30.0', 'NULLS FIRST and NULLS LAST', ['NULLS', 'LAST']),
  written('3.30.0', 'FILTER of an aggregate', ['FILTER', 'LP', 'WHERE']),
  { since: '3.33.0', words: 'UPDATE .. FROM', isIn: ({ tokens }) => hasUpdateFrom(tokens) },
  written('3.35.0', 'MATERIALIZED', ['MATERIALIZED', 'LP']),
  written('3.38.0', 'the operators -> and ->>', ['PTR']),
  written('3.39.0', 'IS DISTINCT FROM', ['IS', 'DISTINCT', 'FROM']),
  written('3.39.0', 'IS DISTINCT FROM', ['IS', 'NOT', 'DISTINCT', 'FROM']),
  {
    since: '3.39.0',
    words: 'RIGHT and FULL JOIN',
    isIn: ({ tokens }) =>
      tokens.some(
        ({ kind, text }, i) => kind === 'JOIN_KW' && /^(right|full)$/i.test(text) && isJoin(tokens, i + 1),
      ),
  },
  { since: '3.44.0', words: 'ORDER BY within an aggregate', isIn: ({ tokens }) => hasOrderInCall(tokens) },
  {
    since: '3.46.0',
    words: 'digits with underscores',
    isIn: ({ tokens }) => tokens.some(({ text }) => /^\d[\d.]*_/.test(text)),
  },
  written('3.47.0', 'an expression as the message of RAISE', ['RAISE', 'LP'], (tokens, i) => {
    const message = tokens.slice(i + 4, closing(tokens, i + 1));
    return message.length > 1;
  }),
];

export const FEATURES: readonly Feature[] = [
  ...SYNTAX,
  ...Object.entries(FUNCTIONS).flatMap(([since, names]) =>
    names.split(' ').map((name): Feature => ({
      since,
      words: `the function ${name}()`,
      isIn: ({ tokens }) => calls(tokens).includes(name),
    })),
  ),
];

/** Everything of a structure that an older SQLite might not read; equal parts of two structures are one part. */
export function partsOf({ tables, indexes, views, triggers }: Snapshot): readonly Part[] {
  return [
    ...tables.map((each) => once(each, tablePart)),
    ...indexes.map((each) => once(each, indexPart)),
    ...views.map((each) => once(each, viewPart)),
    ...triggers.map((each) => once(each, triggerPart)),
  ];
}

const partOf = new WeakMap<object, Part>();

function once<T extends object>(each: T, make: (each: T) => Part): Part {
  const part = partOf.get(each) ?? make(each);
  partOf.set(each, part);
  return part;
}

function tablePart(table: Table): Part {
  const { columns, checks, definition } = table;
  const texts = [
    ...columns.flatMap((column) => [column.generated?.expression.text, column.default?.text]),
    ...checks.map(({ expression }) => expression.text),
    table.virtual ? undefined : definition?.text,
  ];
  return { name: `table ${table.name}`, table, tokens: texts.flatMap((text) => apart(text ?? '')) };
}

function indexPart({ name, columns, where }: Index): Part {
  return {
    name: `index ${name}`,
    isPartial: where !== null,
    hasExpression: columns.some(({ column }) => column === null),
    tokens: [...columns.map(({ key }) => key.text), where?.text ?? ''].flatMap(apart),
  };
}

function viewPart({ name, definition }: View): Part {
  return { name: `view ${name}`, isView: true, tokens: tokensOf(definition.text) };
}

function triggerPart({ name, definition }: Trigger): Part {
  return { name: `trigger ${name}`, tokens: tokensOf(definition.text) };
}

/** Whether one version is before another; each as text of up to four numbers. */
export function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 4; i++) {
    const [x, y] = [a?.[i] ?? 0, b?.[i] ?? 0];
    if (x !== y) return x < y;
  }
  return false;
}

function table(since: string, words: string, isIn: (table: Table) => boolean): Feature {
  return { since, words, isIn: ({ table: found }) => found !== undefined && isIn(found) };
}

function virtual(
  since: string,
  words: string,
  module: string,
  isIn: (tokens: readonly Token[]) => boolean,
): Feature {
  return table(since, words, (found) => {
    if (!found.virtual) return false;
    const tokens = tokensOf(found.definition?.text ?? '');
    return tokens[0]?.kind === 'USING' && isWord(tokens[1], module) && isIn(tokens);
  });
}

/** @param isMeant whether the run of tokens that begins there is it; default: wherever it is */
function written(
  since: string,
  words: string,
  kinds: readonly string[],
  isMeant: (tokens: readonly Token[], at: number) => boolean = () => true,
): Feature {
  const isThere = (tokens: readonly Token[], at: number): boolean =>
    kinds.every((kind, i) => tokens[at + i]?.kind === kind) && isMeant(tokens, at);
  return { since, words, isIn: ({ tokens }) => tokens.some((_, at) => isThere(tokens, at)) };
}

/** Tokens of a piece, with one behind them that nothing goes on over. */
function apart(text: string): readonly Token[] {
  return [...tokensOf(text), SEPARATOR];
}

const SEPARATOR: Token = { kind: 'SEMI', text: ';', canonical: ';', spaced: true };

const isWord = (token: Token | undefined, word: string): boolean =>
  token !== undefined && fold(unquote(token.text)) === word;

/** In an argument of a module, which may be one string of several words. */
const mentions = (tokens: readonly Token[], word: string): boolean =>
  tokens.some(({ text }) =>
    fold(unquote(text))
      .split(/[^a-z_]+/)
      .includes(word),
  );

/** Where the parenthesis that opens there ends. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]?.kind === 'LP') depth += 1;
    if (tokens[i]?.kind === 'RP' && --depth === 0) return i;
  }
  return tokens.length;
}

/** What a name before a parenthesis is where it is no call: a table with its columns. */
const NO_CALL = new Set(['INTO', 'REFERENCES', 'TABLE', 'DOT', 'ON', 'WITH', 'RECURSIVE']);
const callsOf = new WeakMap<readonly Token[], readonly string[]>();

/** The functions that are called, by their names. */
function calls(tokens: readonly Token[]): readonly string[] {
  const known = callsOf.get(tokens);
  if (known !== undefined) return known;
  const found = tokens.flatMap(({ text }, i) => {
    if (tokens[i + 1]?.kind !== 'LP' || !/^["`[\w]/.test(text)) return [];
    if (NO_CALL.has(tokens[i - 1]?.kind ?? '')) return [];
    const end = closing(tokens, i + 1);
    // A table of WITH.
    if (tokens[end + 1]?.kind === 'AS' && /^(LP|NOT|MATERIALIZED)$/.test(tokens[end + 2]?.kind ?? ''))
      return [];
    return [fold(unquote(text))];
  });
  callsOf.set(tokens, found);
  return found;
}

function isFilter(tokens: readonly Token[], at: number): boolean {
  return tokens[at + 1]?.kind === 'LP' && tokens[at - 1]?.kind === 'RP';
}

function isJoin(tokens: readonly Token[], at: number): boolean {
  const isOuter = tokens[at]?.kind === 'JOIN_KW';
  return tokens[isOuter ? at + 1 : at]?.kind === 'JOIN';
}

const COMPARING = new Set(['EQ', 'NE', 'LT', 'LE', 'GT', 'GE', 'IN', 'BETWEEN']);

/** Whether `(a, b)`, which is no list of parameters, ends there. */
function isRowValue(tokens: readonly Token[], end: number): boolean {
  if (tokens[end]?.kind !== 'RP') return false;
  let depth = 0;
  let commas = 0;
  for (let i = end; i >= 0; i--) {
    const kind = tokens[i]?.kind;
    if (kind === 'RP') depth += 1;
    if (kind === 'COMMA' && depth === 1) commas += 1;
    if (kind === 'SELECT' && depth === 1) return false;
    if (kind === 'LP' && --depth === 0) {
      const before = tokens[i - 1]?.kind ?? '';
      return commas > 0 && before !== 'ID' && before !== 'IN' && before !== 'JOIN_KW' && before !== 'LIKE_KW';
    }
  }
  return false;
}

/** FROM of an UPDATE itself, not of a query within it. */
function hasUpdateFrom(tokens: readonly Token[]): boolean {
  return tokens.some((token, at) => {
    if (token.kind !== 'SET') return false;
    let depth = 0;
    for (const { kind } of tokens.slice(at)) {
      if (kind === 'LP') depth += 1;
      if (kind === 'RP') depth -= 1;
      if (depth < 0 || (depth === 0 && (kind === 'SEMI' || kind === 'WHERE'))) return false;
      if (kind === 'FROM' && depth === 0) return true;
    }
    return false;
  });
}

function hasOrderInCall(tokens: readonly Token[]): boolean {
  return tokens.some(({ kind }, open) => {
    if (kind !== 'LP' || tokens[open - 1]?.kind !== 'ID') return false;
    let depth = 0;
    for (const token of tokens.slice(open, closing(tokens, open))) {
      if (token.kind === 'LP') depth += 1;
      if (token.kind === 'RP') depth -= 1;
      if (depth === 1 && (token.kind === 'SELECT' || token.kind === 'PARTITION')) return false;
      if (depth === 1 && token.kind === 'ORDER') return true;
    }
    return false;
  });
}
