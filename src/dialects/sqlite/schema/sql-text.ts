// Pieces of SQL in two forms: as written, to show and to run; and as a canonical stream of tokens, to compare.
// Apart from the snapshot because everything that compares SQL text must do it by these rules and no others.
// Invariant: two texts have one canonical form only if SQLite reads them as the same tokens and names.

import { parseStmt, tokenize, tokenName } from 'sqlite3-parser';

/** A piece of SQL. */
export interface SqlText {
  /** As written, without comments and with single blanks. Not identity. */
  readonly text: string;
  /** Tokens joined by blanks: words in lower case, one form of quoting, string literals as they are. Identity. */
  readonly canonical: string;
}

/** One token: its two forms, and whether anything stood between it and the token before. */
export interface Token {
  readonly kind: string;
  readonly text: string;
  readonly canonical: string;
  readonly spaced: boolean;
}

/** SQLite compares names without regard to the case of ASCII letters only. */
export function fold(name: string): string {
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
}

/** Orders by names as SQLite compares them. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  const [x, y] = [fold(a.name), fold(b.name)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Tokens of any text, valid or not; a closing semicolon is left out. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const { type, text, span } of tokenize(sql)) {
    const kind = tokenName(type) ?? 'ILLEGAL';
    tokens.push({ kind, text, canonical: canonicalToken(kind, text), spaced: span.offset > end });
    end = span.offset + span.length;
  }
  while (tokens.at(-1)?.kind === 'SEMI') tokens.pop();
  return tokens;
}

/** Both forms of a run of tokens. */
export function joinTokens(tokens: readonly Token[]): SqlText {
  return {
    text: tokens.map((token, i) => (token.spaced && i > 0 ? ' ' : '') + token.text).join(''),
    canonical: tokens.map((token) => token.canonical).join(' '),
  };
}

/** Both forms of a piece of SQL. */
export function sqlText(sql: string): SqlText {
  // The most frequent piece is a type of one word.
  if (/^[A-Za-z_]\w*$/.test(sql)) return { text: sql, canonical: fold(sql) };
  return joinTokens(tokensOf(sql));
}

/**
 * An expression of a definition: `(a > 0)`, `a > 0` and, in the table t, `t.a > 0` are one.
 * @param columns of the table: no other names can be meant
 * @param table its name; other expressions than CHECK take no qualified names
 */
export function expressionText(sql: string, columns: Iterable<string>, table = ''): SqlText {
  const own = canonicalName(fold(table));
  const tokens = withStrings(tokensOf(sql), new Set([...columns, ...ROWID_NAMES].map(fold)));
  const isQualifier = (at: number): boolean =>
    tokens[at]?.canonical === own && tokens[at + 1]?.kind === 'DOT';
  const unqualified = tokens.flatMap((token, i) => {
    if (isQualifier(i) || isQualifier(i - 1)) return [];
    return [isQualifier(i - 2) ? { ...token, spaced: tokens[i - 2]?.spaced ?? false } : token];
  });
  return joinTokens(stripParentheses(unqualified));
}

export const ROWID_NAMES = ['rowid', 'oid', '_rowid_'];

/**
 * What stands in double quotes and is no column is a string: so SQLite reads it wherever it reads a schema, though a
 * program like this one takes it for a name in new SQL (https://sqlite.org/quirks.html#dblquote).
 */
function withStrings(tokens: readonly Token[], columns: ReadonlySet<string>): readonly Token[] {
  return tokens.map((token, i) => {
    if (!token.text.startsWith('"')) return token;
    const [before, after] = [tokens[i - 1]?.kind ?? '', tokens[i + 1]?.kind ?? ''];
    const isName = ['DOT', 'COLLATE', 'AS'].includes(before) || ['DOT', 'LP'].includes(after);
    const value = unquote(token.text);
    if (isName || columns.has(fold(value))) return token;
    const text = textSql(value);
    return { ...token, kind: 'STRING', text, canonical: text };
  });
}

/** Takes away pairs of parentheses around a whole expression; a row value `(a, b)` keeps its own. */
export function stripParentheses(tokens: readonly Token[]): readonly Token[] {
  let inner = tokens;
  while (inner[0]?.kind === 'LP' && isOnePair(inner)) inner = inner.slice(1, -1);
  return inner;
}

function isOnePair(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const [i, { kind }] of tokens.entries()) {
    if (kind === 'LP') depth += 1;
    if (kind === 'RP') depth -= 1;
    if (kind === 'COMMA' && depth === 1) return false;
    if (depth === 0) return i === tokens.length - 1;
  }
  return false;
}

/** The name that a token spells: quotes of all four kinds taken away, and doubled ones inside undone. */
export function unquote(text: string): string {
  const quote = text[0];
  if (quote === '[') return text.slice(1, -1);
  if (quote !== '"' && quote !== '`' && quote !== "'") return text;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}

/** A name as a piece of SQL, as if it stood there in quotes. */
export function nameText(name: string): SqlText {
  return { text: quoteName(name), canonical: canonicalName(fold(name)) };
}

/** A name as SQL, in double quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a literal of SQL. */
export function textSql(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL, in quotes only where it must be. */
export function nameSql(name: string): string {
  const [token, ...others] = tokensOf(name);
  const isPlain = /^[A-Za-z_]\w*$/.test(name) && others.length === 0 && token?.kind === 'ID';
  return isPlain ? name : quoteName(name);
}

function canonicalToken(kind: string, text: string): string {
  switch (kind) {
    case 'STRING':
    case 'ILLEGAL':
      return text;
    case 'EQ':
      return '=';
    case 'NE':
      return '<>';
    default:
      return /^["`[]/.test(text) ? canonicalName(fold(unquote(text))) : fold(text);
  }
}

// A quoted name is compared with bare ones, unless the bare word would be something else (`"null"`, `"a b"`).
function canonicalName(name: string): string {
  let bare = bareNames.get(name);
  if (bare === undefined) {
    bare = isBareName(name);
    bareNames.set(name, bare);
  }
  return bare ? name : quoteName(name);
}

const bareNames = new Map<string, boolean>([
  ['true', false],
  ['false', false],
]);

function isBareName(name: string): boolean {
  if (!/^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/.test(name)) return false;
  const [token] = tokenize(name);
  if (token !== undefined && tokenName(token.type) === 'ID') return true;
  // Some keywords are names where no keyword can stand: https://sqlite.org/lang_keywords.html
  const parsed = parseStmt(`SELECT ${name}`);
  if (parsed.status !== 'ok' || parsed.root.type !== 'SelectStmt') return false;
  const core = parsed.root.body.select;
  const column = core.type === 'SelectFrom' ? core.columns[0] : undefined;
  return column?.type === 'ExprResultColumn' && column.expr.type === 'Id';
}
