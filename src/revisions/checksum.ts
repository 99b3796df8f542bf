// The two checksums of a revision: of its text, and of what its text means. Together they tell a changed comment from
// changed SQL. Kept in histories for ever: what is hashed here can never change.

import { createHash } from 'node:crypto';
import type { Guard } from '../model/revision.js';

/** The text that counts: no byte-order mark, and `\n` at the end of lines, because version control changes both. */
export function normalizeText(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}

/** SHA-256 (hex) of a text. */
export function checksumOf(normalized: string): string {
  return createHash('sha256').update(normalized, 'utf8').digest('hex');
}

/** What decides the effect of a revision. */
export interface Meaning {
  readonly downRevision: readonly string[] | null;
  readonly dependsOn: readonly string[];
  readonly transactional: boolean;
  readonly losesRows: readonly string[];
  readonly up: readonly MeantStatement[];
  /** Null: no section for it. */
  readonly down: readonly MeantStatement[] | null;
}

export interface MeantStatement {
  /** As its dialect folds them. */
  readonly tokens: readonly string[];
  readonly guard: Guard | undefined;
}

/** SHA-256 (hex) of tokens and keys: comments, blanks and what the dialect folds (the case of keywords) do not count. */
export function sqlChecksumOf(meaning: Meaning): string {
  const side = (statements: readonly MeantStatement[]): unknown =>
    statements.map(({ tokens, guard }) => [guard?.when ?? null, guard?.object ?? null, ...tokens]);
  const { downRevision, dependsOn, transactional, losesRows, up, down } = meaning;
  return checksumOf(
    JSON.stringify([
      downRevision,
      dependsOn,
      transactional,
      losesRows,
      side(up),
      down === null ? null : side(down),
    ]),
  );
}
