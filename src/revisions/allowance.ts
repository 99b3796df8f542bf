// `-- lint: allow RULE, reason`: a comment above a statement, or in the header for the whole file, that lets a finding
// of lint pass. A comment and nothing else: it is no part of what is applied, and a mistake in one stops no command but
// is told by lint.

import type { Allowance } from '../model/revision.js';
import { keyLine } from './header.js';
import type { Comment } from './syntax.js';

/**
 * The comments of a file that speak to lint.
 * @param header comments of the header
 * @param body comments below it
 * @param statements lines of the statements, in order: of the first token and of the last
 */
export function readAllowances(
  header: readonly Comment[],
  body: readonly Comment[],
  statements: readonly (readonly [first: number, last: number])[],
): readonly Allowance[] {
  const own = (comment: Comment): string | null => {
    const line = keyLine(comment);
    return line?.key === 'lint' ? line.value : null;
  };
  return [
    ...header.flatMap((comment) => allowanceOf(own(comment), comment.line, 'file')),
    ...body.flatMap((comment) => {
      const below = statements.find(([, last]) => last >= comment.line);
      return allowanceOf(
        own(comment),
        comment.line,
        below === undefined ? [comment.line, comment.line] : below,
      );
    }),
  ];
}

/** The same of a program, whose comments begin with two slashes; each is for the whole file. */
export function readProgramAllowances(text: string): readonly Allowance[] {
  return text.split('\n').flatMap((line, at) => {
    const value = /^\s*(?:\/\/|\/?\*+)\s*lint:(?!:)\s*(.*?)(?:\*\/)?\s*$/.exec(line)?.[1] ?? null;
    return allowanceOf(value, at + 1, 'file');
  });
}

function allowanceOf(value: string | null, line: number, covers: Allowance['covers']): Allowance[] {
  if (value === null) return [];
  const [, rule = '', reason = ''] = /^allow\s+([^\s,]+)\s*(?:,\s*(.*))?$/is.exec(value) ?? [];
  return [{ rule: rule.toLowerCase(), reason: reason.trim(), line, covers }];
}
