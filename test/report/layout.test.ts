import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TextOptions } from '../../src/report/layout.js';
import { count, duration, lines, paint, size, table, visible, wrap } from '../../src/report/layout.js';
import { commandText } from '../../src/model/command.js';
import { execFileSync } from 'node:child_process';

const options: TextOptions = {
  colour: false,
  width: 80,
  verbose: false,
  typed: { verb: 'status' },
  about: { place: {}, scope: {} },
  dataDir: 'data',
  pattern: '*',
};
const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 40 });

describe('wrap', () => {
  test('loses no word, breaks none, and keeps within the width', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 30, max: 100 }), (all, width) => {
        const wrapped = wrap(all.join(' '), 4, { width });
        expect(wrapped.split(/\s+/).filter((word) => word !== '')).toEqual(all);
        for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });

  test('keeps a command to type on one line', () => {
    const hint =
      'mend the difference by hand, or record it: flotilla stamp 0003 --only project_12 --force, then upgrade again';
    const options = { only: ['project_12'], force: true };
    const commands = [{ verb: 'stamp', argument: '0003', options }];
    expect(wrap(hint, 0, { width: 60 }, commands)).toBe(
      [
        'mend the difference by hand, or record it:',
        'flotilla stamp 0003 --only project_12 --force, then upgrade',
        'again',
      ].join('\n'),
    );
  });
});

describe('table', () => {
  test('fits the terminal by wrapping its widest column', () => {
    const rows = [['pending', 'a '.repeat(80).trim(), '1']];
    const text = table(['State', 'Pending', { title: 'Targets', numbers: true }], rows, options);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text.match(/\ba\b/g)).toHaveLength(80);
  });

  test('never cuts a word, such as a path to copy', () => {
    const path = `data/${'deep/'.repeat(30)}project_1.db`;
    expect(table(['Outcome', 'Example'], [['upgraded', path]], options)).toContain(path);
  });
});

test('lines gives 100,000 targets equal columns', () => {
  const rows = Array.from({ length: 100_000 }, (_, n) => [`project_${n}`, 'current', '0004']);
  expect(lines(rows).split('\n')).toHaveLength(100_000);
});

test('a hostile name cannot steer the terminal', () => {
  const hostile = 'project_\u001b[2J\u202egnp.\u0007\r.db';
  for (const text of [wrap(hostile, 0, options), lines([[hostile]]), table(['Id'], [[hostile]], options)]) {
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text).toContain('\\u001b');
  }
  expect(visible('plain äöü 漢字')).toBe('plain äöü 漢字');
});

test('a suggested command is read back by a shell as the words it was made of', () => {
  const word = fc.string({ unit: 'binary-ascii', minLength: 1 }).filter((text) => !text.includes('\u0000'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (all) => {
      const script = commandText({ program: 'printf', args: ['%s\\0', ...all] });
      const read = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\u0000').slice(0, -1);
      expect(read).toEqual(all);
    }),
    { numRuns: 60 },
  );
});

test('colour is off where it is off', () => {
  expect(paint('red', 'x', { colour: false })).toBe('x');
  expect(paint('red', 'x', { colour: true })).toBe('\u001b[31mx\u001b[39m');
});

test('numbers are told in words that a person reads', () => {
  expect([count(1, 'target'), count(3000, 'target')]).toEqual(['1 target', '3,000 targets']);
  expect([duration(12), duration(1234), duration(59_999), duration(185_000)]).toEqual([
    '12 ms',
    '1.2 s',
    '60.0 s',
    '3 min 5 s',
  ]);
  expect([size(512), size(143_360), size(1_610_612_736)]).toEqual(['512 B', '140 KiB', '1.5 GiB']);
});
