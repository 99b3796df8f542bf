// A thousand revisions, read, tried and judged.

import { expect, it } from 'vitest';
import { lintOf, type History } from './histories.js';

const COUNT = 1000;

function history(): History {
  return Object.fromEntries(
    Array.from({ length: COUNT }, (_, n): [string, string] => {
      const table = `t${n % 60}`;
      const up =
        n < 60
          ? `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, up INTEGER REFERENCES t0 (id));
CREATE INDEX ix_${table} ON ${table} (name);`
          : `ALTER TABLE ${table} ADD COLUMN c${n} TEXT DEFAULT '';
UPDATE ${table} SET c${n} = name WHERE up IS NOT NULL;`;
      const down = n < 60 ? `DROP TABLE ${table};` : `ALTER TABLE ${table} DROP COLUMN c${n};`;
      return [`${String(n + 1).padStart(4, '0')}_step.sql`, `-- migrate:up\n${up}\n-- migrate:down\n${down}`];
    }),
  );
}

it('finds the one mistake among a thousand revisions', async () => {
  const broken = {
    ...history(),
    '0500_step.sql': '-- migrate:up\nUPDATE t1 SET missing = 1;\n-- migrate:down\n',
  };
  const { summary, findings } = await lintOf(broken);
  expect(summary).toMatchObject({ revisions: COUNT, warnings: 0 });
  const mistakes = findings.filter(({ severity }) => severity !== 'notice');
  expect(mistakes.map(({ rule, revision, line }) => `${rule} ${revision}:${line}`)).toEqual([
    'missing-reference 0500:2',
  ]);
});
