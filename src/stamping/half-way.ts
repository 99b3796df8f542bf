// What a revision outside a transaction leaves where it stopped, and the words for it: judging and telling need the
// same.

import type { HistoryEntry } from '../model/history.js';

/** A revision that has begun and not ended, and how many of its statements are done. */
export type HalfWay = Pick<HistoryEntry, 'revision' | 'status' | 'statementsDone'>;

export function isHalfWay({ status }: Pick<HistoryEntry, 'status'>): boolean {
  return status === 'started' || status === 'leaving';
}

/** A clause: which revision, which way, and after how many statements. */
export function stoppedAfter({ revision, status, statementsDone }: HalfWay): string {
  const direction = status === 'leaving' ? 'down' : 'up';
  const done = statementsDone === 1 ? '1 statement' : `${statementsDone} statements`;
  return `the ${direction} of revision ${revision}, which runs outside a transaction, stopped after ${done}`;
}
