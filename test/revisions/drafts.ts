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
  const { draft, problems } = parse(text, name);
  expect(problems).toEqual([]);
  return draft;
}

export function problemsOf(text: string, name?: string): readonly Problem[] {
  return parse(text, name).problems;
}

/** A revision without SQL, for what only looks at the graph. */
export function bare(id: string, parents: readonly string[], dependsOn: readonly string[] = []): Revision {
  return { ...draftOf('-- migrate:up\n', `${id}_step.sql`), parents, dependsOn };
}
