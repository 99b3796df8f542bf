// No more targets fail than may, and one a process: whatever sizes batches have, in whatever order they end, and however
// many of them fail.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBudget } from '../../src/rollout/budget.js';

/** A choice that the machine makes in place of the program: by a number, which batch ends and how many of it fail. */
const CHOICES = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 16 })), {
  minLength: 1,
  maxLength: 200,
});

test('No more fail than may, and one a process.', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.integer({ min: 1, max: 8 }), CHOICES, (allowed, jobs, choices) => {
      const budget = createBudget(allowed);
      const inFlight: { size: number; end: () => void }[] = [];
      const endOne = (which: number, bad: number): void => {
        const [batch] = inFlight.splice(which % inFlight.length, 1);
        for (let n = 0; n < Math.min(bad, batch?.size ?? 0); n++) budget.count('failed');
        batch?.end();
      };
      for (const [which, bad, wanted] of choices) {
        while (!budget.isExceeded() && inFlight.length < jobs && budget.room() > 0) {
          const size = Math.min(wanted, budget.room());
          inFlight.push({ size, end: budget.begin(size) });
        }
        // A process that waits is never the only one.
        if (!budget.isExceeded()) expect(inFlight.length).toBeGreaterThan(0);
        if (inFlight.length > 0) endOne(which, bad % 17);
      }
      while (inFlight.length > 0) endOne(0, 16);
      expect(budget.failed).toBeLessThanOrEqual(allowed + jobs);
    }),
  );
});

test('Partial targets and those in doubt count, and those left alone do not.', () => {
  const budget = createBudget(2);
  for (const outcome of ['skipped', 'current', 'upgraded', 'partial', 'inDoubt'] as const)
    budget.count(outcome);
  expect([budget.failed, budget.isExceeded()]).toEqual([2, false]);
  budget.count('failed');
  expect([budget.failed, budget.isExceeded()]).toEqual([3, true]);
});

test('Without a budget, batches are as large as they like.', () => {
  const budget = createBudget(null);
  budget.begin(16);
  for (let n = 0; n < 100; n++) budget.count('failed');
  expect([budget.room(), budget.isExceeded()]).toEqual([Infinity, false]);
});
