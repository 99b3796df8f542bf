import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  ancestors,
  buildGraph,
  headsOf,
  inOrder,
  needsOf,
  pending,
  requireOneHead,
} from '../../src/revisions/graph.js';
import type { Graph } from '../../src/revisions/graph.js';
import type { Revision } from '../../src/model/revision.js';
import { bare } from './drafts.js';

function graphOf(revisions: readonly Revision[]): Graph {
  const built = buildGraph(revisions);
  if ('problems' in built) throw new Error(built.problems.map((problem) => problem.message).join('\n'));
  return built.graph;
}

function problemsOf(revisions: readonly Revision[]): readonly string[] {
  const built = buildGraph(revisions);
  return 'problems' in built ? built.problems.map((problem) => `${problem.message} | ${problem.hint}`) : [];
}

const idsOf = (revisions: readonly Revision[]): string[] => revisions.map((revision) => revision.id);

/** 1 <- 2 <- 4, 1 <- 3 <- 4, and 5 beside them, on which 4 depends. */
const diamond = [
  bare('1', []),
  bare('2', ['1']),
  bare('3', ['1']),
  bare('4', ['2', '3'], ['5']),
  bare('5', []),
];

describe('the graph', () => {
  it('orders every need first and has the heads that nothing stands on', () => {
    const graph = graphOf(diamond);
    expect(idsOf(graph.order)).toEqual(['1', '2', '3', '5', '4']);
    expect(graph.heads).toEqual(['4']);
    expect(requireOneHead(graph)).toBe('4');
    expect([...ancestors(graph, ['3'])].sort()).toEqual(['1', '3']);
    expect(ancestors(graph, ['4']).size).toBe(5);
  });

  it('keeps the order of files by number, not by letter', () => {
    const ids = ['9', '10', '100', '99999999999999999999', '100000000000000000000'];
    const chain = ids.map((id, index) => bare(id, ids.slice(index - 1, index)));
    expect(idsOf(graphOf([...chain].reverse()).order)).toEqual(ids);
    const loose = [...ids, 'a', 'b'].map((id) => bare(id, []));
    expect(idsOf(graphOf(loose.reverse()).order)).toEqual([...ids, 'a', 'b']);
  });

  it('counts a revision that was merged late as pending', () => {
    const graph = graphOf([bare('1', []), bare('2', ['1']), bare('3', ['2']), bare('4', ['3'])]);
    expect(idsOf(pending(graph, new Set(['1', '3']), ['4']))).toEqual(['2', '4']);
    expect(idsOf(pending(graph, new Set(['1', '2', '3', '4']), graph.heads))).toEqual([]);
    expect(idsOf(pending(graph, new Set(), ['2']))).toEqual(['1', '2']);
  });

  it('names the heads of what is applied', () => {
    const graph = graphOf(diamond);
    expect(headsOf(graph, new Set(['1', '2', '3']))).toEqual(['2', '3']);
    expect(headsOf(graph, new Set(['1', '2', '3', '4', '5']))).toEqual(['4']);
    expect(headsOf(graph, new Set(['lost']))).toEqual([]);
    expect(idsOf(inOrder(graph, ['4', '1', 'lost']))).toEqual(['1', '4']);
  });

  it('says which heads there are, and how to merge them, where one is asked for', () => {
    const graph = graphOf([bare('1', []), bare('2', ['1']), bare('3', ['1'])]);
    expect(graph.heads).toEqual(['2', '3']);
    expect(() => requireOneHead(graph)).toThrow(
      /2 heads: 2 \(migrations\/2_step.sql\), 3 \(migrations\/3_step.sql\)/,
    );
    try {
      requireOneHead(graph);
    } catch (error) {
      expect(error).toMatchObject({
        code: 'migrations',
        hint: expect.stringContaining('-- down_revision: 2, 3') as string,
      });
    }
    expect(requireOneHead(graphOf([]))).toBeNull();
  });

  it('names the files of duplicates, unknown needs, self references and whole loops, all at once', () => {
    const problems = problemsOf([
      bare('1', []),
      bare('2', ['l']),
      bare('3', ['3']),
      bare('4', ['6']),
      bare('5', ['4']),
      bare('6', ['5']),
      bare('7', [], ['0001']),
      bare('7', []),
    ]);
    expect(problems).toEqual([
      expect.stringMatching(
        /Two files have the revision 7: migrations\/7_step.sql and migrations\/7_step.sql/,
      ),
      expect.stringMatching(/2 names l in down_revision, and no file has that revision.*did you mean 1/),
      expect.stringMatching(/3 names itself in down_revision/),
      expect.stringMatching(/7 names 0001 in depends_on/),
      expect.stringMatching(
        /circle: 4 needs 6 needs 5 needs 4 \(migrations\/4_step.sql, migrations\/6_step.sql, migrations\/5_step.sql\)/,
      ),
    ]);
  });

  it('holds a chain of ten thousand whose names run against its order', () => {
    const count = 10_000;
    const pad = (n: number): string => String(n).padStart(5, '0');
    const template = bare('x', []);
    const chain = Array.from({ length: count }, (_, n): Revision => {
      const parents = n + 1 < count ? [pad(n + 1)] : [];
      return { ...template, id: pad(n), file: `migrations/${pad(n)}_step.sql`, parents };
    });
    const graph = graphOf(chain);
    expect(graph.order.length).toBe(count);
    expect(graph.heads).toEqual(['00000']);
  });
});

/** For each revision the ones it needs, as indexes; of any shape. */
const needs = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.array(fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: 3 }), {
    minLength: size,
    maxLength: size,
  }),
);
const labels = fc.shuffledSubarray(Array.from('abcdefghijklm'), { minLength: 13, maxLength: 13 });

/** The first half of the needs as parents, the rest as dependencies. */
function build(edges: readonly (readonly number[])[], names: readonly string[]): Revision[] {
  const nameOf = (index: number): string => names[index] ?? '';
  return edges.map((all, index) => {
    const half = Math.ceil(all.length / 2);
    return bare(nameOf(index), all.slice(0, half).map(nameOf), all.slice(half).map(nameOf));
  });
}

/** Whether a path of at least one need leads from one revision to another. */
function reaches(edges: readonly (readonly number[])[], from: number, to: number): boolean {
  const seen = new Set<number>();
  const open = [...(edges[from] ?? [])];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(edges[at] ?? []));
  }
  return false;
}

describe('for every set of needs', () => {
  it('an acyclic one is ordered so that every need comes first, whatever the order of its files', () => {
    fc.assert(
      fc.property(needs, labels, fc.func(fc.nat()), (raw, names, keyOf) => {
        const edges = raw.map((all, index) => all.filter((other) => other < index));
        const revisions = build(edges, names);
        const graph = graphOf(revisions);
        const place = new Map(idsOf(graph.order).map((id, index) => [id, index]));
        expect(place.size).toBe(revisions.length);
        for (const revision of revisions) {
          for (const need of needsOf(revision)) {
            expect(place.get(need)).toBeLessThan(place.get(revision.id) ?? -1);
          }
        }
        const shuffled = revisions
          .map((revision) => ({ revision, key: keyOf(revision.id) }))
          .sort((a, b) => a.key - b.key)
          .map(({ revision }) => revision);
        const other = graphOf(shuffled);
        expect(idsOf(other.order)).toEqual(idsOf(graph.order));
        expect(other.heads).toEqual(graph.heads);
      }),
    );
  });

  it('every circle is reported, and no loop that is not one', () => {
    fc.assert(
      fc.property(needs, labels, (raw, names) => {
        const edges = raw.map((all, index) => all.filter((other) => other !== index));
        const text = problemsOf(build(edges, names));
        const loops = text.map((line) => /circle: (.*?) \(/.exec(line)?.[1]?.split(' needs ') ?? []);
        for (const loop of loops) {
          loop.slice(1).forEach((id, at) => {
            expect(edges[names.indexOf(loop[at] ?? '')]).toContain(names.indexOf(id));
          });
          expect(loop[0]).toBe(loop.at(-1));
        }
        edges.forEach((_, index) => {
          if (!reaches(edges, index, index)) return;
          const together = (id: string): boolean =>
            reaches(edges, index, names.indexOf(id)) && reaches(edges, names.indexOf(id), index);
          expect(loops.some((loop) => loop.every(together))).toBe(true);
        });
        if (loops.length === 0) expect(edges.some((_, index) => reaches(edges, index, index))).toBe(false);
      }),
    );
  });

  it('what is pending is what is needed less what is applied', () => {
    fc.assert(
      fc.property(
        needs,
        labels,
        fc.func(fc.boolean()),
        fc.func(fc.boolean()),
        (raw, names, isApplied, isWanted) => {
          const edges = raw.map((all, index) => all.filter((other) => other < index));
          const graph = graphOf(build(edges, names));
          const ids = [...graph.byId.keys()];
          const applied = new Set(ids.filter(isApplied));
          const wanted = ids.filter(isWanted);
          const wantedWithNeeds = ids.filter(
            (id) =>
              wanted.includes(id) ||
              wanted.some((top) => reaches(edges, names.indexOf(top), names.indexOf(id))),
          );
          const found = idsOf(pending(graph, applied, wanted));
          expect([...found].sort()).toEqual(wantedWithNeeds.filter((id) => !applied.has(id)).sort());
          expect(found).toEqual(idsOf(graph.order).filter((id) => found.includes(id)));
        },
      ),
    );
  });
});
