// Do all revisions run on an empty database? What fails there must not reach a target.

import { ReplayError } from '../../dialects/port.js';
import type { ProblemDraft } from '../../model/errors.js';
import type { LintFinding } from '../../model/lint.js';
import { clause } from '../../model/sentence.js';
import { unknownIn } from '../../revisions/not-run.js';
import type { Tools } from '../../target/work.js';

/**
 * Runs every revision in a scratch database. Where one fails, lint reads all of them, because whoever corrects
 * one mistake wants to know of the others.
 * @returns every mistake in the revisions, where they do not run; else none
 */
export async function replayAll({ driver, graph, replay }: Tools): Promise<readonly ProblemDraft[]> {
  try {
    const unknown = unknownIn(graph);
    await replay.fingerprint(graph.order.filter(({ id }) => !unknown.has(id)));
    return [];
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    const { findings } = (await driver.lint(graph, {})).report;
    // Whether several heads are a mistake depends on what is asked for.
    const errors = findings.filter(({ severity, rule }) => severity === 'error' && rule !== 'several-heads');
    return problemsOf(error, errors);
  }
}

/** The revision that fails comes first, with what lint says of the same line; then the other mistakes. */
function problemsOf(
  { revision, statement, message }: ReplayError,
  errors: readonly LintFinding[],
): readonly ProblemDraft[] {
  const first: ProblemDraft = {
    message: `Revision ${revision.id} fails on an empty database: ${message}`,
    hint: 'a revision must run on what the revisions before it leave',
    file: revision.file,
    ...(statement === null ? {} : { line: statement.line }),
  };
  // A program has no statements: take the first mistake in its file.
  const same = errors.find(
    ({ file, line }) => file === first.file && (statement === null || line === first.line),
  );
  const others = errors.filter((finding) => finding !== same);
  const explain = (found: LintFinding): string =>
    first.message.endsWith(found.message) ? found.mend : `${clause(found.message)}; ${found.mend}`;
  return [
    same === undefined ? first : { ...first, line: same.line, hint: explain(same) },
    ...others.map(({ message: said, mend, file, line }) => ({ message: said, hint: mend, file, line })),
  ];
}
