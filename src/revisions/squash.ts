// Histories that have revisions for which another one stands now (`-- replaces: 0001, 0002`): what they count as. The
// one place that knows of both: everybody else sees the revisions that are left.
// Invariant: who has all of the replaced has the one that replaces them; who has some of them has nothing of it.

import type { HistoryEntry } from '../model/history.js';
import type { Revision } from '../model/revision.js';
import type { Graph } from './graph.js';
import { orderByNeeds } from './order.js';

/** A revision that replaces others, of which a history has some. */
export interface Partly {
  readonly revision: Revision;
  readonly has: readonly string[];
  readonly lacks: readonly string[];
}

/** What the rows of a history count as. */
export interface Counted<E> {
  /** Rows of revisions that count for themselves, of known and of unknown ones. */
  readonly own: readonly E[];
  /** Revisions that are there because all that they replace is, and the rows of those. */
  readonly whole: readonly { readonly revision: Revision; readonly rows: readonly E[] }[];
  readonly partly: readonly Partly[];
}

type Files = Pick<Graph, 'order' | 'shadowed'>;
type Recorded = Pick<HistoryEntry, 'revision' | 'status' | 'sqlChecksum'>;

/**
 * The revisions that a history has, by what they count as: those that were begun and not finished are not among them.
 */
export function appliedIn(history: readonly Recorded[], graph: Files): ReadonlySet<string> {
  const finished = asCounted(history, graph).filter(({ status }) => status !== 'started');
  return new Set(finished.map(({ revision }) => revision));
}

/** A history in which the last of the rows that one revision replaces stands for all of them, under its id. */
export function asCounted<E extends Recorded>(history: readonly E[], graph: Files): readonly E[] {
  const { own, whole } = countHistory(history, graph);
  return history.flatMap((row) => {
    if (own.includes(row)) return [row];
    const found = whole.find(({ rows }) => rows.at(-1) === row);
    return found === undefined ? [] : [{ ...row, revision: found.revision.id }];
  });
}

/** The revision that stands for one that was replaced; null where that is none of them. */
export function squashOf(id: string, { order, shadowed }: Files): Revision | null {
  const replacing = [...order, ...shadowed].find(({ replaces = [] }) => replaces.includes(id));
  if (replacing === undefined || replacing.id === id) return replacing ?? null;
  return order.includes(replacing) ? replacing : squashOf(replacing.id, { order, shadowed });
}

/** Reads a history with what its revisions have been replaced by. */
export function countHistory<E extends Recorded>(
  history: readonly E[],
  { order, shadowed }: Files,
): Counted<E> {
  let own = history;
  const whole: { revision: Revision; rows: readonly E[] }[] = [];
  const partly: Partly[] = [];
  // One that is replaced itself counts before the one that replaces it.
  const squashes = [...shadowed, ...order].filter(({ replaces = [] }) => replaces.length > 0);
  for (const revision of orderByNeeds(squashes, ({ replaces = [] }) => replaces).order) {
    const { id, replaces = [], checksum } = revision;
    const wholeIds = whole.map((one) => one.revision.id);
    // A file may have the id of one that it replaces: then the row tells by its checksum which of them it is.
    const isOld = (row: E): boolean =>
      replaces.includes(row.revision) && (row.revision !== id || row.sqlChecksum !== checksum);
    const rows = own.filter((row) => isOld(row) && row.status !== 'started');
    const inner = whole.filter((one) => replaces.includes(one.revision.id));
    const ids = new Set([...rows.map((row) => row.revision), ...inner.map((one) => one.revision.id)]);
    // The last of a chain without the others is none of it: it is the file itself, edited since.
    if (ids.size === 0 || (ids.size === 1 && ids.has(id) && replaces.at(-1) === id)) continue;
    if (own.some((row) => row.revision === id && !isOld(row)) && !wholeIds.includes(id)) {
      // It is there by itself; rows of what it replaces say nothing more.
      own = own.filter((row) => !isOld(row));
      continue;
    }
    const lacks = replaces.filter((one) => !ids.has(one));
    if (lacks.length > 0) {
      partly.push({ revision, has: replaces.filter((one) => ids.has(one)), lacks });
      continue;
    }
    own = own.filter((row) => !rows.includes(row));
    const all = [...inner.flatMap((one) => one.rows), ...rows];
    whole.push({ revision, rows: history.filter((row) => all.includes(row)) });
    for (const one of inner) whole.splice(whole.indexOf(one), 1);
  }
  return { own, whole, partly };
}
