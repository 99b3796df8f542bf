// Why targets are not where they should be, in words: the cause, how many share it, one of them, and what to do.
// Apart because runs, looks at the fleet and plans all have causes to tell.

import type { Match } from '../model/observation.js';
import type { ToldHint } from '../model/hint.js';
import { count, hintText, number, section, visible, wrap } from './layout.js';
import type { TextOptions } from './layout.js';

/** A cause that targets share. */
export interface Cause extends ToldHint {
  readonly code: string;
  readonly count: number;
  readonly message: string;
  readonly example: string;
  readonly revision?: string;
  readonly statement?: string;
  readonly line?: number;
  /** How the example's structure compares with the revisions'. */
  readonly match?: Match;
}

const CAUSES_SHOWN = 20;
const DIFFERENCES_SHOWN = 10;
const STATEMENT_LINES_SHOWN = 6;

/** One section of causes, the most frequent first; null where there is none. */
export function causesText(title: string, causes: readonly Cause[], options: TextOptions): string | null {
  if (causes.length === 0) return null;
  const shown = causes.slice(0, CAUSES_SHOWN).map((cause) => causeText(cause, options));
  const hidden = causes.length - shown.length;
  if (hidden > 0) shown.push(`  ${count(hidden, 'more cause')}: --json has them all`);
  return section(title, shown.join('\n\n'), options);
}

function causeText(cause: Cause, options: TextOptions): string {
  const { revision, line } = cause;
  const where =
    revision === undefined ? '' : `, revision ${revision}${line === undefined ? '' : `, line ${line}`}`;
  return [
    `  ${count(cause.count, 'target')}: ${cause.code}${where}`,
    wrap(cause.message, 4, options),
    ...(cause.statement === undefined ? [] : [statementText(cause.statement)]),
    ...matchLines(cause, options),
    cause.count === 1
      ? `    target: ${visible(cause.example)}`
      : `    for example: ${visible(cause.example)}`,
    hintText(cause, 4, options),
  ].join('\n');
}

/** The SQL that failed, as it is written, cut where it is long. */
export function statementText(statement: string): string {
  const all = visible(statement).trim().split('\n');
  const shown = all.slice(0, STATEMENT_LINES_SHOWN);
  if (all.length > shown.length) shown.push(`... ${count(all.length - shown.length, 'more line')}`);
  return shown.map((line) => `      ${line}`.trimEnd()).join('\n');
}

/** What evidence says beyond the message: equal revisions, and each difference from the nearest one. */
function matchLines({ match, message }: Cause, options: TextOptions): string[] {
  if (match === undefined) return [];
  const lines = match.candidates.length > 1 ? [`the same structure: ${match.candidates.join(', ')}`] : [];
  const [first] = match.difference;
  if (first === undefined || (!options.verbose && message.includes(first))) {
    return lines.map((line) => wrap(line, 4, options));
  }
  const shown = options.verbose ? match.difference : match.difference.slice(0, DIFFERENCES_SHOWN);
  const hidden = match.difference.length - shown.length;
  const rest = hidden > 0 ? [`- ${number(hidden)} more: --verbose lists all`] : [];
  return [
    ...lines.map((line) => wrap(line, 4, options)),
    ...[...shown.map((difference) => `- ${difference}`), ...rest].map((line) => wrap(line, 6, options)),
  ];
}
