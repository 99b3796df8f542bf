// Defaults by what they store, not by how they are spelled: `0`, `(0)`, `+0` and, in an INTEGER column, `'0'` are one.
// Apart because it holds SQLite's rules of affinity (https://sqlite.org/datatype3.html#type_affinity).
// Invariant: constants have one canonical form if the column would store the same value, of the same type, for them.

import { fold, joinTokens, stripParentheses, tokensOf, unquote } from './sql-text.js';
import type { SqlText, Token } from './sql-text.js';

export type Affinity = 'integer' | 'numeric' | 'real' | 'text' | 'none';
type Value = bigint | number | string;

const INTEGER_RANGE = [-(2n ** 63n), 2n ** 63n - 1n] as const;

/**
 * A default as `PRAGMA table_xinfo` shows it.
 * @param type the column's declared type; it decides what a constant is stored as
 * @returns null where there is none, or it is NULL, which is the same
 */
export function defaultValue(written: string | null, type: string, strict: boolean): SqlText | null {
  if (written === null) return null;
  const affinity = affinityOf(type, strict);
  const key = `${affinity} ${written}`;
  let value = known.get(key);
  if (value === undefined) {
    value = readDefault(written, affinity);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(key, value);
  }
  return value;
}

/** The same few defaults stand in most columns. */
const known = new Map<string, SqlText | null>();
const KNOWN_MAX = 1000;

function readDefault(written: string, affinity: Affinity): SqlText | null {
  const tokens = stripParentheses(tokensOf(written));
  const text = joinTokens(tokens);
  if (text.canonical === 'null') return null;
  const value = constantOf(tokens);
  return value === null ? text : { ...text, canonical: literal(stored(value, affinity)) };
}

/** https://sqlite.org/datatype3.html#determination_of_column_affinity */
export function affinityOf(type: string, strict: boolean): Affinity {
  const name = fold(type);
  if (strict && name === 'any') return 'none';
  if (name.includes('int')) return 'integer';
  if (/char|clob|text/.test(name)) return 'text';
  if (name === '' || name.includes('blob')) return 'none';
  return /real|floa|doub/.test(name) ? 'real' : 'numeric';
}

// Null: not a constant that we can tell the value of; a blob is told by its token alone.
function constantOf(tokens: readonly Token[]): Value | null {
  const [first, second] = tokens;
  if (tokens.length === 2 && (first?.kind === 'MINUS' || first?.kind === 'PLUS') && second !== undefined) {
    const value = numberOf(second);
    return value === null || first.kind === 'PLUS' ? value : narrow(-value);
  }
  if (tokens.length !== 1 || first === undefined) return null;
  if (first.kind === 'STRING') return unquote(first.text);
  if (first.canonical === 'true') return 1n;
  if (first.canonical === 'false') return 0n;
  const number = numberOf(first);
  if (number !== null) return narrow(number);
  // A single name, bare or quoted, is a string: https://sqlite.org/lang_createtable.html#dfltval
  const isWord = /^[a-z_"`[\u0080-\uffff]/i.test(first.text);
  return isWord && first.kind !== 'BLOB' && !first.kind.startsWith('CTIME_KW') ? unquote(first.text) : null;
}

function numberOf({ kind, text }: Token): bigint | number | null {
  if (kind === 'INTEGER') return /^0x/i.test(text) ? BigInt.asIntN(64, BigInt(text)) : BigInt(text);
  return kind === 'FLOAT' ? Number(text) : null;
}

// Whole numbers beyond 64 bits are floating point numbers.
function narrow(value: bigint | number): bigint | number {
  if (typeof value === 'number') return value;
  return value >= INTEGER_RANGE[0] && value <= INTEGER_RANGE[1] ? value : Number(value);
}

function stored(value: Value, affinity: Affinity): Value {
  switch (affinity) {
    case 'none':
      return value;
    case 'text':
      return asText(value);
    case 'real': {
      const number = asNumber(value);
      return typeof number === 'bigint' ? Number(number) : number;
    }
    case 'integer':
    case 'numeric': {
      const number = asNumber(value);
      if (typeof number !== 'number' || !Number.isInteger(number)) return number;
      return Math.abs(number) < 2 ** 63 ? BigInt(number) : number;
    }
  }
}

function asNumber(value: Value): Value {
  if (typeof value !== 'string') return value;
  const text = value.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return value;
  return /^[+-]?\d+$/.test(text) ? narrow(BigInt(text.replace(/^\+/, ''))) : Number(text);
}

// Floating point numbers whose decimal form SQLite might shorten stay numbers: two of them still compare rightly.
function asText(value: Value): Value {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return value;
  const decimal = Number.isInteger(value) ? value.toFixed(1) : String(value);
  return /^-?\d{1,14}\.\d{1,14}$/.test(decimal) && decimal.length <= 15 ? decimal : value;
}

function literal(value: Value): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'bigint') return String(value);
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
