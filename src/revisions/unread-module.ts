// A revision that is a program, read without being run: only its text is known. What its `meta` says is taken where it
// stands there in plain literals; whether that is all it does nobody can know, so nothing that follows from the program
// counts as known (`not-run.ts`).

import type { ModuleExports } from './module-exports.js';

type Meta = ModuleExports['meta'];

/** What a program says of itself, as far as its text tells. */
export function readUnread(text: string): ModuleExports {
  return { up: true, down: exportsName(text, 'down'), meta: literalMeta(text) };
}

function exportsName(text: string, name: string): boolean {
  return (
    new RegExp(String.raw`\bexport\s+(?:async\s+)?(?:function\s*\*?|const|let|var)\s+${name}\b`).test(text) ||
    new RegExp(String.raw`\bexport\s*\{[^}]*\b${name}\b`).test(text)
  );
}

const SPACE = String.raw`(?:\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*`;
const STRING = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`;
const LIST = String.raw`\[${SPACE}(?:(?:${STRING})${SPACE},?${SPACE})*\]`;
const ENTRY = new RegExp(
  String.raw`${SPACE}(?:([\w$]+)|(${STRING}))${SPACE}:${SPACE}(true|false|\d+|${STRING}|${LIST})${SPACE}(,|(?=\}))`,
  'y',
);

/** The entries of `meta` up to the first that is no plain literal. */
function literalMeta(text: string): Meta {
  const start = /\bmeta\b[^=;]*=\s*\{/.exec(text);
  const meta: Record<string, unknown> = {};
  if (start === null) return meta;
  ENTRY.lastIndex = start.index + start[0].length;
  for (let found = ENTRY.exec(text); found !== null; found = ENTRY.exec(text)) {
    const [, word, quoted, value = ''] = found;
    meta[word ?? unquoted(quoted ?? '')] = valueOf(value);
  }
  return meta;
}

function valueOf(value: string): unknown {
  if (value.startsWith('['))
    return [...value.matchAll(new RegExp(STRING, 'g'))].map(([one]) => unquoted(one));
  if (/^['"]/.test(value)) return unquoted(value);
  return /^\d/.test(value) ? Number(value) : value === 'true';
}

function unquoted(literal: string): string {
  return literal.slice(1, -1).replace(/\\(.)/g, '$1');
}
