// Which revision another tool means: the spelling of its table against ids, versions and names of the files. Apart
// because it is a matter of names alone; what follows from it is weighed in claims.ts. Sure or nothing: a mark that
// could mean two revisions means none.

import type { Mark } from '../model/claim.js';
import type { Graph } from '../revisions/graph.js';
import { isNumeric, nameOfFile, sameVersion } from '../revisions/file-name.js';

/** Numbers of so many digits are times, and mean one thing whatever the words behind them. */
const TIME_DIGITS = 8;

interface Name {
  readonly id: string;
  /** Digits, or null. */
  readonly number: string | null;
  /** Words behind the version, folded; null where there is no file that says them. */
  readonly words: string | null;
}

interface Names {
  /** By id, version and name of the file. */
  readonly byText: ReadonlyMap<string, string | null>;
  readonly byNumber: ReadonlyMap<string, string | null>;
  readonly byHash: ReadonlyMap<string, string | null>;
  readonly all: readonly Name[];
}

const known = new WeakMap<Graph, Names>();

/** The id of the revision that a mark means; null where it means none, or more than one could be meant. */
export function meantBy(mark: Mark, graph: Graph): string | null {
  const names = known.get(graph) ?? namesOf(graph);
  known.set(graph, names);
  const byHash = mark.hash === undefined ? undefined : names.byHash.get(mark.hash);
  if (byHash !== undefined) return byHash;
  for (const text of [mark.name, ...(mark.also ?? [])]) {
    const found = meantByText(text, names);
    if (found !== null) return found;
  }
  return null;
}

function meantByText(text: string, { byText, byNumber, all }: Names): string | null {
  const exact = byText.get(fold(text));
  if (exact !== undefined) return exact;
  if (isNumeric(text)) return byNumber.get(valueOf(text)) ?? null;
  const [, digits, rest = ''] = /^(\d+)[^0-9A-Za-z]+(.*)$/s.exec(text) ?? [];
  if (digits === undefined) return only(all.filter(({ words }) => words === fold(text)));
  const words = fold(rest);
  const numbered = byNumber.get(valueOf(digits)) ?? null;
  const sameWords = all.filter((name) => name.words === words);
  const isSaid = (one: Name): boolean => one.id === numbered && (one.words === null || one.words === words);
  if (numbered !== null && (isTime(digits) || all.some(isSaid))) return numbered;
  // Numbered anew by whoever wrote the files: times became a count, or a count became times.
  return only(sameWords.filter(({ number }) => number !== null && isTime(number) !== isTime(digits)));
}

function only(names: readonly Name[]): string | null {
  const [first, ...others] = names;
  return first === undefined || others.length > 0 ? null : first.id;
}

function namesOf({ order, shadowed }: Graph): Names {
  const byText = new Map<string, string | null>();
  const byNumber = new Map<string, string | null>();
  const byHash = new Map<string, string | null>();
  const add = (map: Map<string, string | null>, key: string, id: string): void => {
    const other = map.get(key);
    map.set(key, other === undefined || other === id ? id : null);
  };
  const all: Name[] = [];
  const name = (id: string, version: string, words: string | null): void => {
    for (const text of [id, version]) {
      add(byText, fold(text), id);
      if (isNumeric(text)) add(byNumber, valueOf(text), id);
    }
    if (words !== null) add(byText, fold(`${version}_${words}`), id);
    all.push({ id, number: isNumeric(version) ? version : null, words: words === null ? null : fold(words) });
  };
  for (const revision of [...shadowed, ...order]) {
    const { id, contentHashes = [], replaces = [] } = revision;
    const { version, slug } = nameOfFile(revision.file) ?? { version: id, slug: revision.name };
    // A number that it shares with one that it replaces means that one.
    name(id, replaces.some((other) => sameVersion(other, version)) ? id : version, slug);
    for (const hash of contentHashes) add(byHash, hash, id);
  }
  const known = new Set(all.map(({ id }) => id));
  for (const id of [...shadowed, ...order].flatMap(({ replaces = [] }) => replaces))
    if (!known.has(id)) name(id, id, null);
  return { byText, byNumber, byHash, all };
}

/** `Create-Notes` and `create_notes` are one name. */
function fold(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '_');
}

/** The value of a number of any size. */
function valueOf(digits: string): string {
  return BigInt(digits).toString();
}

function isTime(digits: string): boolean {
  return digits.length >= TIME_DIGITS;
}
