// Waves as sets: what words make of targets, in which order, and what is refused before any work.

import { describe, expect, test } from 'vitest';
import { FleetError } from '../../src/model/errors.js';
import type { Target } from '../../src/model/target.js';
import { countOf, inOrder, wavesOf, type WaveOptions } from '../../src/rollout/waves.js';

/** Targets that are never opened; the size is the place from the end. */
function targetsOf(...ids: string[]): readonly Target[] {
  return ids.map((id, at) => ({
    id,
    path: `data/${id}.db`,
    sizeBytes: at % 2 === 0 ? 100 - at : at,
    identity: id,
    version: '1',
    changedAt: 0,
  }));
}

const TEN = targetsOf(...Array.from({ length: 10 }, (_, at) => `t${at}`));
const DEFINED = [
  { name: 'canary', only: ['eu/*', 't9'], maxFailures: 0 },
  { name: 'eu', only: ['eu/*'] },
  { name: 'nobody', only: ['no/*', 'gone'] },
];

function filled(options: WaveOptions, targets = TEN, defined: Parameters<typeof wavesOf>[2] = DEFINED) {
  return wavesOf(targets, { order: 'id', ...options }, defined).map(({ name, targets: taken }) => [
    name,
    taken.map(({ id }) => id).join(' '),
  ]);
}

function refusal(options: WaveOptions, targets = TEN): string {
  try {
    wavesOf(targets, options, DEFINED);
  } catch (error) {
    if (error instanceof FleetError && error.code === 'usage') return `${error.message}; ${error.hint}`;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('Waves', () => {
  test('take numbers, percents of all that are planned, and what is left, in order.', () => {
    expect(filled({ waves: ['1', '25%', 'rest'] })).toEqual([
      ['1', 't0'],
      ['25%', 't1 t2 t3'],
      ['rest', 't4 t5 t6 t7 t8 t9'],
    ]);
  });

  test('take by their names what no wave before them has taken.', () => {
    const targets = targetsOf('eu/a', 'eu/b', 't1', 't9', 'us/c');
    expect(filled({ waves: ['1', 'canary', 'eu', 'rest'] }, targets)).toEqual([
      ['1', 'eu/a'],
      ['canary', 'eu/b t9'],
      ['eu', ''],
      ['rest', 't1 us/c'],
    ]);
  });

  test('of names that nothing fits are empty.', () => {
    expect(filled({ waves: ['nobody', 'rest'] })[0]).toEqual(['nobody', '']);
  });

  test('of one size have names of their own.', () => {
    expect(filled({ waves: ['2', '2', '2', 'rest'] }).map(([name]) => name)).toEqual([
      '2',
      '2 (2)',
      '2 (3)',
      'rest',
    ]);
  });

  test('need not be asked for: then all is the rest.', () => {
    expect(filled({})).toEqual([['rest', TEN.map(({ id }) => id).join(' ')]]);
  });

  test('begin the largest of their targets first, unless an order is given.', () => {
    const [first] = wavesOf(TEN, { waves: ['4', 'rest'] }, []);
    expect(first?.targets.map(({ id }) => id)).toEqual(['t0', 't2', 't3', 't1']);
    expect(filled({ waves: ['4', 'rest'], order: 'size' })[0]).toEqual(['4', 't0 t2 t4 t6']);
  });

  test('are shuffled by a seed alone: the same again, and otherwise by another.', () => {
    const shuffled = (order: string, targets = TEN) => inOrder(targets, order).map(({ id }) => id);
    expect(shuffled('shuffle:7')).toEqual(shuffled('shuffle:7', TEN.toReversed()));
    expect(shuffled('shuffle:7')).not.toEqual(shuffled('shuffle:8'));
    expect(shuffled('shuffle:7').toSorted()).toEqual(TEN.map(({ id }) => id));
    const fewer = TEN.filter(({ id }) => id !== 't4');
    expect(shuffled('shuffle:7', fewer)).toEqual(shuffled('shuffle:7').filter((id) => id !== 't4'));
  });

  test('may lose so many, percents rounded up; what a wave says itself wins.', () => {
    const allowed = (maxFailures: number | string) =>
      wavesOf(
        targetsOf(...TEN.map(({ id }) => id), 'eu/a'),
        { waves: ['canary', '3', 'rest'], maxFailures },
        [...DEFINED, { name: 'rest', maxFailures: '50%' }],
      ).map((wave) => wave.maxFailures);
    expect(allowed(2)).toEqual([0, 2, 3]);
    expect(allowed('34%')).toEqual([0, 2, 3]);
    expect(wavesOf(TEN, {}, [])[0]?.maxFailures).toBeNull();
  });

  test('count percents exactly.', () => {
    expect([countOf('1.1%', 1000), countOf('0.1%', 3000), countOf('10%', 60), countOf('1%', 1)]).toEqual([
      11, 3, 6, 1,
    ]);
    expect([countOf('0%', 50), countOf('100%', 7), countOf('5', 2), countOf(3, 100)]).toEqual([0, 7, 5, 3]);
  });
});

describe('Refused before any work:', () => {
  test('targets in no wave, with how many, and what to add.', () => {
    expect(refusal({ waves: ['1', '50%'] })).toMatch(
      /^By --waves 4 of 10 targets are in no wave, t6 for example; none was touched; end the list with rest/,
    );
    expect(refusal({ waves: ['9'] })).toContain('target t9 is in no wave');
  });

  test.each([
    ['a name that nobody defined', ['canry', 'rest'], 'There is no wave "canry"; the nearest is canary'],
    ['a name twice', ['canary', 'canary', 'rest'], '--waves names canary twice'],
    ['something after the rest', ['rest', '5'], '--waves has 5 after rest'],
    ['a wave of nothing', ['0', 'rest'], 'A wave cannot be 0 of the targets'],
    ['no percent', ['0.0%', 'rest'], 'A wave cannot be 0.0% of the targets'],
    ['more than all', ['101%', 'rest'], 'A wave cannot be 101% of the targets'],
    ['a negative number', ['-1', 'rest'], 'There is no wave "-1"'],
  ])('%s.', (_, waves, message) => {
    expect(refusal({ waves })).toContain(message);
    // Known without a target, so that nobody waits for it.
    expect(refusal({ waves }, [])).toContain(message);
  });
});
