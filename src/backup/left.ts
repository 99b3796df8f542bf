// What a run left in a target, as a hash of its content, kept beside the copy of what was there before: together they
// are all that an exact undo needs. Invariant: a file that is torn, of another run, target or copy, or not written by
// this program says nothing. So it needs no sync: one that is lost only leaves the way by the revisions.

import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs';
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
  const { O_WRONLY, O_CREAT, O_TRUNC } = constants;
  withFile(pathOf(directory, left.targetId), O_WRONLY | O_CREAT | O_TRUNC, (file) => {
    writeFileSync(file, textOf(left));
  });
}

/** What a run left in a target, as the file beside its copies says; null where none says so. */
export function readLeft(directory: string, about: Pick<Left, 'runId' | 'targetId'>): Left | null {
  try {
    const path = pathOf(directory, about.targetId);
    const text = withFile(path, constants.O_RDONLY, (file) => readFileSync(file, 'utf8'));
    const [backup = '', content = ''] = text.split('\n');
    const left = { ...about, backup, content };
    return text === textOf(left) ? left : null;
  } catch {
    return null;
  }
}

/** Follows no link. */
function withFile<T>(path: string, flags: number, work: (file: number) => T): T {
  const file = openSync(path, flags | constants.O_NOFOLLOW, 0o600);
  try {
    return work(file);
  } finally {
    closeSync(file);
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
