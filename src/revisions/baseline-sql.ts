// The text of a first revision, made from statements. Pure.

import { inLine } from '../model/command.js';

/**
 * @param comments what it is, a comment line each
 * @param up statements without closing semicolons, in order
 */
export function baselineSql(
  comments: readonly string[],
  up: readonly string[],
  down: readonly string[],
): string {
  const header = ['-- down_revision: base', ...comments.map((line) => `-- ${inLine(line)}`)].join('\n');
  return [
    header,
    ['-- migrate:up', ...up.map((sql) => `${sql};`)].join('\n\n'),
    ['-- migrate:down', ...down.map((sql) => `${sql};`)].join('\n\n'),
    '',
  ].join('\n\n');
}
