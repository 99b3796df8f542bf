// Which of the targets a call is about: ids, paths and globs to work on and to leave out, and a limit. Pure. An id or a
// glob that matches nothing is a mistake unless the call says otherwise, and what a limit leaves out is counted:
// neither just makes the run smaller.

import fastGlob from 'fast-glob';
import { FleetError } from '../model/errors.js';
import { sentence } from '../model/sentence.js';
import { command, hint } from '../model/hint.js';
import { nearest } from '../model/nearest.js';
import { allRead, CHOICE_SETTINGS, type SettingsOf } from '../model/settings.js';
import type { Refusal, Target } from '../model/target.js';
import type { Discovery } from '../model/discovery.js';
import { compileGlob } from './glob.js';
import { compareNaturally } from './natural-order.js';

export type Selection = SettingsOf<typeof CHOICE_SETTINGS>;

export interface Selected extends Discovery {
  /** How many more there are beyond the limit. */
  readonly unexamined: number;
  /** Whether it is well that there is none. */
  readonly allowEmpty: boolean;
}

const SUGGESTIONS_MAX = 3;

/**
 * Refused paths are selected like targets, so that one that was asked for is reported.
 * @throws FleetError `unknownTarget` for an id that nothing has, or a glob that matches nothing; `usage` for a glob
 *   or a limit that makes no sense
 */
export function select(found: Discovery, selection: Selection): Selected {
  const { only, exclude, limit, ...others } = selection;
  const { missing, allowEmpty } = CHOICE_SETTINGS;
  const {
    missing: onMissing = missing.default,
    allowEmpty: mayBeEmpty = allowEmpty.default,
    ...remaining
  } = others;
  allRead(remaining);
  if (limit !== undefined) assertLimit(limit);
  const known: readonly (Target | Refusal)[] = [...found.targets, ...found.refused];
  const names = namesOf(known);
  const asked = only === undefined ? null : choose(only, known, names);
  const left = choose(exclude ?? [], known, names);
  const unknown = [...(asked?.unknown ?? []), ...left.unknown];
  if (unknown.length > 0 && onMissing === 'fail') throw unknownTarget(unknown, known);

  const isSelected = ({ id }: { readonly id: string }): boolean =>
    (asked === null || asked.has(id)) && !left.has(id);
  const { targets, refused } = found;
  const chosen = { targets: targets.filter(isSelected), refused: refused.filter(isSelected) };
  return { ...limited({ ...found, ...chosen }, limit), allowEmpty: mayBeEmpty };
}

/**
 * The first targets, and those refused paths that come before the last of them.
 * @param limit undefined keeps all
 */
export function limited<D extends Discovery>(
  found: D,
  limit: number | undefined,
): D & Pick<Selected, 'unexamined'> {
  const { targets, refused } = found;
  if (limit === undefined) return { ...found, unexamined: 0 };
  const first = targets.slice(0, limit);
  const last = first.at(-1);
  if (first.length === targets.length) return { ...found, unexamined: 0 };
  const before = last === undefined ? [] : refused.filter(({ id }) => compareNaturally(id, last.id) < 0);
  const unexamined = targets.length - first.length + refused.length - before.length;
  return { ...found, targets: first, refused: before, unexamined };
}

function assertLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 1) return;
  throw new FleetError('usage', `The limit ${limit} is not a whole number from 1`, {
    hint: 'write --limit as the number of targets to work on, or leave it out',
  });
}

/** The ids that exact words mean, by path, by path under the data directory and, before all, by id. */
function namesOf(known: readonly Named[]): ReadonlyMap<string, string> {
  const names = new Map(known.map(({ path, id }) => [path, id]));
  for (const { id } of known) names.set(`${id}.db`, id);
  for (const { id } of known) names.set(id, id);
  return names;
}

type Named = Pick<Target, 'id' | 'path'>;

/** What some words choose. An id or a path is meant literally, even where it has the characters of a glob. */
export function choose(
  words: readonly string[],
  known: readonly Named[],
  names: ReadonlyMap<string, string> = namesOf(known),
): { readonly unknown: readonly string[]; has(id: string): boolean } {
  const ids = new Set<string>();
  const globs: ((id: string) => boolean)[] = [];
  const unknown: string[] = [];
  for (const word of new Set(words)) {
    const id = names.get(word) ?? names.get(word.replace(/\\(.)/gs, '$1'));
    const glob = id === undefined && fastGlob.isDynamicPattern(word) ? compileGlob(word) : null;
    if (id !== undefined) ids.add(id);
    else if (glob !== null && known.some((one) => glob(one.id))) globs.push(glob);
    else unknown.push(word);
  }
  return { unknown, has: (id) => ids.has(id) || globs.some((glob) => glob(id)) };
}

const MISTAKES_SHOWN = 10;

function unknownTarget(patterns: readonly string[], known: readonly (Target | Refusal)[]): FleetError {
  const list = hint`list the ids with: ${command('discover')}`;
  const mistakes = patterns.slice(0, MISTAKES_SHOWN).map((word) => {
    const isGlob = fastGlob.isDynamicPattern(word);
    const near = isGlob ? [] : meantBy(word, known);
    return {
      clause: isGlob
        ? `no target matches ${JSON.stringify(word)}`
        : `no target has the id ${JSON.stringify(word)}`,
      hint: near.length === 0 ? list : hint`did you mean ${near.join(' or ')}? ${list}`,
    };
  });
  const [first] = mistakes;
  const hidden = patterns.length - mistakes.length;
  const clauses = [
    ...mistakes.map(({ clause }) => clause),
    ...(hidden > 0 ? [`and so with ${hidden} more`] : []),
  ];
  return new FleetError('unknownTarget', sentence(clauses.join('; ')), {
    hint:
      known.length === 0
        ? 'no target was found at all: check --data-dir and --pattern'
        : hint`${first?.hint ?? list}; --missing skip passes over such names`,
    problems: mistakes.map(({ clause, hint: said }) => ({ message: sentence(clause), hint: said })),
  });
}

/** Ids that the word may have meant: the id of a file with that name, or ids that are spelled alike. */
function meantBy(word: string, known: readonly (Target | Refusal)[]): readonly string[] {
  const named = known.filter(({ id }) => id.endsWith(`/${word}`));
  if (named.length > 0) return named.slice(0, SUGGESTIONS_MAX).map(({ id }) => id);
  return nearest(
    word,
    known.map(({ id }) => id),
  );
}
