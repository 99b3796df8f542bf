import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { compareFiles } from '../../src/revisions/file-name.js';
import { FleetError } from '../../src/model/errors.js';
import { loadRevisions, type LoadOptions } from '../../src/revisions/load.js';
import type { Graph } from '../../src/revisions/graph.js';
import { sqliteSyntax } from '../../src/dialects/sqlite/syntax/syntax.js';

const UP = '-- migrate:up\nSELECT 1;\n';
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flotilla-revisions-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

const load = (options: Partial<LoadOptions> = {}): Promise<Graph> =>
  loadRevisions({ directory, dialect: 'sqlite', syntax: sqliteSyntax, ...options });

async function failure(options: Partial<LoadOptions> = {}): Promise<FleetError> {
  const error: unknown = await load(options).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FleetError) return error;
  throw new Error('the directory was accepted');
}

/** Each problem as `file:line message | hint`, with the directory left out. */
async function told(options: Partial<LoadOptions> = {}): Promise<string[]> {
  const { code, problems } = await failure(options);
  expect(code).toBe('migrations');
  return problems.map(({ file, line, message, hint }) =>
    `${file ?? ''}:${line ?? ''} ${message} | ${hint}`.replaceAll(`${directory}/`, ''),
  );
}

const edges = (graph: Graph): string[] =>
  graph.order.map((revision) => `${revision.id}<${revision.parents.join()}`);

describe('a migrations directory', () => {
  it('is read in the order of numbers, each revision on the one before it', async () => {
    await write({
      '9_nine.sql': UP,
      '10_ten.sql': UP,
      '2_two.SQL': UP,
      '100000000000000000001_last.sql': UP,
      '100000000000000000000_late.sql': UP,
    });
    const chain = [
      '2<',
      '9<2',
      '10<9',
      '100000000000000000000<10',
      '100000000000000000001<100000000000000000000',
    ];
    expect(edges(await load())).toEqual(chain);
  });

  it('lets headers overrule the order of files, and takes ids without numbers', async () => {
    await write({
      '0001_a.sql': UP,
      '0002_b.sql': `-- revision: beef\n${UP}`,
      '0003_c.sql': UP,
      'e6e5369fb4d1_d.sql': `-- down_revision: 0001\n${UP}`,
      'f00_merge.sql': `-- down_revision: 0003, e6e5369fb4d1\n${UP}`,
    });
    const graph = await load();
    expect(edges(graph)).toEqual([
      '0001<',
      'beef<0001',
      '0003<beef',
      'e6e5369fb4d1<0001',
      'f00<0003,e6e5369fb4d1',
    ]);
    expect(graph.heads).toEqual(['f00']);
    expect(graph.byId.get('f00')).toMatchObject({ name: 'merge', file: join(directory, 'f00_merge.sql') });
  });

  it('ignores what is no revision', async () => {
    await mkdir(join(directory, '0002_directory.sql'));
    await write({
      '0001_a.sql': UP,
      'README.md': 'words',
      '.DS_Store': '',
      '.0003_hidden.sql': 'no SQL',
      'helpers.ts': '',
      '0001_a.test.ts': '',
      'schema.json': '{}',
    });
    expect(edges(await load())).toEqual(['0001<']);
  });

  it('replaces the general text by that of the dialect', async () => {
    await write({
      '0001_a.sql': UP,
      '0002_b.sql': 'COPY b FROM stdin;',
      '0002_b.sqlite.sql': '-- migrate:up\nSELECT 2;\n',
      '0003_c.postgres.sql': 'CREATE EXTENSION x;',
    });
    const graph = await load();
    expect(edges(graph)).toEqual(['0001<', '0002<0001']);
    expect(graph.byId.get('0002')?.file).toMatch(/0002_b\.sqlite\.sql$/);
  });

  it('tells modules by what they export', async () => {
    await write({ '0001_a.sql': UP, '0002_fill.ts': 'export function up() {}', 'zz_odd.mjs': '' });
    const graph = await load({
      readModule: async (file) => ({
        up: true,
        down: false,
        meta: file.includes('zz') ? { down_revision: ['0001', '0002'], loses_rows: 'a' } : {},
      }),
    });
    expect(edges(graph)).toEqual(['0001<', '0002<0001', 'zz<0001,0002']);
    const file = join(directory, '0002_fill.ts');
    expect(graph.byId.get('0002')).toMatchObject({
      up: { kind: 'module', file },
      down: null,
      transactional: true,
    });
    expect(graph.byId.get('zz')).toMatchObject({ transactional: true, losesRows: ['a'] });
    expect(await told()).toEqual([
      expect.stringMatching(/^0002_fill\.ts: .*cannot be run here/),
      expect.stringMatching(/^zz_odd\.mjs: .*cannot be run here/),
    ]);
    const broken = await told({ readModule: async () => Promise.reject(new Error('no such export')) });
    expect(broken[0]).toMatch(/does not load: no such export/);
  });

  it('gives the same graph for any order of its listing', () => {
    const names = ['1_a.sql', '2_b.sql', '10_c.sql', '010_d.sql', 'a_e.sql', 'B_f.sql', 'ä_g.sql', '9_h.sql'];
    const sorted = [...names].sort(compareFiles);
    expect(sorted).toEqual([
      '1_a.sql',
      '2_b.sql',
      '9_h.sql',
      '010_d.sql',
      '10_c.sql',
      'B_f.sql',
      'a_e.sql',
      'ä_g.sql',
    ]);
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (listing) => {
        expect(listing.sort(compareFiles)).toEqual(sorted);
      }),
    );
  });
});

describe('a broken migrations directory', () => {
  it('says that it is missing, a file, or empty, each with its own way on', async () => {
    const missing = await failure({ directory: join(directory, 'nowhere') });
    expect(missing.message).toMatch(/There is no migrations directory .*nowhere/);
    expect(missing.hint).toContain('--migrations');
    await write({ file: '' });
    expect((await failure({ directory: join(directory, 'file') })).message).toMatch(/is a file/);
    await rm(join(directory, 'file'));
    expect((await failure()).message).toMatch(/has no revision: it is empty/);
    await write({ 'env.py': '', 'a.py': '', 'b.py': '', 'c.py': '' });
    const others = await failure();
    expect(others.message).toMatch(/has no revision: it has a.py, b.py, c.py, \.\.\./);
    expect(others.hint).toContain('flotilla new');
  });

  it('tells everything that is wrong, by file and line', async () => {
    await write({
      '0001_a.sql': UP,
      '0001.sql': UP,
      '0002_b.sql': '-- migrate:up\nBEGIN;\nSELEC 1;\n',
      '0003_c.sql': UP,
      '0003_d.sql': UP,
      '3_e.sql': UP,
      '2024-01-01_f.sql': UP,
      '0004_g.up.sql': UP,
      '0005_.sql': UP,
      '_0006.sql': UP,
      'head_h.sql': UP,
      'abc_i.sql': UP,
      '0009_utf16.sql': Buffer.from('\uFEFF-- migrate:up', 'utf16le'),
      '0010_bytes.sql': new Uint8Array([0x2d, 0x2d, 0xff]),
    });
    const problems = await told();
    for (const expected of [
      /^0001\.sql: .*no "_".*rename it to <version>_<words>/,
      /^0002_b\.sql:2 BEGIN/,
      /^0002_b\.sql:3 Syntax error: near "SELEC"/,
      /^0003_d\.sql: Two files have the version 0003: 0003_c\.sql and 0003_d\.sql/,
      /^3_e\.sql: Two files have the version 3: 0003_d\.sql and 3_e\.sql/,
      /^2024-01-01_f\.sql: .*"2024-01-01" may have letters, digits/,
      /^0004_g\.up\.sql: .*"\.up".*belong in one file/,
      /^0005_\.sql: .*no words/,
      /^_0006\.sql: .*no version/,
      /^head_h\.sql: .*word of revision arguments/,
      /^abc_i\.sql:1 .*no number.*add a line "-- down_revision: /,
      /^0009_utf16\.sql: .*not UTF-8/,
      /^0010_bytes\.sql: .*not UTF-8/,
    ]) {
      expect(problems).toContainEqual(expect.stringMatching(expected));
    }
    expect(problems).toHaveLength(13);
    expect((await failure()).message).toMatch(/13 mistakes .*no target was touched/);
  });

  it('tells what is wrong with the graph beside what is wrong inside files', async () => {
    await write({
      '0001_a.sql': 'no section',
      '0002_b.sql': `-- down_revision: 0009\n${UP}`,
      '0003_c.sql': new Uint8Array([0xff]),
      '0004_d.sql': `-- depends_on: 0003\n${UP}`,
    });
    expect((await told()).map((problem) => problem.split(' ', 1)[0])).toEqual([
      '0001_a.sql:1',
      '0002_b.sql:',
      '0003_c.sql:',
    ]);
  });

  it('names unknown parents and circles', async () => {
    await write({
      '0001_a.sql': UP,
      '0002_b.sql': `-- down_revision: 0004\n${UP}`,
      '0003_c.sql': UP,
      '0004_d.sql': `-- depends_on: 0001a\n${UP}`,
    });
    expect(await told()).toEqual([
      expect.stringMatching(
        /^0002_b\.sql: .*0002 needs 0004 needs 0003 needs 0002 \(0002_b\.sql, 0004_d\.sql, 0003_c\.sql\)/,
      ),
      expect.stringMatching(/^0004_d\.sql: 0004 names 0001a in depends_on.*did you mean 0001/),
    ]);
  });
});
