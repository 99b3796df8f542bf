import { describe, expect, it } from 'vitest';
import { buildGraph, type Graph } from '../../src/revisions/graph.js';
import { isRelative, resolveArgument, resolveRange } from '../../src/revisions/argument.js';
import type { Revision } from '../../src/model/revision.js';
import { bare } from './drafts.js';

function graphOf(...revisions: readonly Revision[]): Graph {
  const built = buildGraph(revisions);
  if ('problems' in built) throw new Error('the graph is broken');
  return built.graph;
}

const chain = graphOf(
  bare('0001', []),
  bare('0002', ['0001']),
  bare('0003', ['0002']),
  bare('0004', ['0003']),
  bare('0010', ['0004']),
);
/** 1 <- a2 <- 4 and 1 <- ab3 <- 4, then 5. */
const merged = graphOf(
  bare('1', []),
  bare('a2', ['1']),
  bare('ab3', ['1']),
  bare('4', ['a2', 'ab3']),
  bare('5', ['4']),
);
const forked = graphOf(bare('1', []), bare('2', ['1']), bare('3', ['1']));

const set = (...ids: readonly string[]): ReadonlySet<string> => new Set(ids);

describe('a revision argument', () => {
  it.each([
    ['head', ['0010']],
    ['heads', ['0010']],
    ['base', []],
    ['0003', ['0003']],
    ['001', ['0010']],
    ['3', ['0003']],
    ['+1', ['0003']],
    ['+3', ['0010']],
    ['+0', ['0002']],
    ['-1', ['0001']],
    ['-2', []],
    ['0002+2', ['0004']],
    ['0004-3', ['0001']],
    ['0004-4', []],
    ['head-1', ['0004']],
    ['base+2', ['0002']],
  ])('%s leads to %j from 0002', (text, heads) => {
    expect(resolveArgument(chain, text, set('0001', '0002'))).toEqual(heads);
  });

  it('counts a revision that was merged late among the next ones', () => {
    expect(resolveArgument(chain, '+1', set('0001', '0003'))).toEqual(['0003']);
    expect(resolveArgument(chain, '+2', set('0001', '0003'))).toEqual(['0004']);
  });

  it('goes through merges as far as the way is the only one', () => {
    expect(resolveArgument(merged, '-1', set('1', 'a2', 'ab3', '4'))).toEqual(['a2', 'ab3']);
    expect(resolveArgument(merged, '4-1', set())).toEqual(['a2', 'ab3']);
    expect(resolveArgument(merged, 'a2+1', set())).toEqual(['4']);
    expect(() => resolveArgument(merged, '-2', set('1', 'a2', 'ab3', '4'))).toThrow(
      /a2 and ab3 stand side by side/,
    );
    expect(() => resolveArgument(merged, '1+1', set())).toThrow(/a2 and ab3 all stand on 1/);
  });

  it.each([
    ['0005', /No revision is called "0005"/, /0001|0002|0003|0004/],
    ['zzzz-zzz', /No revision is called "zzzz-zzz"/, /flotilla history/],
    ['', /No revision is called ""/, /flotilla history/],
    ['000', /fits 4 revisions: 0001, 0002, 0003, 0004/, /more of the id/],
    ['+4', /beyond the head: 3 revisions pending/, /head/],
    ['-3', /below base: the database has 2 revisions/, /base/],
    ['0004-5', /below base: 0004 has 4 revisions/, /base/],
    ['0010+1', /beyond 0010, on which nothing stands/, /head/],
  ])('that leads nowhere says what there is: %s', (text, message, hint) => {
    let thrown: unknown;
    try {
      resolveArgument(chain, text, set('0001', '0002'));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: 'unknownRevision',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });

  it('prefers a whole id to a prefix, and asks where a number and a prefix disagree', () => {
    const mixed = graphOf(bare('001', []), bare('12', ['001']), bare('120', ['12']));
    expect(resolveArgument(mixed, '12', set())).toEqual(['12']);
    expect(() => resolveArgument(mixed, '1', set())).toThrow(/001, 12, 120/);
  });

  it('needs one head where it says head', () => {
    expect(() => resolveArgument(forked, 'head', set())).toThrow(/2 heads/);
    expect(() => resolveArgument(forked, '+1', set())).toThrow(/2 heads/);
    expect(resolveArgument(forked, 'heads', set())).toEqual(['2', '3']);
    expect(resolveArgument(graphOf(), 'head', set())).toEqual([]);
  });
});

describe('an argument that counts from where each database is', () => {
  it.each(['+1', '-2', ' +1'])('is %j', (text) => {
    expect(isRelative(text)).toBe(true);
  });

  it.each(['head', '0002+1', '0002-1', 'base', ''])('is not %j', (text) => {
    expect(isRelative(text)).toBe(false);
  });
});

describe('a range', () => {
  const ids = (graph: Graph, text: string): string[] =>
    resolveRange(graph, text).map((revision) => revision.id);

  it.each([
    ['0002:0004', ['0002', '0003', '0004']],
    [':0002', ['0001', '0002']],
    ['0004:', ['0004', '0010']],
    [':', ['0001', '0002', '0003', '0004', '0010']],
    ['-2:', ['0003', '0004', '0010']],
    ['0003', ['0001', '0002', '0003']],
    ['0003:0003', ['0003']],
  ])('%s has both its ends', (text, expected) => {
    expect(ids(chain, text)).toEqual(expected);
  });

  it('keeps the side branches that its upper end stands on', () => {
    expect(ids(merged, 'a2:4')).toEqual(['a2', 'ab3', '4']);
  });

  it('that runs backwards, or from branch to branch, says so', () => {
    expect(() => resolveRange(chain, '0004:0002')).toThrow(/No way leads from 0004 up to 0002/);
    expect(() => resolveRange(forked, '2:3')).toThrow(/No way leads from 2 up to 3/);
  });
});
