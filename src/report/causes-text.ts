// Why targets are not where they should be, in words: the cause, how many share it, one of them, and what to do.
// Apart because runs, looks at the fleet and plans all have causes to tell.

import type { Match } from '../model/observation.js';
import type { ToldHint } from '../model/hint.js';
import type { Cluster, FailedTarget } from './group.js';
import { count, hintText, inLine, number, section, visible, wrap } from './layout.js';
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
  readonly file?: string;
  readonly tables?: readonly string[];
  /** How many different messages there are, and targets that have others. */
  readonly wordings?: number;
  readonly others?: readonly { readonly id: string; readonly message: string }[];
  /** How the example's structure compares with the revisions'. */
  readonly match?: Match;
}

export function causeOf({ first, count: n, samples, wordings }: Cluster<FailedTarget>): Cause {
  const others = samples
    .filter((one) => one !== first)
    .map(({ id, failure: { message } }) => ({ id, message }));
  return { ...first.failure, count: n, example: first.id, wordings, others };
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
  return [
    wrap(`${count(cause.count, 'target')}: ${cause.code}${whereText(cause)}`, 2, options),
    wrap(cause.message, 4, options),
    ...(cause.statement === undefined ? [] : [statementText(cause.statement)]),
    ...matchLines(cause, options),
    ...otherWordings(cause, options),
    cause.count === 1 ? `    target: ${inLine(cause.example)}` : `    for example: ${inLine(cause.example)}`,
    hintText(cause, 4, options),
  ].join('\n');
}

/** `, revision 0002, line 3 of migrations/0002_x.sql`; nothing where there is no revision. */
export function whereText({ revision, file, line }: Pick<Cause, 'revision' | 'file' | 'line'>): string {
  if (revision === undefined) return '';
  const inFile = file === undefined ? '' : `${line === undefined ? ' in' : ' of'} ${file}`;
  return `, revision ${revision}${line === undefined ? '' : `, line ${line}`}${inFile}`;
}

/** What else is said of the same cause: a few of it, and how much more there is. */
function otherWordings({ wordings = 1, others = [] }: Cause, options: TextOptions): string[] {
  if (wordings <= 1) return [];
  const hidden = wordings - 1 - others.length;
  return [
    ...others.map(({ id, message }) => wrap(`also: ${message} (${id})`, 4, options)),
    ...(hidden > 0 ? [`    and ${count(hidden, 'other wording')} of it`] : []),
  ];
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
