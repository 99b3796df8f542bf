// The waves that a configuration defines: its one key that is no setting of a flag, where `--waves` names them. Apart
// because what is wrong with one of them is told by its own key.

import { nearest, wavesIn, WAVES_TAKE, type WaveDefinition } from '../index.js';

/** A mistake, where it is below the key `waves`. */
export interface WaveMistake {
  readonly path: readonly string[];
  readonly what: string;
  readonly hint: string;
}

const KEYS = ['name', 'only', 'maxFailures'];

/** @returns the waves, or each mistake in them */
export function readWaves(
  found: unknown,
): { readonly waves: readonly WaveDefinition[] } | { readonly mistakes: readonly WaveMistake[] } {
  const unknown = Array.isArray(found) ? found.flatMap(unknownKeysIn) : [];
  const waves = wavesIn(found);
  if (unknown.length === 0 && waves !== null) return { waves };
  const wrong = { path: [], what: 'has a value that it cannot have', hint: `waves takes ${WAVES_TAKE}` };
  return { mistakes: unknown.length > 0 ? unknown : [wrong] };
}

function unknownKeysIn(wave: unknown, at: number): WaveMistake[] {
  if (typeof wave !== 'object' || wave === null) return [];
  return Object.keys(wave)
    .filter((key) => !KEYS.includes(key))
    .map((key) => {
      const [near] = nearest(key, KEYS);
      const known = near === undefined ? `all keys: ${KEYS.join(', ')}` : `the nearest known key is ${near}`;
      return {
        path: [String(at), key],
        what: 'is no key of a wave',
        hint: key === 'group' ? 'targets have no groups here: say which are in the wave by only' : known,
      };
    });
}
