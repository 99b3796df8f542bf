// What a run left in a target, as a hash of its content, kept beside the copy of what was there before: together they are
// all that an exact undo needs. Invariant: a file that is torn, of another run, target or copy, or not written by this
// program says nothing. So it needs no sync: one that is lost only leaves the way by the revisions.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stemOfId } from './publish.js';

/** What a run left in a target that it had copied before. */
export interface Left {
  readonly runId: string;
  readonly targetId: string;
  /** The file of the copy, without its directory. */
  readonly backup: string;
  /** As `Session.content` tells it. */
  readonly content: string;
}

/** @throws the error of the file system */
export function keepLeft(directory: string, left: Left): void {
  writeFileSync(pathOf(directory, left.targetId), textOf(left), { mode: 0o600 });
}

/** What a run left in a target, as the file beside its copies says; null where none says so. */
export function readLeft(directory: string, about: Pick<Left, 'runId' | 'targetId'>): Left | null {
  try {
    const text = readFileSync(pathOf(directory, about.targetId), 'utf8');
    const [backup = '', content = ''] = text.split('\n');
    const left = { ...about, backup, content };
    return text === textOf(left) ? left : null;
  } catch {
    return null;
  }
}

/** The same of the copy that it belongs to. */
export function readLeftOf(path: string, about: Pick<Left, 'runId' | 'targetId'>): Left | null {
  const left = readLeft(dirname(path), about);
  return left?.backup === basename(path) ? left : null;
}

function pathOf(directory: string, targetId: string): string {
  return join(directory, `${stemOfId(targetId)}.left`);
}

function textOf({ runId, targetId, backup, content }: Left): string {
  const whole = JSON.stringify(['left', 1, runId, targetId, backup, content]);
  const sum = createHash('sha256').update(whole).digest('hex');
  return `${backup}\n${content}\n${sum}\n`;
}
