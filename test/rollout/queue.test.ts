// The order in which targets go to processes, and which of them go together: arithmetic over sizes, ways and jobs.

import { describe, expect, test } from 'vitest';
import type { Target } from '../../src/model/target.js';
import { createQueue, type Queue, type QueueOptions } from '../../src/rollout/queue.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Targets that are called by their place, `t0`, `t1`, .., and are never opened. */
function targetsOf(...sizes: number[]): readonly Target[] {
  return sizes.map((sizeBytes, index) => {
    const id = `t${index}`;
    return { id, path: `/nowhere/${id}`, sizeBytes, identity: id, version: '1', changedAt: 0 };
  });
}

function queueOf(targets: readonly Target[], options: Partial<QueueOptions> = {}): Queue {
  return createQueue(targets, { ways: new Map(), jobs: 1, ...options });
}

/** All that the queue still has, batch by batch, by id. */
function rest(queue: Queue): readonly (readonly string[])[] {
  const batches: string[][] = [];
  for (;;) {
    const batch = queue.take().map(({ target }) => target.id);
    if (batch.length === 0) return batches;
    batches.push(batch);
  }
}

const sizesOf = (queue: Queue): readonly number[] => rest(queue).map((batch) => batch.length);
const many = (count: number, sizeBytes = 1): readonly Target[] =>
  targetsOf(...new Array<number>(count).fill(sizeBytes));

describe('The queue of a rollout', () => {
  test('Targets go in the order in which they were given.', () => {
    const queue = queueOf(targetsOf(3 * MIB, 5 * MIB, 3 * MIB, 4 * MIB));
    expect(rest(queue)).toEqual([['t0'], ['t1'], ['t2'], ['t3']]);
  });

  test('A batch is no larger than it may be, and what is left is taken next.', () => {
    const queue = queueOf(many(100));
    expect(queue.take(3).map(({ target }) => target.id)).toEqual(['t0', 't1', 't2']);
    expect(queue.take(1).map(({ target }) => target.id)).toEqual(['t3']);
    expect(queue.take(1000)).toHaveLength(16);
  });

  test('All that waits can be taken at once, in its order.', () => {
    const queue = queueOf(many(50));
    const batch = queue.take();
    queue.putBack(batch.slice(2));
    expect(queue.drain().map(({ index }) => index)).toEqual(Array.from({ length: 48 }, (_, n) => n + 2));
    expect(queue.take()).toEqual([]);
  });

  test('A queue that nothing waits in gives nothing, as often as it is asked.', () => {
    const queue = queueOf(targetsOf(1));
    expect([queue.take().length, queue.take(), queue.take()]).toEqual([1, [], []]);
  });

  test('Every target knows its place among those that were given.', () => {
    const queue = queueOf(targetsOf(1 * MIB, 3 * MIB, 2 * MIB));
    const places = [queue.take(), queue.take(), queue.take()].map(([one]) => [one?.target.id, one?.index]);
    expect(places).toEqual([
      ['t0', 0],
      ['t1', 1],
      ['t2', 2],
    ]);
  });

  test('Not more than sixteen small targets go together.', () => {
    expect(queueOf(many(1000)).take()).toHaveLength(16);
  });

  test('Not more than a mebibyte of targets goes together, unless a single one is larger.', () => {
    expect(queueOf(many(1000, 300 * KIB)).take()).toHaveLength(3);
    expect(queueOf(many(1000, 256 * KIB)).take()).toHaveLength(4);
    expect(queueOf(many(1000, 2 * MIB)).take()).toHaveLength(1);
  });

  test('Fewer targets go together as the end is near, and fewer where more processes share the rest.', () => {
    expect(sizesOf(queueOf(many(40)))).toEqual([16, 12, 6, 3, 1, 1, 1]);
    expect(sizesOf(queueOf(many(40), { jobs: 4 }))).toEqual([
      5, 5, 4, 4, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1,
    ]);
  });

  test('Targets of different ways do not go together, and those without one go with each other.', () => {
    const first = { from: ['0002'], goal: ['0001'] };
    const second = { from: ['0003'], goal: ['0001'] };
    const ways = new Map([
      ['t0', first],
      ['t1', first],
      ['t2', second],
      ['t3', second],
    ]);
    const queue = queueOf(many(60), { ways });
    expect(rest(queue).slice(0, 2)).toEqual([
      ['t0', 't1'],
      ['t2', 't3'],
    ]);
    expect(queueOf(many(60), { ways }).take()).toHaveLength(2);
  });

  test('What nobody began of a batch is next, in its order.', () => {
    const queue = queueOf(many(100));
    const batch = queue.take();
    queue.putBack(batch.slice(1));
    expect(rest(queue).flat()).toEqual(
      many(100)
        .map(({ id }) => id)
        .slice(1),
    );
  });

  test('A target that may have killed its process is next, and alone.', () => {
    const queue = queueOf(many(100));
    const [first, second] = queue.take();
    if (first === undefined || second === undefined) throw new Error('the batch is too small');
    queue.putBackAsSuspect(first);
    queue.putBackAsSuspect(second);
    expect(rest(queue).slice(0, 3)).toEqual([['t1'], ['t0'], expect.arrayContaining(['t16', 't17'])]);
  });

  test('A target that may have killed its process stays alone when it is tried again at the end.', () => {
    const queue = queueOf(many(100));
    const [first] = queue.take();
    if (first === undefined) throw new Error('the batch is empty');
    queue.putBackAsSuspect(first);
    const [again] = queue.take();
    expect(again).toBe(first);
    queue.putLast(first);
    expect(rest(queue).at(-1)).toEqual(['t0']);
  });

  test('A target that is put last comes when all others had their turn.', () => {
    const queue = queueOf(targetsOf(3 * MIB, 2 * MIB, 1 * MIB));
    const [first] = queue.take();
    if (first === undefined) throw new Error('the batch is empty');
    queue.putLast(first);
    expect(rest(queue)).toEqual([['t1'], ['t2'], ['t0']]);
  });
});
