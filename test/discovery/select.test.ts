import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Discovery } from '../../src/model/discovery.js';
import { compareNaturally } from '../../src/discovery/natural-order.js';
import { select, type Selection } from '../../src/discovery/select.js';
import { FleetError } from '../../src/model/errors.js';

/** Targets and refusals with these ids, as discovery orders them. */
function found(targets: readonly string[], refused: readonly string[] = []): Discovery {
  const sorted = (ids: readonly string[]) => [...ids].sort(compareNaturally);
  return {
    targets: sorted(targets).map((id) => ({
      id,
      path: `data/${id}.db`,
      sizeBytes: 4096,
      identity: '1:1',
      version: '',
      changedAt: 0,
    })),
    refused: sorted(refused).map((id) => ({
      id,
      path: `data/${id}.db`,
      reason: 'is a FIFO',
      hint: 'move it',
    })),
  };
}

const FLEET = found(
  ['project_1', 'project_2', 'project_10', 'eu/project_1', 'eu/west/project_1', 'project_[1]'],
  ['project_3', 'eu/project_2'],
);

function ids({ targets, refused }: Discovery): readonly string[] {
  return [...targets.map(({ id }) => id), ...refused.map(({ id }) => `!${id}`)];
}

function selected(selection: Selection, fleet = FLEET): readonly string[] {
  return ids(select(fleet, selection));
}

function fault(selection: Selection, fleet = FLEET): FleetError {
  try {
    select(fleet, selection);
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('Selected is', () => {
  test('everything, where nothing is said.', () => {
    expect(select(FLEET, {})).toEqual({ ...FLEET, unexamined: 0, allowEmpty: false });
  });

  test('what an id names, and a refusal by its id too.', () => {
    expect(selected({ only: ['project_10', 'project_3'] })).toEqual(['project_10', '!project_3']);
  });

  test('what a glob matches: `*` within a directory, `**` across them, braces with ranges.', () => {
    expect(selected({ only: ['eu/*'] })).toEqual(['eu/project_1', '!eu/project_2']);
    expect(selected({ only: ['eu/**'] })).toEqual(['eu/project_1', 'eu/west/project_1', '!eu/project_2']);
    expect(selected({ only: ['project_{2..10}'] })).toEqual(['project_2', 'project_10', '!project_3']);
  });

  test('a name with a line break by a glob too.', () => {
    expect(selected({ only: ['**/p*'] }, found(['a\nb/p\n1']))).toEqual(['a\nb/p\n1']);
  });

  test('an id that looks like a glob by its letters; its escaped form is a glob.', () => {
    expect(selected({ only: ['project_[1]'] })).toEqual(['project_[1]']);
    expect(selected({ only: ['project_\\[1\\]'] })).toEqual(['project_[1]']);
    expect(selected({ only: ['project_[12]'] })).toEqual(['project_1', 'project_2']);
  });

  test('less what is excluded, even where both name it.', () => {
    expect(selected({ exclude: ['eu/**', 'project_[1]'] })).toEqual([
      'project_1',
      'project_2',
      'project_10',
      '!project_3',
    ]);
    expect(selected({ only: ['eu/project_*'], exclude: ['eu/project_1'] })).toEqual(['!eu/project_2']);
  });

  test('no more than the limit, with the refusals that come before the last one.', () => {
    expect(selected({ limit: 4 })).toEqual([
      'eu/project_1',
      'eu/west/project_1',
      'project_1',
      'project_2',
      '!eu/project_2',
    ]);
    expect(selected({ limit: 1, only: ['project_{1..10}'] })).toEqual(['project_1']);
    expect(selected({ limit: 6 })).toEqual(ids(FLEET));
  });
});

test.each(['data/eu/project_1.db', 'eu/project_1.db'])('A path is as good as an id: %s.', (word) => {
  expect(selected({ only: [word] })).toEqual(['eu/project_1']);
});

test('What nothing has is passed over where that is asked for.', () => {
  expect(selected({ only: ['project_1', 'project_99', 'x*'], missing: 'skip' })).toEqual(['project_1']);
});

describe('A mistake is told:', () => {
  test('an id that nothing has, with the nearest ones and the command that lists them.', () => {
    const error = fault({ only: ['projct_10'] });
    expect(error.code).toBe('unknownTarget');
    expect(error.message).toBe('No target has the id "projct_10"');
    expect(error.hint).toMatch(
      /^did you mean project_10 or .*\? list the ids with: flotilla discover; --missing skip/,
    );
  });

  test('an id without its directory.', () => {
    expect(fault({ only: ['west/project_1'] }).hint).toMatch(/^did you mean eu\/west\/project_1\?/);
  });

  test('a glob that matches nothing, in --exclude as well, and all mistakes at once.', () => {
    const error = fault({ only: ['asia/*'], exclude: ['project_99999999', 'project_1'] });
    expect(error.code).toBe('unknownTarget');
    expect(error.message).toBe('No target matches "asia/*"; no target has the id "project_99999999"');
    expect(error.problems).toHaveLength(2);
  });

  test('an empty fleet.', () => {
    expect(fault({ only: ['project_1'] }, found([])).hint).toBe(
      'no target was found at all: check --data-dir and --pattern',
    );
  });

  test.each([0, -1, 1.5, NaN, Infinity])('a limit of %d.', (limit) => {
    expect(fault({ limit }).code).toBe('usage');
  });

  test('a glob that cannot be read.', () => {
    expect(fault({ only: ['{1..99999999}'] }).code).toBe('usage');
  });
});

test('Every id selects itself alone, whatever its characters; exclusion and selection part the fleet.', () => {
  const idsOfAFleet = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(idsOfAFleet, fc.nat(), (list, n) => {
      const fleet = found(list);
      const id = list[n % list.length] ?? '';
      expect(selected({ only: [id] }, fleet)).toEqual([id]);
      expect(selected({ exclude: [id] }, fleet)).toEqual(ids(fleet).filter((other) => other !== id));
    }),
  );
});

test('Among 100,000 ids an unknown one is told with the nearest.', () => {
  const fleet = found(Array.from({ length: 100_000 }, (_, n) => `project_${n}`));
  expect(fault({ only: ['project_5000x', 'eu/*'] }, fleet).hint).toContain('project_5000');
});
