// The case to get right: 0020 rebuilds `agents` without `metadata`, 0029 inserts into it, and 0027 brings it back.

import { describe, expect, it } from 'vitest';
import { graphOf, lintOf, toldOf, traceOf, type History } from './histories.js';
import { needsOfAll } from '../../../../src/dialects/sqlite/lint/needs.js';
import { orderOfNeeds } from '../../../../src/revisions/order.js';

const BASE: History = {
  '0001_create_agents.sql': `-- migrate:up
CREATE TABLE agents (id INTEGER PRIMARY KEY, name TEXT NOT NULL, metadata TEXT DEFAULT '{}');
-- migrate:down
DROP TABLE agents;`,
  '0020_rebuild_agents.sql': `-- drops: agents.metadata
-- migrate:up
CREATE TABLE agents_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO agents_new SELECT id, name FROM agents;
DROP TABLE agents;
ALTER TABLE agents_new RENAME TO agents;
-- migrate:down
ALTER TABLE agents ADD COLUMN metadata TEXT DEFAULT '{}';`,
};
const BACK = `-- migrate:up
ALTER TABLE agents ADD COLUMN metadata TEXT DEFAULT '{}';
-- migrate:down
ALTER TABLE agents DROP COLUMN metadata;`;
const USE = `-- migrate:up

INSERT INTO agents (name, metadata) VALUES ('planner', '{}');
-- migrate:down
DELETE FROM agents WHERE name = 'planner';`;

describe('the history of agents.metadata', () => {
  it('is well with 0027, without a word', async () => {
    const report = await lintOf(
      { ...BASE, '0027_metadata_again.sql': BACK, '0029_planner.sql': USE },
      { strict: true },
    );
    expect(report).toMatchObject({
      findings: [],
      exitCode: 0,
      summary: { revisions: 4, errors: 0, warnings: 0 },
    });
  });

  it('tells that 0020 leaves metadata behind, and that 0027 brings it back without its values, where nobody says so', async () => {
    const rebuild = (BASE['0020_rebuild_agents.sql'] ?? '').replace('-- drops: agents.metadata\n', '');
    expect(
      await toldOf({ ...BASE, '0020_rebuild_agents.sql': rebuild, '0027_metadata_again.sql': BACK }),
    ).toEqual([
      'warning forgotten-column 0020_rebuild_agents.sql:3 The rebuild of agents leaves out metadata with what it holds; 0027 (0027_metadata_again.sql:2) brings it back, without its values | keep it in the new table and in the copy; or, where the values may go, write "-- drops: agents.metadata" into the header',
    ]);
  });

  it('names 0020, and how to mend it, without 0027', async () => {
    expect(await toldOf({ ...BASE, '0029_planner.sql': USE })).toEqual([
      'error missing-reference 0029_planner.sql:3 agents has no column metadata here: ' +
        '0020 (0020_rebuild_agents.sql:3) rebuilt agents without it, and no later revision brings it back | ' +
        `add it again before this statement, with ALTER TABLE agents ADD COLUMN metadata TEXT DEFAULT '{}', or leave it out here`,
    ]);
  });

  it('names 0030 as well where it brings the column back too late', async () => {
    const history = { ...BASE, '0029_planner.sql': USE, '0030_metadata_again.sql': BACK };
    expect(await toldOf(history)).toEqual([
      'error missing-reference 0029_planner.sql:3 agents has no column metadata here: ' +
        '0020 (0020_rebuild_agents.sql:3) rebuilt agents without it, and 0030 (0030_metadata_again.sql:2) brings it back, which is too late | ' +
        'let 0030 come before 0029: give its file a number before 0029, or exchange their down_revision',
    ]);
  });

  it('proposes depends_on where the two stand side by side', async () => {
    const history = {
      ...BASE,
      '0029_planner.sql': USE,
      '0030_metadata_again.sql': `-- down_revision: 0020\n${BACK}`,
      '0031_merge.sql': '-- down_revision: 0029, 0030\n-- migrate:up\n-- migrate:down\n',
    };
    const [told, ...more] = await toldOf(history);
    expect(more).toEqual([]);
    expect(told).toContain('add "-- depends_on: 0030" to the header of 0029');
    const mended = { ...history, '0029_planner.sql': `-- depends_on: 0030\n${USE}` };
    expect(graphOf(mended).order.map(({ id }) => id)).toEqual(['0001', '0020', '0030', '0029', '0031']);
    expect(await toldOf(mended)).toEqual([]);
  });

  it('is well where a guard lets 0027 meet databases that have the column already', async () => {
    const guarded = BACK.replace('ALTER', '-- if_missing: agents.metadata\nALTER');
    const history = {
      ...BASE,
      '0027_again.sql': guarded,
      '0028_once_more.sql': guarded,
      '0029_planner.sql': USE,
    };
    const trace = await traceOf(history);
    expect(trace.revisions.map(({ steps }) => steps.map(({ skipped }) => skipped))).toEqual([
      [false],
      [false, false, false, false],
      [false],
      [true],
      [false],
    ]);
    expect((await toldOf(history)).filter((told) => !told.includes('down-differs'))).toEqual([]);
  });

  it('keeps the rows of agents', async () => {
    const trace = await traceOf({ ...BASE, '0027_metadata_again.sql': BACK, '0029_planner.sql': USE });
    expect(trace.revisions.flatMap(({ rowsLost }) => rowsLost)).toEqual([]);
    expect(trace.unseeded).toEqual([]);
  });

  it('shows in what each revision needs, and in the order that these needs allow', async () => {
    const trace = await traceOf({ ...BASE, '0029_planner.sql': USE, '0030_metadata_again.sql': BACK });
    const needs = needsOfAll(trace);
    expect(needs.get('0020')).toEqual({
      revision: '0020',
      creates: [],
      alters: ['agents'],
      drops: ['agents.metadata'],
      reads: ['agents', 'agents.id', 'agents.name'],
      writes: ['agents'],
      from: [
        { object: 'agents', revision: '0001' },
        { object: 'agents.id', revision: '0001' },
        { object: 'agents.name', revision: '0001' },
      ],
      unknown: [],
    });
    expect(needs.get('0029')?.from).toContainEqual({ object: 'agents.metadata', revision: '0030' });
    expect(orderOfNeeds(needs).order.map(({ id }) => id)).toEqual(['0001', '0020', '0030', '0029']);
  });
});
