// Comments that let findings of lint pass.

import { describe, expect, it } from 'vitest';
import { lintOf, toldOf, type History } from '../../dialects/sqlite/lint/histories.js';
import { draftOf } from '../drafts.js';
import { readProgramAllowances } from '../../../src/revisions/allowance.js';

const BASE: History = { '0001_base.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT);' };
const history = (up: string, header = ''): History => ({
  ...BASE,
  '0002_next.sql': `${header}-- migrate:up\n${up}\n-- migrate:down\n`,
});
const rules = ['undeclared-loss', 'by-position', 'allowance'];
const told = (each: History): Promise<readonly string[]> => toldOf(each, { rules });

describe('A comment "lint: allow"', () => {
  it('above a statement lets a finding of that rule about that statement pass, and is counted', async () => {
    const one = history(`-- lint: allow undeclared-loss, rows of the year 2000 are gone anyway
DELETE FROM a
  WHERE id = 1;`);
    expect(await told(one)).toEqual([]);
    expect((await lintOf(one, { rules, strict: true })).summary).toMatchObject({ errors: 0, allowed: 1 });
    expect(
      await told(
        history(
          `-- lint: allow undeclared-loss, old\nDELETE FROM a WHERE id = 1;\nDELETE FROM a WHERE id = 2;`,
        ),
      ),
    ).toEqual([expect.stringMatching(/^warning undeclared-loss 0002_next\.sql:4 /)]);
  });

  it('in the header holds for the whole file, for several statements and for a rule beside another', async () => {
    const up = `INSERT INTO a VALUES (1, 'x');\nDELETE FROM a WHERE id = 1;\nDELETE FROM a WHERE id = 2;`;
    expect(await told(history(up, '-- lint: allow undeclared-loss, a table of drafts\n'))).toEqual([
      expect.stringMatching(/^warning by-position 0002_next\.sql:3 /),
    ]);
    expect(
      (
        await lintOf(
          history(up, '-- lint: allow undeclared-loss, drafts\n-- Lint: Allow BY-POSITION, one order\n'),
          { rules },
        )
      ).summary,
    ).toMatchObject({ warnings: 0, allowed: 3 });
  });

  it('that allows nothing, has no reason, names no rule or is not understood is told, and stops no command', async () => {
    expect(await told(history('-- lint: allow undeclared-loss, for no reason\nSELECT 1;'))).toEqual([
      expect.stringMatching(
        /^warning allowance 0002_next\.sql:2 It lets nothing pass: undeclared-loss finds nothing in the statement below/,
      ),
    ]);
    expect(await told(history('-- lint: allow undeclared-loss\nDELETE FROM a WHERE id = 1;'))).toEqual([
      expect.stringMatching(
        /^error allowance 0002_next\.sql:2 It does not say why.*"-- lint: allow undeclared-loss, reason"/,
      ),
      expect.stringMatching(/^warning undeclared-loss 0002_next\.sql:3 /),
    ]);
    expect(await told(history('-- lint: allow undeclard-loss, old\nSELECT 1;'))).toEqual([
      'error allowance 0002_next.sql:2 There is no rule "undeclard-loss" to allow | did you mean undeclared-loss?',
    ]);
    expect(await told(history('SELECT 1;\n-- lint: ignore this'))).toEqual([
      expect.stringMatching(/^error allowance 0002_next\.sql:3 .*not understood/),
    ]);
  });

  it('says nothing of rules that were not asked for', async () => {
    const one = history('-- lint: allow by-position, all are alike\nSELECT 1;');
    expect(await toldOf(one, { rules: ['undeclared-loss', 'allowance'] })).toEqual([]);
    expect(await toldOf(one, { rules: ['by-position'] })).toEqual([]);
  });

  it('is no part of the checksum', () => {
    const plain = draftOf('-- migrate:up\nDELETE FROM a;\n');
    const allowed = draftOf(
      '-- lint: allow cascade, a\n-- migrate:up\n-- lint: allow undeclared-loss, b\nDELETE FROM a;\n',
    );
    expect(allowed.allows).toHaveLength(2);
    expect([allowed.checksum, allowed.formerChecksum]).toEqual([plain.checksum, plain.formerChecksum]);
  });

  it('in a program holds for the file', () => {
    expect(
      readProgramAllowances(
        '// lint: allow statement-fails, it is tried\nexport const up = () => "lint: allow x";\n',
      ),
    ).toEqual([{ rule: 'statement-fails', reason: 'it is tried', line: 1, covers: 'file' }]);
  });
});

describe('lint --since', () => {
  const mistakes: History = {
    ...BASE,
    '0002_b.sql': 'DELETE FROM a WHERE id = 1;',
    '0003_c.sql': 'DELETE FROM a WHERE id = 2;',
  };

  it('tells what later revisions have, and runs them all', async () => {
    const report = await lintOf(mistakes, { rules, since: '0002' });
    expect(report.findings.map(({ revision }) => revision)).toEqual(['0003']);
    expect(report).toMatchObject({ since: '0002', summary: { revisions: 3, warnings: 1 } });
    expect((await lintOf(mistakes, { rules, since: 'head' })).findings).toEqual([]);
    expect((await lintOf(mistakes, { rules, since: 'base' })).findings).toHaveLength(2);
    expect((await lintOf(mistakes, { rules, since: '-1' })).findings).toHaveLength(1);
  });

  it('refuses a revision that there is not', async () => {
    await expect(lintOf(mistakes, { since: '0009' })).rejects.toMatchObject({ code: 'unknownRevision' });
  });
});
