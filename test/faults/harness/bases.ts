// Bases: databases as they are before a run, made once and copied for every point, each with the truth about what a
// command must leave.

import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readContent } from './content.js';
import { buildLegacy, upgradePlainly, type Age, type BaseOptions, type Line } from './fixture.js';
import { targetAt, type Inside } from './inside.js';
import type { Truth } from './judge.js';

/**
 * `upgrade` of what is recorded, `stamp` of what is legacy, `upgrade --stamp` of what is legacy; `chain`: `upgrade` over
 * a revision outside a transaction.
 */
export type Command = 'upgrade' | 'stamp' | 'upgradeStamp' | 'chain';

export interface Base {
  /** Main file; a log may lie beside it. */
  readonly path: string;
  readonly command: Command;
  readonly truth: Truth;
}

/** What a person types for a command. */
export function wordsOf(command: Command): readonly string[] {
  switch (command) {
    case 'upgrade':
    case 'chain':
      return ['upgrade'];
    case 'stamp':
      return ['stamp'];
    case 'upgradeStamp':
      return ['upgrade', '--stamp'];
  }
}

/** @param directory where it is made; must not exist */
export async function makeBase(
  directory: string,
  command: Command,
  options: Omit<BaseOptions, 'age'>,
  inside: Inside,
): Promise<Base> {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'project_1.db');
  const age: Age = command === 'upgrade' || command === 'chain' ? 'recorded' : 'legacy';
  buildLegacy(path, options);
  if (age === 'recorded') {
    const stamp = { kind: 'stamp', to: '0001', force: false } as const;
    const outcome = await inside.apply(targetAt(path), stamp, { backupDir: null, runId: 'before' });
    if (outcome.outcome !== 'stamped') throw new Error(`no base: ${JSON.stringify(outcome.failure)}`);
  }
  const states = upgradePlainly(path, directory, lineOf(command));
  const after = states.at(-1);
  if (after === undefined) throw new Error('there is no revision to upgrade to');
  if (options.mode === 'wal') leaveLog(path);
  const before = contentOf(path, directory);
  switch (command) {
    case 'upgrade':
    case 'upgradeStamp':
      return { path, command, truth: { before, after } };
    case 'stamp':
      return { path, command, truth: { before, after: { ...before, history: ['0001 stamped'] } } };
    case 'chain':
      return { path, command, truth: { before, after, between: states.slice(0, -1) } };
  }
}

/** The revisions that a command needs. */
export function lineOf(command: Command): Line {
  return command === 'chain' ? 'chain' : 'plain';
}

/** Puts a copy of a base, with its log, in place. */
export function putBase(base: Base, path: string): void {
  for (const part of ['', '-journal', '-wal'])
    if (existsSync(base.path + part)) copyFileSync(base.path + part, path + part);
}

/** As a process that was killed leaves a WAL database: a committed change in the log, and not in the file. */
function leaveLog(path: string): void {
  const copy = `${path}.open`;
  copyFileSync(path, copy);
  const db = new Database(copy);
  db.exec(`UPDATE tasks SET title = title || ' (still in the log)' WHERE id = 1;
    UPDATE tasks SET title = replace(title, ' (still in the log)', '') WHERE id = 1`);
  for (const part of ['', '-wal']) copyFileSync(copy + part, path + part);
  db.close();
  rmSync(copy);
}

function contentOf(path: string, scratch: string) {
  const copy = join(scratch, 'content.db');
  for (const part of ['', '-wal']) if (existsSync(path + part)) copyFileSync(path + part, copy + part);
  const db = new Database(copy);
  try {
    return readContent(db);
  } finally {
    db.close();
    for (const part of ['', '-wal']) rmSync(copy + part, { force: true });
  }
}
