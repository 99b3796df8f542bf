// Which of the targets a call is about: ids and globs to work on and to leave out, and a limit. Pure. An id or
// a glob that matches nothing is reported as a mistake; it never just makes the run smaller.

import fastGlob from 'fast-glob';
import { FleetError } from '../model/errors.js';
import { sentence } from '../model/sentence.js';
import { command, hint } from '../model/hint.js';
import { nearest } from '../model/nearest.js';
import { allRead, type CHOICE_SETTINGS, type SettingsOf } from '../model/settings.js';
import type { Refusal, Target } from '../model/target.js';
import type { Discovery } from '../model/discovery.js';
import { compileGlob } from './glob.js';
import { compareNaturally } from './natural-order.js';

export type Selection = SettingsOf<typeof CHOICE_SETTINGS>;

const SUGGESTIONS_MAX = 3;

/**
 * Refused paths are selected like targets, so that one that was asked for is reported. A limit keeps those refused
 * paths that come before the last target it keeps.
 * @throws FleetError `unknownTarget` for an id that nothing has, or a glob that matches nothing; `usage` for a glob or
 *   a limit that makes no sense
 */
export function select({ targets, refused }: Discovery, selection: Selection): Discovery {
  const { only, exclude, limit, ...remaining } = selection;
  allRead(remaining);
  const known: readonly (Target | Refusal)[] = [...targets, ...refused];
  const ids = new Set(known.map(({ id }) => id));
  const patterns = [...new Set([...(only ?? []), ...(exclude ?? [])])];
  const matchers = new Map(patterns.map((pattern) => [pattern, matcherOf(pattern, ids)]));
  const unknown = patterns.filter((pattern) => !known.some(({ id }) => matchers.get(pattern)?.(id) === true));
  if (unknown.length > 0) throw unknownTarget(unknown, known);

  const matchesAny = (id: string, list: readonly string[]): boolean =>
    list.some((word) => matchers.get(word)?.(id) === true);
  const isSelected = ({ id }: { readonly id: string }): boolean =>
    (only === undefined || matchesAny(id, only)) && (exclude === undefined || !matchesAny(id, exclude));
  return limited({ targets: targets.filter(isSelected), refused: refused.filter(isSelected) }, limit);
}

/** An id is meant literally, even where it has the characters of a glob. */
function matcherOf(word: string, ids: ReadonlySet<string>): (id: string) => boolean {
  const isId = ids.has(word) || !fastGlob.isDynamicPattern(word);
  return isId ? (id) => id === word : compileGlob(word);
}

function limited({ targets, refused }: Discovery, limit: number | undefined): Discovery {
  if (limit === undefined) return { targets, refused };
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new FleetError('usage', `The limit ${limit} is not a whole number from 1`, {
      hint: 'write --limit as the number of targets to work on, or leave it out',
    });
  const first = targets.slice(0, limit);
  const last = first.at(-1);
  if (last === undefined || first.length === targets.length) return { targets, refused };
  return { targets: first, refused: refused.filter(({ id }) => compareNaturally(id, last.id) < 0) };
}

function unknownTarget(patterns: readonly string[], known: readonly (Target | Refusal)[]): FleetError {
  const list = hint`list the ids with: ${command('discover')}`;
  const mistakes = patterns.map((word) => {
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
  return new FleetError('unknownTarget', sentence(mistakes.map(({ clause }) => clause).join('; ')), {
    hint:
      known.length === 0
        ? 'no target was found at all: check --data-dir and --pattern'
        : (first?.hint ?? list),
    problems: mistakes.map(({ clause, hint: said }) => ({ message: sentence(clause), hint: said })),
  });
}

/** Ids that the word may have meant: the id of a file with that name, or ids that are spelled alike. */
function meantBy(word: string, known: readonly (Target | Refusal)[]): readonly string[] {
  const named = known.filter(
    ({ id, path }) => path === word || `${id}.db` === word || id.endsWith(`/${word}`),
  );
  if (named.length > 0) return named.slice(0, SUGGESTIONS_MAX).map(({ id }) => id);
  return nearest(
    word,
    known.map(({ id }) => id),
  );
}
