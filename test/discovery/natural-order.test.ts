import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNaturally } from '../../src/discovery/natural-order.js';

/** Names in which numbers, zeros, slashes and characters on both sides of the surrogates are common. */
const names = fc
  .array(
    fc.oneof(
      fc.constantFrom('0', '00', '7', '10', '/', '_', '-', 'project_', 'é', '\uFF5E', '😀', '\u{10FFFF}'),
      fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''));

/** The rule, written for reading and not for speed. */
function slowly(a: string, b: string): number {
  const parts = (name: string) => name.match(/[0-9]+|[^0-9]/gu) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const areNumbers = /^[0-9]/.test(part) && /^[0-9]/.test(other);
    const order = areNumbers
      ? Number(BigInt(part) > BigInt(other)) - Number(BigInt(part) < BigInt(other))
      : Buffer.compare(Buffer.from(part), Buffer.from(other));
    if (order !== 0) return order;
  }
  if (left.length !== right.length) return -1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

test('Numbers are compared as numbers, at every place in a path.', () => {
  const sorted = ['eu/2/project_1', 'eu/10/project_1', 'project_1', 'project_2', 'project_10', 'project_10b'];
  expect([...sorted].reverse().sort(compareNaturally)).toEqual(sorted);
});

test('Digits beyond the precision of a number still count.', () => {
  expect(compareNaturally('p_9007199254740993', 'p_9007199254740992')).toBeGreaterThan(0);
  expect(compareNaturally(`p_${'9'.repeat(400)}`, `p_1${'0'.repeat(400)}`)).toBeLessThan(0);
});

test('Names that differ in leading zeros alone have an order of their own.', () => {
  expect(['p_007', 'p_7', 'p_07'].sort(compareNaturally)).toEqual(['p_007', 'p_07', 'p_7']);
});

test('The order is the one of the rule: numbers by value, other characters by their UTF-8 bytes.', () => {
  fc.assert(
    fc.property(names, names, (a, b) => {
      expect(Math.sign(compareNaturally(a, b))).toBe(Math.sign(slowly(a, b)));
    }),
    { numRuns: 5_000 },
  );
});

test('Any order of the names sorts to the same list, and only equal names are equal.', () => {
  const shuffled = fc
    .uniqueArray(names, { maxLength: 12 })
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      const sorted = [...list].sort(compareNaturally);
      expect([...other].sort(compareNaturally)).toEqual(sorted);
      for (let at = 1; at < sorted.length; at++)
        expect(compareNaturally(sorted[at - 1] ?? '', sorted[at] ?? '')).toBeLessThan(0);
    }),
    { numRuns: 1_000 },
  );
});

test('100,000 ids are sorted as the collator of the platform sorts them.', () => {
  const ids = Array.from({ length: 100_000 }, (_, n) => `region_${n % 7}/project_${(n * 7919) % 100_000}`);
  const collator = new Intl.Collator('en', { numeric: true });
  expect([...ids].sort(compareNaturally)).toEqual([...ids].sort(collator.compare));
});
