import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { GroupCommit } from '../../src/ledger/group-commit.js';

/** A commit that keeps what was written, and fails as long as it is told to. */
function group() {
  const state = { written: [] as (readonly number[])[], isFailing: false };
  const commit = new GroupCommit<number>((events) => {
    if (state.isFailing) throw new Error('no space left');
    state.written.push([...events]);
  });
  return { state, commit };
}

afterEach(() => {
  vi.useRealTimers();
});

test('64 events are written at once and together, without waiting.', () => {
  const { state, commit } = group();
  for (let event = 0; event < 130; event++) commit.add(event);
  expect(state.written.map((events) => events.length)).toEqual([64, 64]);
  commit.commit();
  expect(state.written.flat()).toEqual(Array.from({ length: 130 }, (_, event) => event));
});

test('Fewer are written a moment later by themselves.', () => {
  vi.useFakeTimers();
  const { state, commit } = group();
  commit.add(1);
  commit.add(2);
  vi.advanceTimersByTime(99);
  expect(state.written).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(state.written).toEqual([[1, 2]]);
});

test('What cannot be written stays, and goes with the next commit, in order.', () => {
  vi.useFakeTimers();
  const { state, commit } = group();
  state.isFailing = true;
  for (let event = 1; event <= 200; event++) commit.add(event);
  vi.advanceTimersByTime(100);
  expect(() => {
    commit.commit();
  }).toThrow('no space left');
  state.isFailing = false;
  commit.commit();
  expect(state.written.flat()).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
});

test('Whatever fails in between, each event is written once and in order, and a commit that returns is true.', async () => {
  const steps = fc.array(fc.constantFrom('add', 'commit', 'break', 'mend', 'wait'), { maxLength: 150 });
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const { state, commit } = group();
      let added = 0;
      for (const step of list) {
        if (step === 'add') commit.add(++added);
        else if (step === 'commit' && !state.isFailing) {
          commit.commit();
          expect(state.written.flat().length).toBe(added);
        } else if (step === 'wait') await sleep(0);
        else state.isFailing = step === 'break';
      }
      state.isFailing = false;
      commit.commit();
      expect(state.written.flat()).toEqual(Array.from({ length: added }, (_, index) => index + 1));
    }),
    { numRuns: 200 },
  );
});
