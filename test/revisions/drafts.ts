// Revisions for tests: read from text exactly as from files.

import { expect } from 'vitest';
import { parseRevision, type Draft } from '../../src/revisions/parse.js';
import type { Problem } from '../../src/model/errors.js';
import { readFileName } from '../../src/revisions/file-name.js';
import type { Revision } from '../../src/model/revision.js';
import { sqliteSyntax } from '../../src/dialects/sqlite/syntax/syntax.js';

export function parse(text: string, name = '0001_sample.sql'): ReturnType<typeof parseRevision> {
  const reading = readFileName(name);
  if (reading === null || 'message' in reading) throw new Error(`${name} is no revision's name`);
  return parseRevision(`migrations/${name}`, reading, text, sqliteSyntax);
}

export function draftOf(text: string, name?: string): Draft {
  const { draft } = parse(text, name);
  expect(problemsOf(text, name)).toEqual([]);
  return draft;
}

/** Those that keep the file from being used, then those of its way back. */
export function problemsOf(text: string, name?: string): readonly Problem[] {
  const { draft, problems } = parse(text, name);
  return draft.down?.kind === 'broken' ? [...problems, ...draft.down.problems] : problems;
}

/** A revision without SQL, for what only looks at the graph. */
export function bare(id: string, parents: readonly string[], dependsOn: readonly string[] = []): Revision {
  return { ...draftOf('-- migrate:up\n', `${id}_step.sql`), parents, dependsOn };
}
