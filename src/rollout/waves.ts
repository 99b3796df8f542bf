// Waves: sets of targets, fixed before any work, of which one is done before the next begins. Pure. Invariant: every
// target is in exactly one wave, or the run does not begin.

import { createHash } from 'node:crypto';
import { choose } from '../discovery/select.js';
import { FleetError } from '../model/errors.js';
import { nearest } from '../model/nearest.js';
import type { SettingsOf, CHANGE_SETTINGS } from '../model/settings.js';
import type { Outcome } from '../model/outcome.js';
import type { WaveDefinition, WaveVerdict } from '../model/wave.js';
import type { Target } from '../model/target.js';

/** Targets that are done before any of the next wave. */
export interface Wave {
  /** From 1, empty ones counted. */
  readonly number: number;
  /** As it was written; unlike that of any other wave. */
  readonly name: string;
  /** In the order in which they are begun. */
  readonly targets: readonly Target[];
  /** How many of them may fail; null: all. */
  readonly maxFailures: number | null;
  /** What says that, as it was written; empty where nothing does. */
  readonly rule: string;
  /** What an earlier leg of the run left of it. */
  readonly earlier?: {
    /** Of the targets that are not tried again. */
    readonly outcomes: readonly Outcome[];
    readonly startedAt: string | null;
    readonly finishedAt: string | null;
    readonly verdict: WaveVerdict | null;
  };
}

/** How many targets are in a wave, those included that are not tried again. */
export function sizeOf({ targets, earlier }: Wave): number {
  return targets.length + (earlier?.outcomes.length ?? 0);
}

type Rule = Omit<WaveDefinition, 'only'> &
  (
    | { readonly kind: 'share'; readonly share: string }
    | { readonly kind: 'named'; readonly only: readonly string[] }
    | { readonly kind: 'rest' }
  );

export type WaveOptions = Pick<SettingsOf<typeof CHANGE_SETTINGS>, 'waves' | 'maxFailures' | 'order'>;

const REST = 'rest';

/**
 * The waves of a run; a single one of all targets where none were asked for.
 * @param targets in the order of their ids
 * @param defined the waves that may be named
 * @throws FleetError `usage` for words that say no waves, and where a target is in none
 */
export function wavesOf(
  targets: readonly Target[],
  { waves = [REST], maxFailures, order }: WaveOptions,
  defined: readonly WaveDefinition[],
): readonly Wave[] {
  const rules = readRules(waves, defined);
  const left = new Set(inOrder(targets, order ?? 'id'));
  const filled = rules.map((rule, at): Wave => {
    const taken = takenBy(rule, [...left], targets.length);
    for (const target of taken) left.delete(target);
    const share = rule.maxFailures ?? maxFailures;
    return {
      number: at + 1,
      name: nameAt(rules, at),
      // Largest first, so that no large one is left to a single process at the end.
      targets: order === undefined ? inOrder(taken, 'size') : taken,
      maxFailures: share === undefined ? null : countOf(share, taken.length),
      rule:
        rule.maxFailures === undefined ? `--max-failures ${share ?? ''}` : `its maxFailures ${share ?? ''}`,
    };
  });
  if (left.size > 0) throw inNoWave([...left], targets.length);
  return filled;
}

/** Targets in the order of `--order`: by size the largest first; a seed gives every id its place, whatever else there is. */
export function inOrder(targets: readonly Target[], order: string): readonly Target[] {
  if (order === 'id') return targets;
  if (order === 'size') return targets.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  const seed = order.slice('shuffle:'.length);
  const keyed = targets.map((target) => ({
    target,
    key: createHash('sha256').update(`${seed}\n${target.id}`).digest('hex'),
  }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ target }) => target);
}

/** How many of a number a share is, percents rounded up. */
export function countOf(share: number | string, of: number): number {
  const [, digits = '', fraction = '', percent] = /^(\d+)(?:\.(\d+))?(%)?$/.exec(String(share)) ?? [];
  const units = Number(digits + fraction);
  // In whole numbers, because 1.1 * 1000 is more than 1100.
  return percent === undefined ? units : Math.ceil((units * of) / (100 * 10 ** fraction.length));
}

function readRules(words: readonly string[], defined: readonly WaveDefinition[]): readonly Rule[] {
  const rules = words.map((word): Rule => {
    const definition = defined.find(({ name }) => name === word);
    if (word === REST) return { ...definition, kind: 'rest', name: word };
    if (definition !== undefined) return { kind: 'named', ...definition, only: definition.only ?? [] };
    if (/^\d+(?:\.\d+)?%$|^\d+$/.test(word)) return readShare(word);
    throw unknownWave(word, defined);
  });
  const again = rules.find((rule, at) => rule.kind !== 'share' && words.indexOf(rule.name) < at);
  if (again !== undefined) {
    throw new FleetError('usage', `--waves names ${again.name} twice`, {
      hint: 'name each wave once; nothing would be left for the second',
    });
  }
  const rest = words.indexOf(REST);
  if (rest >= 0 && rest < words.length - 1) {
    throw new FleetError(
      'usage',
      `--waves has ${String(words[rest + 1])} after rest, for which nothing is left`,
      {
        hint: 'put rest last',
      },
    );
  }
  return rules;
}

function readShare(word: string): Rule {
  const value = Number.parseFloat(word);
  if (value > 0 && (!word.endsWith('%') || value <= 100)) return { kind: 'share', name: word, share: word };
  throw new FleetError('usage', `A wave cannot be ${word} of the targets`, {
    hint: 'write a number from 1, or a percentage of more than 0% and up to 100%',
  });
}

function unknownWave(word: string, defined: readonly WaveDefinition[]): FleetError {
  const names = defined.map(({ name }) => name).filter((name) => name !== REST);
  const [near] = nearest(word, [...names, REST]);
  const meant = near === undefined ? '' : `; the nearest is ${near}`;
  const known =
    names.length === 0
      ? 'no wave has a name: "waves" in the configuration gives them names'
      : `these have names: ${names.join(', ')}`;
  return new FleetError('usage', `There is no wave ${JSON.stringify(word)}${meant}`, {
    hint: `write numbers, percents, names or rest, as in 1,10%,rest; ${known}`,
  });
}

/** @param left in order @param planned how many targets there are in all waves */
function takenBy(rule: Rule, left: readonly Target[], planned: number): readonly Target[] {
  switch (rule.kind) {
    case 'share':
      return left.slice(0, countOf(rule.share, planned));
    case 'named': {
      const chosen = choose(rule.only, left);
      return left.filter(({ id }) => chosen.has(id));
    }
    case 'rest':
      return left;
  }
}

/** `10%`, and `10% (2)` for the second of this size. */
function nameAt(rules: readonly Rule[], at: number): string {
  const name = rules[at]?.name ?? '';
  const before = rules.slice(0, at).filter((rule) => rule.name === name).length;
  return before === 0 ? name : `${name} (${before + 1})`;
}

function inNoWave(left: readonly Target[], planned: number): FleetError {
  const [first] = left;
  const which =
    left.length === 1 ? `target ${first?.id ?? ''} is` : `${left.length} of ${planned} targets are`;
  const example = left.length === 1 ? '' : `, ${first?.id ?? ''} for example`;
  return new FleetError('usage', `By --waves ${which} in no wave${example}; none was touched`, {
    hint: 'end the list with rest, which takes all that no other wave takes',
  });
}
