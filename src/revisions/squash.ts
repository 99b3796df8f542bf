// Revisions that stand for others (`-- replaces: 0001, 0002`): where they stand, and what a history that has the
// others counts as. Apart because it is the one place that knows both: everybody else sees the revisions that are left.
// Invariant: who has all of the replaced has the one that replaces them; who has some of them has nothing of it.

import type { Problem } from '../model/errors.js';
import type { HistoryEntry } from '../model/history.js';
import type { Revision } from '../model/revision.js';
import { isNumeric } from './file-name.js';
import type { Graph } from './graph.js';
import { orderByNeeds } from './order.js';

/** What the place of a file follows from. */
interface Placed extends Pick<Revision, 'id' | 'replaces'> {
  readonly version: string;
}

/**
 * The revision that a file stands on where its header does not say: the one with the next lower number. One that
 * replaces others stands where they stood, whether or not their files are there.
 * @param drafts in file order
 * @returns null for base; undefined where the name of the file does not tell
 */
export function beforeOf(draft: Placed, drafts: readonly Placed[]): string | null | undefined {
  const { replaces = [] } = draft;
  const numbers = [draft.version, ...replaces].filter(isNumeric);
  const isPlaced = isNumeric(draft.version) || (replaces.length > 0 && replaces.every(isNumeric));
  const least = numbers.map(BigInt).reduce<bigint | null>((a, b) => (a === null || b < a ? b : a), null);
  if (least === null || !isPlaced) return undefined;
  let before: { readonly id: string; readonly at: bigint } | null = null;
  for (const other of drafts) {
    if (other.id === draft.id) continue;
    const places = [other.version, ...(other.replaces ?? [])].filter(isNumeric).map(BigInt);
    for (const at of places)
      if (at < least && (before === null || at > before.at)) before = { id: other.id, at };
  }
  return before?.id ?? null;
}

export interface Squashed {
  /** The revisions that are left, with needs on those. */
  readonly revisions: readonly Revision[];
  /** Files that are there and count for nothing any more. */
  readonly shadowed: readonly Revision[];
  readonly problems: readonly Problem[];
}

/** Takes out what others replace. @param revisions each id once */
export function withoutReplaced(revisions: readonly Revision[]): Squashed {
  const problems: Problem[] = [];
  const replacedBy = new Map<string, Revision>();
  for (const revision of revisions) {
    for (const id of revision.replaces ?? []) {
      const other = replacedBy.get(id);
      if (other === undefined) replacedBy.set(id, revision);
      else problems.push(twice(id, other, revision));
    }
    const { replaces = [] } = revision;
    if (replaces.length > 0 && replaces.every((id) => id === revision.id))
      problems.push({
        message: `${revision.id} replaces nothing but itself`,
        hint: 'name the revisions that it stands for, or take the line out',
        file: revision.file,
      });
  }
  if (replacedBy.size === 0) return { revisions, shadowed: [], problems };
  /** The one that is left of a chain of replacements. */
  const leftOf = (id: string): string => {
    const seen = new Set([id]);
    for (let at = id; ;) {
      const next = replacedBy.get(at)?.id;
      if (next === undefined || seen.has(next)) return at;
      seen.add(next);
      at = next;
    }
  };
  for (const { id, file } of revisions) {
    if (
      replacedBy.has(id) &&
      replacedBy.get(id)?.id !== id &&
      replacedBy.has(leftOf(id)) &&
      leftOf(leftOf(id)) !== leftOf(id)
    )
      problems.push({
        message: `${id} is replaced by what it replaces itself`,
        hint: 'name it in one of them alone',
        file,
      });
  }
  const isShadowed = ({ id }: Revision): boolean => leftOf(id) !== id;
  const moved = (ids: readonly string[], own: Revision): readonly string[] => [
    ...new Set(ids.map(leftOf).filter((id, at) => id !== own.id || ids[at] === own.id)),
  ];
  return {
    revisions: revisions
      .filter((revision) => !isShadowed(revision))
      .map((revision) => ({
        ...revision,
        parents: moved(revision.parents, revision),
        dependsOn: moved(revision.dependsOn, revision),
      })),
    shadowed: revisions.filter(isShadowed),
    problems,
  };
}

function twice(id: string, first: Revision, second: Revision): Problem {
  return {
    message: `${id} is replaced by ${first.id} (${first.file}) and by ${second.id} (${second.file})`,
    hint: 'name it in one of them',
    file: second.file,
  };
}

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

/** The revisions that a history has, by what they count as: those that were begun and not finished are not among them. */
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
