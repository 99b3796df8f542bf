// Chance with a seed: the same seed and words give the same numbers everywhere.

import { createHash } from 'node:crypto';

export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number, at least 0, less than `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

export function createRandom(...seeds: readonly (string | number)[]): Random {
  let state = createHash('sha256').update(seeds.join('\0')).digest().readUInt32LE(0);
  // Mulberry32: small, and good enough to choose places to hurt.
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}

/**
 * Chooses `count` of the numbers 1 to `total`, evenly spread, moved by the seed: all of them where there are no more.
 */
export function spread(total: number, count: number, random: Random): readonly number[] {
  if (count >= total) return Array.from({ length: total }, (_, index) => index + 1);
  const shift = random.next();
  return Array.from({ length: count }, (_, index) => 1 + Math.floor(((index + shift) * total) / count));
}
