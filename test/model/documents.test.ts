// The published shapes: they are what the interfaces say, what the committed schemas say, and what the program prints.
// Unknown keys fail here, so that no key is added without being written down.

import Database from 'better-sqlite3';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import { buildDatabase, buildSampleFleet } from '../../data-fixtures/build-sample-fleet.mjs';
import { schemaFiles } from '../../scripts/schemas.js';
import { COMMANDS } from '../../src/cli/command-list.js';
import type * as api from '../../src/index.js';
import { DOCUMENTS } from '../../src/model/documents/all.js';
import { LINES } from '../../src/model/documents/lines.js';
import type { outcome } from '../../src/model/documents/run.js';
import type { ErrorReport } from '../../src/report/error-text.js';
import { MIGRATIONS, runCli } from '../support/cli.js';
import { temporaryDirectory } from '../support/fleet.js';

/** One type for what is written as interface, intersection or check. */
type Plain<T> = T extends object ? { readonly [K in keyof T]: Plain<T[K]> } : T;
type Shape<N extends keyof typeof DOCUMENTS> = Plain<z.output<(typeof DOCUMENTS)[N]>>;

test('The interfaces are what the shapes say, for the compiler to see.', () => {
  expectTypeOf<Shape<'RunReport'>>().toEqualTypeOf<Plain<api.RunReport>>();
  expectTypeOf<Shape<'ResumeReport'>>().toEqualTypeOf<Plain<api.ResumeReport>>();
  expectTypeOf<Shape<'StatusReport'>>().toEqualTypeOf<Plain<api.StatusReport>>();
  expectTypeOf<Shape<'DiscoverReport'>>().toEqualTypeOf<Plain<api.DiscoverReport>>();
  expectTypeOf<Shape<'PlanReport'>>().toEqualTypeOf<Plain<api.PlanReport>>();
  expectTypeOf<Shape<'RepairPlanReport'>>().toEqualTypeOf<Plain<api.RepairPlanReport>>();
  expectTypeOf<Shape<'CurrentReport'>>().toEqualTypeOf<Plain<api.CurrentReport>>();
  expectTypeOf<Shape<'DriftReport'>>().toEqualTypeOf<Plain<api.DriftReport>>();
  expectTypeOf<Shape<'LintReport'>>().toEqualTypeOf<Plain<api.LintReport>>();
  expectTypeOf<Shape<'HistoryReport'>>().toEqualTypeOf<Plain<api.HistoryReport>>();
  expectTypeOf<Shape<'FleetHistoryReport'>>().toEqualTypeOf<Plain<api.FleetHistoryReport>>();
  expectTypeOf<Shape<'HeadsReport'>>().toEqualTypeOf<Plain<api.HeadsReport>>();
  expectTypeOf<Shape<'ShowReport'>>().toEqualTypeOf<Plain<api.ShowReport>>();
  expectTypeOf<Shape<'NewReport'>>().toEqualTypeOf<Plain<api.NewReport>>();
  expectTypeOf<Shape<'BaselineReport'>>().toEqualTypeOf<Plain<api.BaselineReport>>();
  expectTypeOf<Shape<'DoctorReport'>>().toEqualTypeOf<Plain<api.DoctorReport>>();
  expectTypeOf<Shape<'ErrorReport'>>().toEqualTypeOf<Plain<ErrorReport>>();
  // None is forgotten.
  expectTypeOf<Shape<Exclude<keyof typeof DOCUMENTS, 'ErrorReport'>>>().toEqualTypeOf<Plain<api.AnyReport>>();
  expectTypeOf<Plain<z.output<typeof outcome>>>().toEqualTypeOf<Plain<api.Outcome>>();
  type Event<E extends api.FleetEvent['event']> = Plain<Extract<api.FleetEvent, { readonly event: E }>>;
  expectTypeOf<Plain<z.output<typeof LINES.RunLine>>>().toEqualTypeOf<Event<'run'>>();
  expectTypeOf<Plain<z.output<typeof LINES.StageLine>>>().toEqualTypeOf<Event<'stage'>>();
  expectTypeOf<Plain<z.output<typeof LINES.OutcomeLine>>>().toEqualTypeOf<Event<'target'>>();
  expectTypeOf<Plain<z.output<typeof LINES.WaveLine>>>().toEqualTypeOf<Event<'wave'>>();
  expectTypeOf<Plain<z.output<typeof LINES.ProblemLine>>>().toEqualTypeOf<Event<'problem'>>();
});

const SCHEMAS = resolve(import.meta.dirname, '../../schemas');

test.each(Object.entries(schemaFiles()))('schemas/%s is what `npm run schemas` makes.', (name, text) => {
  const file = join(SCHEMAS, name);
  expect(existsSync(file) && readFileSync(file, 'utf8') === text, `${name}: type npm run schemas`).toBe(true);
});

describe('What the program prints', () => {
  const cwd = temporaryDirectory();
  const ajv = new Ajv({ validateFormats: false, allowUnionTypes: true });
  const published = (name: string) => ajv.compile(JSON.parse(schemaFiles()[name] ?? '') as object);
  const isDocument = published('documents.schema.json');
  const isLine = published('lines.schema.json');
  const seen = new Set<string>();

  beforeAll(async () => {
    for (const name of ['none', 'broken', 'failing', 'tasks', 'other', 'drifted', 'slow'])
      mkdirSync(join(cwd, name));
    const write = (name: string, ...text: string[]) => {
      writeFileSync(join(cwd, name), `${text.join('\n')}\n`);
    };
    write('flotilla.config.json', JSON.stringify({ migrations: MIGRATIONS, busyTimeout: 0 }));
    buildSampleFleet(join(cwd, 'data'), { refused: true });
    write('broken/0001_a.sql', '-- migrate:up', 'CREATE TABLE;');
    // Fails on rows that one target has.
    const tasks = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, owner TEXT);';
    write('failing/0001_tasks.sql', '-- migrate:up', tasks);
    write(
      'failing/0002_owner.sql',
      '-- migrate:up',
      'CREATE TABLE new_tasks (id INTEGER PRIMARY KEY, owner TEXT NOT NULL);',
      'INSERT INTO new_tasks SELECT id, owner FROM tasks;',
      'DROP TABLE tasks;',
      'ALTER TABLE new_tasks RENAME TO tasks;',
    );
    buildDatabase(`${tasks}\nINSERT INTO tasks VALUES (1, NULL);\n`, join(cwd, 'tasks/project_1.db'));
    buildDatabase(`${tasks}\n`, join(cwd, 'drifted/project_1.db'));
    await run('upgrade --stamp --data-dir drifted --migrations failing', '--json');
    const database = new Database(join(cwd, 'drifted/project_1.db'));
    database.exec('CREATE INDEX extra ON tasks (owner)').close();
    // Takes seconds on the rows that one target has.
    write('slow/0001_tasks.sql', '-- migrate:up', tasks);
    write(
      'slow/0002_slow.sql',
      '-- migrate:up',
      'CREATE TABLE numbers (n INTEGER);',
      'INSERT INTO numbers WITH RECURSIVE c(x) AS (',
      '  SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000000 * (SELECT count(*) FROM tasks)',
      ') SELECT count(*) FROM c;',
    );
    // A state directory in which no report can be kept.
    write('other/reports', '');
  });

  /** In an order in which each has something to tell. */
  const TYPED = [
    'discover',
    'status --verbose',
    'check',
    'plan',
    'plan --stamp',
    'upgrade --stamp --dry-run --waves 1,rest',
    'upgrade --only eu/*',
    'stamp',
    'plan',
    'upgrade --no-backup',
    'upgrade --dry-run --state-dir other',
    'upgrade --stamp --data-dir tasks --migrations failing',
    'status --verbose --data-dir tasks --migrations failing',
    'upgrade --stamp --dry-run --data-dir tasks --migrations slow',
    'lint --migrations failing',
    'drift --data-dir drifted --migrations failing',
    'status --verbose',
    'current',
    'current --verbose',
    'history',
    'history --fleet',
    'heads',
    'show head',
    'lint --fleet',
    'downgrade -1 --only project_1',
    'resume',
    'drift',
    'repair --plan --drop-extra nothing',
    'repair --dry-run --drop-extra nothing',
    'doctor',
    'doctor --data-dir none',
    'baseline project_2 --output made.sql',
    'backup list',
    'backup verify --only project_1',
    'restore project_1 --dry-run --force',
    'restore project_1 --to restored.db --dry-run',
    'undo last --dry-run',
    'undo nothing',
    'new ready --migrations made',
    'lint --migrations broken',
    'status --data-dir missing',
    'upgrade --only nobody',
    'show 9999',
    'statsu',
    'discover --config missing.json',
  ];

  test('is tried for every command.', () => {
    const tried = TYPED.map((typed) => typed.split(' ')[0]);
    // What needs no fleet prints no document.
    const asking = COMMANDS.filter((command) => 'run' in command);
    for (const { name } of asking) expect(tried).toContain(name);
  });

  test('is a document of the published shape, and has no other key.', async () => {
    for (const typed of TYPED) {
      const result = await run(typed, '--json');
      const document: unknown = result.json();
      expect(isDocument(document), `${typed}: ${ajv.errorsText(isDocument.errors)}`).toBe(true);
      seen.add(fitting(typed, document, DOCUMENTS, result.stderr));
    }
    expect([...seen].sort()).toEqual(Object.keys(DOCUMENTS).sort());
  });

  test('is lines of the published shapes, the last of which ends it.', async () => {
    const lines = new Set<string>();
    for (const typed of TYPED) {
      const { stdout, stderr } = await run(
        typed.replace('made.sql', 'again.sql').replace('downgrade -1', 'downgrade base'),
        '--ndjson',
      );
      const names = stdout
        .trimEnd()
        .split('\n')
        .map((text, _, all) => {
          const line: unknown = JSON.parse(text);
          // What comes in a stream with others' lines says itself whose it is, and when.
          if (all[0]?.includes('"event":"run"') === true)
            expect(line, typed).toMatchObject({
              runId: ofRun(all[0]),
              at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
            });
          expect(isLine(line), `${typed}: ${ajv.errorsText(isLine.errors)}`).toBe(true);
          return fitting(typed, line, LINES, stderr);
        });
      for (const name of names) lines.add(name);
      expect(names.at(-1), typed).toMatch(/End$|^ErrorLine$/);
    }
    expect(Object.keys(LINES).filter((name) => !lines.has(name))).toEqual([]);
  });

  async function run(typed: string, form: string) {
    const [command = '', ...words] = typed.split(' ');
    return runCli([command, form, ...words], { cwd });
  }
});

function ofRun(line: string): string {
  return (JSON.parse(line) as { runId: string }).runId;
}

/** The name of the shape that a value has, strictly; only some looks have lines of one shape. */
function fitting(
  typed: string,
  value: unknown,
  shapes: Readonly<Record<string, z.ZodType>>,
  said: string,
): string {
  const fits = Object.entries(shapes).filter(([, shape]) => shape.safeParse(value).success);
  const [first] = fits;
  if (first !== undefined) return first[0];
  const near = Object.entries(shapes).map(
    ([name, shape]) => `${name}: ${shape.safeParse(value).error?.message.slice(0, 600) ?? ''}`,
  );
  throw new Error(`${typed} has no shape:\n${JSON.stringify(value)}\n${near.join('\n')}\n${said}`);
}
