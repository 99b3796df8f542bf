// Random histories that are right are never blamed; with one name broken they always are, at its place.

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { lintOf, type History } from './histories.js';
import type { LintFinding } from '../../../../src/model/lint.js';

/** A statement, and the columns that it names, as the text that stands for each. */
interface Written {
  readonly sql: string;
  /** The same with the name of a column replaced: by one that never was, or one that is gone. */
  readonly broken: readonly { readonly name: string; readonly sql: string }[];
}

/** What the history has made so far: columns by table. Indexes and views are dropped again in the same step. */
type Tables = Map<string, string[]>;

const GHOST = 'ghost_column';

/** Chooses from what there is by numbers that fast-check draws, so that shrinking makes histories shorter. */
class Writer {
  readonly tables: Tables = new Map();
  /** Columns that tables had, and have no more. */
  readonly #gone: Tables = new Map();
  #names = 0;

  /** The next statements for one draw; none where the draw does not fit what is there. */
  write(kind: number, a: number, b: number): readonly Written[] {
    const table = pick([...this.tables.keys()], a);
    const kinds =
      table === undefined
        ? [this.#create]
        : [
            this.#create,
            this.#addColumn,
            this.#dropColumn,
            this.#renameColumn,
            this.#renameTable,
            this.#rebuild,
            this.#insert,
            this.#update,
            this.#select,
            this.#index,
            this.#view,
            this.#trigger,
          ];
    return pick(kinds, kind)?.call(this, table ?? '', b) ?? [];
  }

  #fresh(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  #columns(table: string): string[] {
    return this.tables.get(table) ?? [];
  }

  #create(): readonly Written[] {
    const table = this.#fresh('t');
    const columns = [this.#fresh('c'), this.#fresh('c')];
    this.tables.set(table, columns);
    return plain(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, ${columns.join(' TEXT, ')} TEXT)`);
  }

  #addColumn(table: string): readonly Written[] {
    const column = this.#fresh('c');
    this.#columns(table).push(column);
    return plain(`ALTER TABLE ${table} ADD COLUMN ${column} TEXT DEFAULT 'x'`);
  }

  #dropColumn(table: string, b: number): readonly Written[] {
    const columns = this.#columns(table);
    const column = pick(columns, b);
    if (column === undefined || columns.length < 2) return [];
    columns.splice(columns.indexOf(column), 1);
    const written = this.#named(table, (name) => `ALTER TABLE ${table} DROP COLUMN ${name}`, column);
    this.#lose(table, column);
    return written;
  }

  #renameColumn(table: string, b: number): readonly Written[] {
    const columns = this.#columns(table);
    const column = pick(columns, b);
    if (column === undefined) return [];
    const other = this.#fresh('c');
    columns.splice(columns.indexOf(column), 1, other);
    const sql = (name: string): string => `ALTER TABLE ${table} RENAME COLUMN ${name} TO ${other}`;
    const written = this.#named(table, sql, column);
    this.#lose(table, column);
    return written;
  }

  #renameTable(table: string): readonly Written[] {
    const other = this.#fresh('t');
    for (const columns of [this.tables, this.#gone]) {
      columns.set(other, columns.get(table) ?? []);
      columns.delete(table);
    }
    return plain(`ALTER TABLE ${table} RENAME TO ${other}`);
  }

  /** Leaves a column out, as 0020 does. */
  #rebuild(table: string, b: number): readonly Written[] {
    const columns = this.#columns(table);
    const gone = pick(columns, b);
    const kept = columns.filter((column) => column !== gone);
    if (kept.length === 0) return [];
    this.tables.set(table, kept);
    const list = kept.join(', ');
    const copy = (name: string): string =>
      `INSERT INTO ${table}_new (id, ${list}) SELECT id, ${list.replace(kept[0] ?? '', name)} FROM ${table}`;
    const written = [
      ...plain(`CREATE TABLE ${table}_new (id INTEGER PRIMARY KEY, ${kept.join(' TEXT, ')} TEXT)`),
      ...this.#named(table, copy, kept[0] ?? ''),
      ...plain(`DROP TABLE ${table}`),
      ...plain(`ALTER TABLE ${table}_new RENAME TO ${table}`),
    ];
    if (gone !== undefined) this.#lose(table, gone);
    return written;
  }

  #insert(table: string, b: number): readonly Written[] {
    return this.#use(table, b, (name) => `INSERT INTO ${table} (${name}) VALUES ('v')`);
  }

  #update(table: string, b: number): readonly Written[] {
    return this.#use(
      table,
      b,
      (name) => `UPDATE ${table} SET ${name} = upper(${name}) WHERE ${name} IS NOT NULL`,
    );
  }

  #select(table: string, b: number): readonly Written[] {
    return this.#use(
      table,
      b,
      (name) => `WITH r AS (SELECT q.${name} AS v FROM ${table} AS q) SELECT v FROM r ORDER BY v`,
    );
  }

  #index(table: string, b: number): readonly Written[] {
    const index = this.#fresh('i');
    const made = this.#use(table, b, (name) => `CREATE INDEX ${index} ON ${table} (${name})`);
    return [...made, ...plain(`DROP INDEX IF EXISTS ${index}`)];
  }

  #view(table: string, b: number): readonly Written[] {
    const view = this.#fresh('v');
    const used = this.#use(table, b, (name) => `CREATE VIEW ${view} AS SELECT ${name} FROM ${table}`);
    return [...used, ...plain(`SELECT * FROM ${view}`), ...plain(`DROP VIEW ${view}`)];
  }

  #trigger(table: string, b: number): readonly Written[] {
    const trigger = this.#fresh('g');
    const body = (name: string): string =>
      `CREATE TRIGGER ${trigger} AFTER INSERT ON ${table} BEGIN UPDATE ${table} SET ${name} = new.${name}; END`;
    const [column = ''] = this.#columns(table);
    return [
      ...this.#use(table, b, body),
      ...plain(`INSERT INTO ${table} (${column}) VALUES ('w')`),
      ...plain(`DROP TRIGGER ${trigger}`),
    ];
  }

  #use(table: string, b: number, sql: (name: string) => string): readonly Written[] {
    const column = pick(this.#columns(table), b);
    return column === undefined ? [] : this.#named(table, sql, column);
  }

  #lose(table: string, column: string): void {
    this.#gone.set(table, [...(this.#gone.get(table) ?? []), column]);
  }

  #named(table: string, sql: (name: string) => string, column: string): Written[] {
    const broken = [GHOST, ...(this.#gone.get(table) ?? [])].map((name) => ({ name, sql: sql(name) }));
    return [{ sql: sql(column), broken }];
  }
}

const plain = (sql: string): Written[] => [{ sql, broken: [] }];
function pick<T>(items: readonly T[], number: number): T | undefined {
  return items[number % items.length];
}

const draws = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 25 });

/** The steps of the drawn history, each a list of statements. */
function stepsOf(drawn: readonly (readonly [number, number, number])[]): readonly (readonly Written[])[] {
  const writer = new Writer();
  return drawn.map(([kind, a, b]) => writer.write(kind, a, b)).filter((step) => step.length > 0);
}

/** Each statement on a line of its own, below the mark. */
function historyOf(steps: readonly (readonly string[])[]): History {
  return Object.fromEntries(
    steps.map((statements, index) => [
      `${String(index + 1).padStart(4, '0')}_step.sql`,
      statements.map((sql) => `${sql};`).join('\n'),
    ]),
  );
}

async function errorsOf(history: History): Promise<readonly LintFinding[]> {
  const { findings } = await lintOf(history);
  return findings.filter(({ severity, rule }) => severity === 'error' && rule !== 'down-missing');
}

describe('a random history', () => {
  it('that is right is never blamed', async () => {
    await fc.assert(
      fc.asyncProperty(draws, async (drawn) => {
        const history = historyOf(stepsOf(drawn).map((step) => step.map(({ sql }) => sql)));
        expect(await errorsOf(history)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('with one reference to a column broken is always caught, there', async () => {
    await fc.assert(
      fc.asyncProperty(draws, fc.nat(), async (drawn, where) => {
        const steps = stepsOf(drawn);
        const breakable = steps.flatMap((step, at) =>
          step.flatMap(({ broken }, line) => broken.map((other) => ({ at, line, ...other }))),
        );
        const chosen = pick(breakable, where);
        if (chosen === undefined) return;
        const history = historyOf(
          steps.map((step, at) =>
            step.map(({ sql }, line) => (at === chosen.at && line === chosen.line ? chosen.sql : sql)),
          ),
        );
        const errors = await errorsOf(history);
        const revision = String(chosen.at + 1).padStart(4, '0');
        const line = chosen.line + 2;
        expect(errors[0]).toMatchObject({ rule: 'missing-reference', revision });
        expect(
          errors
            .filter((error) => error.rule === 'missing-reference' && error.message.includes(chosen.name))
            .map((error) => error.line),
        ).toContain(line);
      }),
      { numRuns: 60 },
    );
  });

  it('whose steps are read in another order gives the same report', async () => {
    await fc.assert(
      fc.asyncProperty(draws, fc.func(fc.nat()), async (drawn, keyOf) => {
        const history = historyOf(stepsOf(drawn).map((step) => step.map(({ sql }) => sql)));
        const shuffled = Object.fromEntries(Object.entries(history).sort(([a], [b]) => keyOf(a) - keyOf(b)));
        expect(await lintOf(shuffled)).toEqual(await lintOf(history));
      }),
      { numRuns: 15 },
    );
  });
});
