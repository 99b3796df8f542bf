// How text for people is laid out: tables without lines, wrapped paragraphs, numbers and durations in words.
// Apart because every document uses it. Colour and width are told, never looked up, so that text is a pure function.

import { styleText } from 'node:util';
import Table from 'cli-table3';
import { commandText, inLine, visible, type Command, type FlotillaCommand } from '../model/command.js';
import type { Scoped } from '../model/discovery.js';
import type { About, ToldHint } from '../model/hint.js';

export { inLine, visible } from '../model/command.js';

/** What the reader's terminal can show, and the words to suggest commands with. */
export interface TextOptions {
  readonly colour: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  /** A line a target. */
  readonly verbose: boolean;
  /** The command that was typed, with its options. */
  readonly typed: FlotillaCommand;
  /** What the commands to suggest are about. */
  readonly about: About;
  readonly dataDir: string;
  readonly pattern: string;
}

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** The text in a colour, or as it is where colour is off. */
export function paint(style: Paint, text: string, { colour }: Pick<TextOptions, 'colour'>): string {
  // Whether the stream is a terminal was asked before; styleText would ask another stream.
  return colour ? styleText(style, text, { validateStream: false }) : text;
}

/** Columns of a table: their heading, and whether they hold numbers. */
export type Column = string | { readonly title: string; readonly numbers: true };

const GAP = 2;
const SIDES = ['top', 'bottom', 'left', 'right', 'mid'];
const NO_LINES = Object.fromEntries(
  ['middle', ...SIDES.flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])].map(
    (name) => [name, ''],
  ),
);

/**
 * A table of plain text, indented by two. Too wide for the terminal, its widest column wraps; words and numbers stay
 * whole.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TextOptions,
): string {
  const titles = columns.map((column) => (typeof column === 'string' ? column : column.title));
  const cells = titles.map((title, at) => [title, ...rows.map((row) => inLine(row[at] ?? ''))]);
  const widths = fit(
    cells.map((column, at) => {
      const words = typeof columns[at] === 'string' ? column.flatMap((cell) => cell.split(' ')) : column;
      const longest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
      return { width: longest(column), least: longest(words) };
    }),
    options.width - GAP * columns.length,
  );
  const drawn = new Table({
    chars: NO_LINES,
    style: { 'padding-left': GAP, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: widths.map((width) => width + GAP),
    colAligns: columns.map((column) => (typeof column === 'string' ? 'left' : 'right')),
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  drawn.push(
    titles.map((title) => paint('dim', title, options)),
    ...rows.map((row) => row.map(inLine)),
  );
  return trimLines(drawn.toString());
}

/** Takes from the widest column that can give until all fit; from none where not even that would do. */
function fit(columns: readonly { width: number; least: number }[], room: number): number[] {
  const widths = columns.map(({ width }) => width);
  if (columns.reduce((sum, { least }) => sum + least, 0) > room) return widths;
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess -= 1) {
    const able = widths.map((width, at) => (width > (columns[at]?.least ?? width) ? width : 0));
    const widest = Math.max(...able);
    widths[able.indexOf(widest)] = widest - 1;
  }
  return widths;
}

/** Lines of equal columns without wrapping; for one line a target, where a table would be slow. */
export function lines(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  const shown = rows.map((row) => row.map(inLine));
  for (const row of shown) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return shown
    .map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

/**
 * Words broken into lines of the terminal's width; a longer word stays whole, and so do what stands in quotes and the
 * commands that are named.
 */
export function wrap(
  text: string,
  indent: number,
  { width }: Pick<TextOptions, 'width'>,
  commands: readonly Command[] = [],
): string {
  const margin = ' '.repeat(indent);
  const room = Math.max(20, width - indent);
  const unbroken = unbrokenWith(commands);
  const out: string[] = [];
  for (const paragraph of visible(text).split('\n')) {
    let line = '';
    for (const word of paragraph.match(unbroken) ?? []) {
      if (line !== '' && line.length + 1 + word.length > room) {
        out.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    out.push(line);
  }
  return out.map((line) => `${margin}${line}`.trimEnd()).join('\n');
}

/** A hint as it is shown, with its commands whole. */
export function hintText(
  { hint, commands }: ToldHint,
  indent: number,
  options: Pick<TextOptions, 'width'>,
): string {
  return wrap(`hint: ${hint}`, indent, options, commands);
}

/** A command, what stands in quotes or backquotes, or any other word. */
function unbrokenWith(commands: readonly Command[]): RegExp {
  const whole = commands
    .map((command) => visible(commandText(command)))
    .sort((a, b) => b.length - a.length)
    .map((text) => `${text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}\\S*`);
  return new RegExp([...whole, String.raw`'[^']*'\S*|\x60[^\x60]*\x60\S*|\S+`].join('|'), 'g');
}

/** A heading and what is under it. */
export function section(title: string, body: string, options: TextOptions): string {
  return `${paint('bold', title, options)}\n${body}`;
}

/** Parts with an empty line between them; absent ones are left out. */
export function document(parts: readonly (string | null)[]): string {
  return `${parts.filter((part) => part !== null && part !== '').join('\n\n')}\n`;
}

/** `1 target`, `3,000 targets`. */
export function count(n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** `3,000`. */
export function number(n: number): string {
  return n.toLocaleString('en-US');
}

/** Milliseconds in words: `12 ms`, `1.2 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${number(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}

/** Bytes in words: `512 B`, `140 KiB`, `1.5 GiB`. */
export function size(bytes: number): string {
  let value = bytes;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (value < 1024) return `${unit === 'B' || value >= 10 ? Math.round(value) : value.toFixed(1)} ${unit}`;
    value /= 1024;
  }
  return `${value.toFixed(1)} TiB`;
}

/** What is said where there is no target: what was looked for, and what is there. */
export function nothingFound(
  { present, unexamined = 0 }: Scoped,
  options: Pick<TextOptions, 'dataDir' | 'pattern' | 'width'>,
): string {
  const { dataDir, pattern } = options;
  if (unexamined > 0) return wrap(`No target was looked at; ${leftOut(unexamined)}.`, 0, options);
  const there =
    present === undefined
      ? ''
      : ` What is there: ${count(present.count, 'file')}, for example ${present.examples.join(', ')}.`;
  return wrap(`No target: nothing usable under ${dataDir} matches ${pattern}.${there}`, 0, options);
}

/** How many targets a limit left out; null where it left out none. */
export function unexaminedText(
  { unexamined = 0 }: Scoped,
  options: Pick<TextOptions, 'width'>,
): string | null {
  return unexamined === 0 ? null : wrap(`Not all was looked at: ${leftOut(unexamined)}.`, 0, options);
}

function leftOut(unexamined: number): string {
  return `--limit leaves out ${count(unexamined, 'target')}`;
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
