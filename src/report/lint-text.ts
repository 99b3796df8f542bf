// What `lint` found, for people: finding by finding, in the order of the files, each with its place and its mend.

import type { LintFinding, LintReport } from '../model/lint.js';
import { count, document, paint, visible, wrap, type TextOptions } from './layout.js';

/** The report of `lint`, ending in an empty line. The reason of a rule is told once, or each time when verbose. */
export function lintText({ summary, since, findings, notes }: LintReport, options: TextOptions): string {
  const found = [
    summary.errors === 0 ? null : count(summary.errors, 'error'),
    summary.warnings === 0 ? null : count(summary.warnings, 'warning'),
    summary.notices === 0 ? null : count(summary.notices, 'notice'),
  ].filter((words) => words !== null);
  const explained = new Set<string>();
  const blocks = findings.map((finding) => {
    const isNew = !explained.has(finding.rule);
    explained.add(finding.rule);
    return findingText(finding, isNew || options.verbose, options);
  });
  return document([
    ...blocks,
    ...notes.map((note) => wrap(note, 0, options)),
    `${count(summary.revisions, 'revision')}${since === undefined ? '' : `, told of after ${visible(since)}`}: ${found.length === 0 ? 'nothing found' : joined(found)}${summary.allowed === 0 ? '' : `; ${count(summary.allowed, 'finding')} allowed`}.`,
  ]);
}

const joined = (words: readonly string[]): string =>
  words.length < 3 ? words.join(' and ') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;

const COLORS = { error: 'red', warning: 'yellow', notice: 'dim' } as const;

function findingText(finding: LintFinding, withReason: boolean, options: TextOptions): string {
  const { severity, rule, file, line, message, why, mend } = finding;
  const grade = paint(COLORS[severity], severity, options);
  return [
    `${paint('bold', visible(`${file}:${line}`), options)} ${grade} ${rule}`,
    wrap(message, 2, options),
    wrap(`To mend it: ${mend}`, 2, options),
    ...(withReason ? [paint('dim', wrap(why, 2, options), options)] : []),
  ].join('\n');
}
