// A revision that is a module. Its text is hashed here; what it exports can only be known by running it, so that is
// asked of the caller and this folder stays a reader of text.

import { readProgramAllowances } from './allowance.js';
import { programChecksumsOf } from './checksum.js';
import { blankDraft, type DraftReading } from './parse.js';
import type { FileName } from './file-name.js';
import { readHeader } from './header.js';
import type { Problem } from '../model/errors.js';
import type { Revision } from '../model/revision.js';
import type { ModuleExports } from './module-exports.js';
import { readUnread } from './unread-module.js';

export type { ModuleExports } from './module-exports.js';

export type ReadModule = (file: string) => Promise<ModuleExports>;

/**
 * Reads one module revision. Any change of its text counts as a change of what it does.
 * @param text as it is on disk
 * @param readModule left out: modules are a problem; `unread`: none is run
 */
export async function readModuleRevision(
  file: string,
  name: FileName,
  text: string,
  readModule: ReadModule | 'unread' | undefined,
): Promise<DraftReading> {
  const blank = blankDraft(file, name);
  if (readModule === undefined) {
    const message = 'Revisions that are modules cannot be run here';
    return { draft: blank, problems: [{ message, hint: 'write the revision as SQL', file }] };
  }
  let found: ModuleExports;
  try {
    found = readModule === 'unread' ? readUnread(text) : await readModule(file);
  } catch (cause) {
    const message = `The module does not load: ${cause instanceof Error ? cause.message : String(cause)}`;
    return { draft: blank, problems: [{ message, hint: 'correct the program', file }] };
  }
  const unread = readModule === 'unread' ? ({ unread: true } as const) : {};
  const { header, problems: faults } = readMeta(found.meta);
  const allows = readProgramAllowances(text);
  const problems = [...faults, ...faultsOf(found, header.transaction)];
  return {
    draft: {
      ...blank,
      id: header.revision ?? name.version,
      downRevision: header.downRevision,
      dependsOn: header.dependsOn,
      ...(header.replaces.length === 0 ? {} : { replaces: header.replaces }),
      transactional: header.transaction ?? true,
      ...(allows.length === 0 ? {} : { allows }),
      ...header.declared,
      up: found.up ? { kind: 'module', file, ...unread } : blank.up,
      down: wayBackOf(found, file, unread),
      ...programChecksumsOf(text),
    },
    problems: problems.map((problem) => ({ ...problem, file })),
  };
}

function wayBackOf(
  { down }: ModuleExports,
  file: string,
  unread: { readonly unread?: true },
): Revision['down'] {
  if (down !== 'broken') return down ? { kind: 'module', file, ...unread } : null;
  const problem = { message: 'The program exports down, which is no function', file };
  const hint = 'write `export function down(db) { ... }`, or leave it out';
  return { kind: 'broken', statements: [], problems: [{ ...problem, hint }] };
}

function faultsOf({ up, down }: ModuleExports, transaction: boolean | null): Problem[] {
  const faults: Problem[] = [];
  if (!up && down !== true) {
    const hint = 'write `export function up(db) { ... }`, and `down` for the way back';
    faults.push({ message: 'The program exports neither up nor down, so it would do nothing', hint });
  }
  if (transaction === false) {
    const hint = 'take `transaction` out of `meta`; what no transaction may hold is written as SQL';
    faults.push({ message: 'A program runs in the transaction of its target, never outside', hint });
  }
  return faults;
}

/** The keys of `meta` are those of a header, so they are read as one: lists as text with commas. */
function readMeta(meta: ModuleExports['meta']): ReturnType<typeof readHeader> {
  const comments = Object.entries(meta).map(([key, value]) => {
    const text = Array.isArray(value) ? value.map(String).join(', ') : String(value);
    return { text: `${key}: ${text}`, offset: 0, line: 1, ownLine: true };
  });
  return readHeader(comments);
}
