// Files of revisions that another one stands for (`-- replaces: 0001, 0002`): where that one stands, and what is left
// of the files. Apart from the graph, which is made of what is left and knows nothing of the others.

import type { Problem } from '../model/errors.js';
import type { Revision } from '../model/revision.js';
import { isNumeric } from './file-name.js';

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
    for (const at of placesOf(other))
      if (at < least && (before === null || at > before.at)) before = { id: other.id, at };
  }
  return before?.id ?? null;
}

/** Once for each file: every other one asks. */
const places = new WeakMap<Placed, readonly bigint[]>();

function placesOf(draft: Placed): readonly bigint[] {
  const known = places.get(draft);
  if (known !== undefined) return known;
  const found = [draft.version, ...(draft.replaces ?? [])].filter(isNumeric).map(BigInt);
  places.set(draft, found);
  return found;
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
