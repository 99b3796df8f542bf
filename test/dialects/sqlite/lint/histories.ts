// Histories for tests: texts by file name, read, ordered, traced and linted as from files.

import type { LintFinding, LintReport } from '../../../../src/model/lint.js';
import type { LintOptions } from '../../../../src/revisions/lint/lint.js';
import type { Revision } from '../../../../src/model/revision.js';
import { buildGraph, type Graph } from '../../../../src/revisions/graph.js';
import { compareFiles } from '../../../../src/revisions/file-name.js';
import { draftOf } from '../../../revisions/drafts.js';
import { lintRevisions } from '../../../../src/dialects/sqlite/lint/lint-revisions.js';
import type { SqliteTrace } from '../../../../src/dialects/sqlite/lint/sqlite-trace.js';
import { traceRevisions } from '../../../../src/dialects/sqlite/lint/trace-revisions.js';

/** SQL by file name; without a section it is the way up, and the way back is left empty. */
export type History = Readonly<Record<string, string>>;

export function graphOf(history: History): Graph {
  const revisions: Revision[] = [];
  for (const name of Object.keys(history).sort(compareFiles)) {
    const text = history[name] ?? '';
    const draft = draftOf(text.includes('migrate:up') ? text : `-- migrate:up\n${text}\n`, name);
    const before = revisions.at(-1);
    revisions.push({ ...draft, parents: draft.downRevision ?? (before === undefined ? [] : [before.id]) });
  }
  const built = buildGraph(revisions);
  if ('problems' in built) throw new Error(built.problems.map(({ message }) => message).join('\n'));
  return built.graph;
}

export async function traceOf(history: History): Promise<SqliteTrace> {
  return traceRevisions(graphOf(history).order);
}

export async function lintOf(history: History, options: LintOptions = {}): Promise<LintReport> {
  return (await lintRevisions(graphOf(history), options)).report;
}

/** Findings but for missing ways back, which most histories of tests leave out. */
export async function findingsOf(history: History, options?: LintOptions): Promise<readonly LintFinding[]> {
  return (await lintOf(history, options)).findings.filter(({ rule }) => rule !== 'down-missing');
}

/** Each finding as `severity rule file:line message | mend`, without the directory. */
export async function toldOf(history: History, options?: LintOptions): Promise<readonly string[]> {
  return (await findingsOf(history, options)).map(({ severity, rule, file, line, message, mend }) =>
    `${severity} ${rule} ${file}:${line} ${message} | ${mend}`.replaceAll('migrations/', ''),
  );
}
