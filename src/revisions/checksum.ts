// The checksums of a revision. What was applied is its `up`, so that a header, a comment, the layout and `down` may
// change afterwards. Kept in histories for ever: what is hashed here can never change.

import { createHash } from 'node:crypto';
import type { Guard, Revision } from '../model/revision.js';

/** The text that counts: no byte-order mark, and `\n` at the end of lines, because version control changes both. */
export function normalizeText(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
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

export type Checksums = Pick<Revision, 'checksum' | 'downChecksum' | 'formerChecksum'>;

/** Of SQL: comments, blanks and what the dialect folds (the case of keywords) do not count. */
export function checksumsOf(meaning: Meaning): Checksums {
  const { transactional, up, down } = meaning;
  return {
    checksum: `up:${hash(JSON.stringify([transactional, sideOf(up)]))}`,
    downChecksum: `down:${hash(JSON.stringify([transactional, sideOf(down ?? [])]))}`,
    formerChecksum: formerChecksumOf(meaning),
  };
}

/** Of a program, where every character counts: what it does can only be known by running it. */
export function programChecksumsOf(text: string): Checksums {
  const whole = hash(normalizeText(text));
  return { checksum: `up:${whole}`, downChecksum: `down:${whole}`, formerChecksum: whole };
}

/** Of the bytes of a file, and of what stands below its `-- migrate:up`: tools that hash their files hashed that. */
export function contentHashesOf(text: string): readonly string[] {
  const [, up] =
    /^[ \t]*--[ \t]*migrate:up[^\n]*\n([\s\S]*?)(?:^[ \t]*--[ \t]*migrate:down|(?![\s\S]))/im.exec(text) ??
    [];
  return up === undefined ? [hash(text)] : [hash(text), hash(up)];
}

/** The rule of 0.1.0, in which the header and `down` count too: many a history holds nothing else. */
function formerChecksumOf({ downRevision, dependsOn, transactional, losesRows, up, down }: Meaning): string {
  const needs = [downRevision, dependsOn, transactional, losesRows];
  return hash(JSON.stringify([...needs, sideOf(up), down === null ? null : sideOf(down)]));
}

function sideOf(statements: readonly MeantStatement[]): unknown {
  return statements.map(({ tokens, guard }) => [guard?.when ?? null, guard?.object ?? null, ...tokens]);
}

function hash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
