// Decides what a target is after the fault: exactly as before, exactly as after the upgrade, or bad. It looks at
// private copies, so that what the program finds next is what the fault left.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { findProblems, readContent, readHistory, type Content } from './content.js';

/** What is right before and after. */
export interface Truth {
  readonly before: Content;
  readonly after: Content;
  /** What may be left where the way is cut into parts, in order. */
  readonly between?: readonly Content[];
}

/** `between`: after some parts of the way, with the history that says so. */
export type State = 'old' | 'new' | 'both' | 'between' | { readonly bad: string };

/** @param scratch an existing directory */
export function judge(path: string, truth: Truth, scratch: string): State {
  return withCopy(path, scratch, (copy) => {
    let db: Database.Database | null = null;
    try {
      db = new Database(copy, { fileMustExist: true });
      const [problem] = findProblems(db);
      if (problem !== undefined) return { bad: `${basename(path)}: ${problem}` };
      return compare(readContent(db), truth);
    } catch (error) {
      return {
        bad: `${basename(path)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      };
    } finally {
      db?.close();
    }
  });
}

function compare(content: Content, { before, after, between = [] }: Truth): State {
  const isOld = isEqual(content, before);
  const isNew = isEqual(content, after);
  if (isOld && isNew) return 'both';
  if (isOld) return 'old';
  if (isNew) return 'new';
  if (between.some((one) => isEqual(content, one))) return 'between';
  const rows =
    content.hash === before.hash
      ? 'rows as before'
      : content.hash === after.hash
        ? 'rows as after'
        : 'other rows';
  return { bad: `in between: ${rows}, history ${JSON.stringify(content.history)}` };
}

function isEqual(a: Content, b: Content): boolean {
  return a.hash === b.hash && JSON.stringify(a.history) === JSON.stringify(b.history);
}

/** What the history of a target says. */
export function historyAt(path: string, scratch: string): readonly string[] {
  return withCopy(path, scratch, (copy) => {
    const db = new Database(copy, { fileMustExist: true });
    try {
      return readHistory(db) ?? [];
    } finally {
      db.close();
    }
  });
}

/**
 * The backups of a target under a directory of backups, each with what is wrong with it; null where it is sound.
 * @param id whose; default: all are of one target
 */
export function judgeBackups(
  directory: string,
  truth: Truth,
  scratch: string,
  id?: string,
): readonly { readonly name: string; readonly problem: string | null }[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.db') && (id === undefined || basename(name).startsWith(`${id}.`)))
    .map((name) => {
      const path = join(directory, name);
      const sha = createHash('sha256').update(readFileSync(path)).digest('hex');
      if (!name.includes(sha)) return { name, problem: `backup ${name} is not what its name says` };
      const state = judge(path, truth, scratch);
      if (typeof state === 'object') return { name, problem: `backup ${state.bad}` };
      return { name, problem: state === 'new' ? `backup ${name} is of the new content` : null };
    });
}

function withCopy<T>(path: string, scratch: string, look: (copy: string) => T): T {
  const directory = mkdtempSync(join(scratch, 'judge-'));
  try {
    const copy = join(directory, 'copy.db');
    for (const part of ['', '-journal', '-wal'])
      if (existsSync(path + part)) copyFileSync(path + part, copy + part);
    return look(copy);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** All that is there, as text to compare: path -> SHA-256 of each file below a directory. */
export function bytesBelow(directory: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(directory.length + 1)] = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return found;
}
