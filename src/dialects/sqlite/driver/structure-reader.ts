// Reads the structure of one database again and again while it changes, and parses only what changed: a history of a
// thousand revisions has a thousand structures that are mostly the same. Equal tables are one object, and so are equal
// structures, which makes comparing them cheap.

import type { Database } from 'better-sqlite3';
import type { Index, Snapshot, Table } from '../schema/snapshot.js';
import { byName, fold, tokensOf } from '../schema/sql-text.js';
import type { SchemaFacts } from '../schema/facts.js';
import { snapshotOf } from '../schema/normalize.js';

export interface StructureReader {
  /**
   * The structure of the main database; the same object as before where nothing changed.
   * @param touched the only tables that may have changed, with all that is on them; left out: anything may have
   */
  read(touched?: readonly string[]): Snapshot;
  /**
   * Forgets what was read in a transaction that was rolled back. Changes are noticed by the version of the schema, and
   * SQLite gives the versions of that transaction out again.
   * @param structure one that `read` returned in the state that the database is in now
   */
  rewind(structure: Snapshot): void;
}

type Row = readonly [
  type: 'table' | 'index' | 'view' | 'trigger',
  name: string,
  table: string,
  sql: string | null,
];

/** A table with its indexes, or a view, or a trigger: what one text of sqlite_schema stands for. */
type PartialSnapshot = Partial<Snapshot>;

const ROWS = 'SELECT type, name, tbl_name, sql FROM main.sqlite_schema';

export function createStructureReader(db: Database): StructureReader {
  const all = db.prepare<[], Row>(ROWS).raw();
  const some = db
    .prepare<[string], Row>(
      `${ROWS} WHERE tbl_name COLLATE NOCASE IN (SELECT value FROM json_each(?)) OR type = 'view'`,
    )
    .raw();
  const readFacts = factsReader(db);
  const version = db.prepare<[], number>('PRAGMA main.schema_version').pluck();
  const tableText = db
    .prepare<[string], string>(
      `SELECT group_concat(concat_ws(char(0), type, name, sql), char(0)) FROM main.sqlite_schema
       WHERE tbl_name = ? COLLATE NOCASE AND type IN ('table', 'index')`,
    )
    .pluck();
  const isVirtual = db.prepare<[string], number>(
    `SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0 AND name = ? COLLATE NOCASE`,
  );
  const tableList = db.prepare<[string], SchemaFacts['tables'][number]>(
    `SELECT name, type, wr AS withoutRowid, strict FROM pragma_table_list(?) WHERE schema = 'main'`,
  );
  const parts = new Map<string, PartialSnapshot>();
  const interned = new Map<string, Table | Index>();
  /** Parents that a table's foreign keys take their columns from, by the table's own text. */
  const parentsOf = new Map<string, readonly string[]>();
  let seen: { readonly version: number | undefined; readonly snapshot: Snapshot } | null = null;

  function partsOf(rows: readonly Row[]): PartialSnapshot[] {
    const texts = textsOf(rows);
    return rows.flatMap((row): PartialSnapshot[] => {
      const [type, name, , sql] = row;
      if (type === 'index') return [];
      const own = texts.get(fold(name)) ?? '';
      const key = type === 'table' ? withParents(name, own) : JSON.stringify([type, name, sql]);
      let part = parts.get(key);
      if (part === undefined) {
        part =
          type === 'table' ? readTable(name, own) : snapshotOf({ ...NO_FACTS, objects: [objectOf(row)] });
        parts.set(key, part);
      }
      return [part];
    });
  }

  function withParents(name: string, own: string): string {
    let parents = parentsOf.get(own);
    if (parents === undefined) {
      parents = db
        .prepare<[string], string>(
          `SELECT DISTINCT "table" FROM pragma_foreign_key_list(?, 'main') WHERE "to" IS NULL`,
        )
        .pluck()
        .all(name);
      parentsOf.set(own, parents);
    }
    if (parents.length === 0) return own;
    return JSON.stringify([own, ...parents.map((parent) => tableText.get(parent) ?? null)]);
  }

  function readTable(name: string, own: string): PartialSnapshot {
    // A table may be its own parent, and be spelled differently there.
    const names = new Map([...(parentsOf.get(own) ?? []), name].map((each) => [fold(each), each]));
    const facts = readFacts([...names.values()]);
    const snapshot = snapshotOf({ ...facts, tables: tablesOf(facts.objects) });
    const isOwn = (table: string): boolean => fold(table) === fold(name);
    return {
      tables: snapshot.tables.filter((table) => isOwn(table.name)).map(intern),
      indexes: snapshot.indexes.filter((index) => isOwn(index.table)).map(intern),
    };
  }

  /**
   * What `PRAGMA table_list` says of tables. It compiles every view of the database to say it, and one that is broken
   * once for each table, so that it is asked only where a name may be that of a shadow table.
   */
  function tablesOf(objects: SchemaFacts['objects']): SchemaFacts['tables'] {
    return objects
      .filter(({ type }) => type === 'table')
      .flatMap(({ name, sql }) => {
        const isShadow = isVirtual.get(name.slice(0, Math.max(0, name.lastIndexOf('_')))) !== undefined;
        return isShadow ? tableList.all(name) : [tableFromText(name, sql ?? '')];
      });
  }

  /** Keeps one object for equal parts, so that a table that only gets an index stays the same object. */
  function intern<T extends Table | Index>(part: T): T {
    const text = JSON.stringify(part);
    const known = interned.get(text);
    if (known !== undefined) return known as T;
    interned.set(text, part);
    return part;
  }

  /** Children that take their columns from the key of a touched table change with it. */
  function withChildren(touched: readonly string[], structure: Snapshot): ReadonlySet<string> {
    const names = new Set(touched.map(fold));
    const children = structure.tables.filter((table) =>
      table.foreignKeys.some((key) => !key.written && names.has(fold(key.parent))),
    );
    for (const table of children) names.add(fold(table.name));
    return names;
  }

  return {
    read(touched) {
      const now = version.get();
      if (seen !== null && seen.version === now) return seen.snapshot;
      let snapshot: Snapshot;
      if (touched === undefined || seen === null) {
        snapshot = collect(EMPTY, partsOf(all.all()));
      } else {
        const names = withChildren(touched, seen.snapshot);
        snapshot = collect(without(seen.snapshot, names), partsOf(some.all(JSON.stringify([...names]))));
      }
      if (seen !== null && isSame(seen.snapshot, snapshot)) snapshot = seen.snapshot;
      seen = { version: now, snapshot };
      return snapshot;
    },
    rewind(structure) {
      seen = { version: version.get(), snapshot: structure };
    },
  };
}

const EMPTY: Snapshot = { tables: [], indexes: [], views: [], triggers: [] };

/** A structure without some tables and what is on them, and without all views, which have no table of their own. */
function without(structure: Snapshot, names: ReadonlySet<string>): Snapshot {
  return {
    tables: structure.tables.filter((table) => !names.has(fold(table.name))),
    indexes: structure.indexes.filter((index) => !names.has(fold(index.table))),
    views: [],
    triggers: structure.triggers.filter((trigger) => !names.has(fold(trigger.table))),
  };
}

function collect(kept: Snapshot, found: readonly PartialSnapshot[]): Snapshot {
  const join = <T extends { readonly name: string }>(
    old: readonly T[],
    added: readonly (readonly T[] | undefined)[],
  ): readonly T[] => {
    const fresh = added.flatMap((each) => each ?? []);
    return fresh.length === 0 ? old : merge(old, fresh.sort(byName));
  };
  return {
    tables: join(
      kept.tables,
      found.map((part) => part.tables),
    ),
    indexes: join(
      kept.indexes,
      found.map((part) => part.indexes),
    ),
    views: join(
      kept.views,
      found.map((part) => part.views),
    ),
    triggers: join(
      kept.triggers,
      found.map((part) => part.triggers),
    ),
  };
}

/** Two sorted lists as one. */
function merge<T extends { readonly name: string }>(a: readonly T[], b: readonly T[]): readonly T[] {
  const merged: T[] = [];
  let next = 0;
  for (const item of a) {
    for (let other = b[next]; other !== undefined && byName(other, item) < 0; other = b[next]) {
      merged.push(other);
      next += 1;
    }
    merged.push(item);
  }
  return [...merged, ...b.slice(next)];
}

function isSame(a: Snapshot, b: Snapshot): boolean {
  const alike = (x: readonly unknown[], y: readonly unknown[]): boolean =>
    x.length === y.length && x.every((part, index) => part === y[index]);
  return (
    alike(a.tables, b.tables) &&
    alike(a.indexes, b.indexes) &&
    alike(a.views, b.views) &&
    alike(a.triggers, b.triggers)
  );
}

/** Each table's text with those of its indexes, by name in lower case. */
function textsOf(rows: readonly Row[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [type, name, table, sql] of rows) {
    if (type === 'table' || type === 'index') {
      texts.set(fold(table), `${texts.get(fold(table)) ?? ''}${JSON.stringify([type, name, sql])}`);
    }
  }
  return texts;
}

const NO_FACTS: SchemaFacts = {
  objects: [],
  tables: [],
  columns: [],
  foreignKeys: [],
  indexes: [],
  indexColumns: [],
};

/** STRICT and WITHOUT ROWID stand behind the last parenthesis; https://sqlite.org/lang_createtable.html. */
function tableFromText(name: string, sql: string): SchemaFacts['tables'][number] {
  const kinds = tokensOf(sql).map(({ canonical }) => canonical);
  const options = kinds.slice(kinds.lastIndexOf(')') + 1);
  return {
    name,
    type: kinds[1] === 'virtual' ? 'virtual' : 'table',
    withoutRowid: Number(options.includes('without')),
    strict: Number(options.includes('strict')),
  };
}

function objectOf([type, name, table, sql]: Row): SchemaFacts['objects'][number] {
  return { type, name, table, sql };
}

type ReadFacts = Omit<SchemaFacts, 'tables'>;

/** A function that reads the facts about some tables alone. */
function factsReader(db: Database): (names: readonly string[]) => ReadFacts {
  const objects = db.prepare<[string], ObjectRow>(OBJECTS);
  const queries = Object.entries(QUERIES).map(([fact, sql]) => [fact, db.prepare(sql)] as const);
  return (names) => {
    const found = objects.all(JSON.stringify(names));
    // Each of these would compile a virtual table, or look for the table among all objects once more.
    const isOrdinary = (name: string): boolean =>
      found.some((one) => one.type === 'table' && one.root !== 0 && fold(one.name) === fold(name));
    const ordinary = JSON.stringify(names.filter(isOrdinary));
    return {
      objects: found.map(({ type, name, table, sql }) => ({ type, name, table, sql })),
      ...(Object.fromEntries(queries.map(([fact, query]) => [fact, query.all(ordinary)])) as unknown as Omit<
        ReadFacts,
        'objects'
      >),
    };
  };
}

type ObjectRow = SchemaFacts['objects'][number] & { readonly root: number };

const NAMED = `FROM json_each(?) AS n CROSS JOIN`;

const OBJECTS = `SELECT s.type, s.name, s.tbl_name AS "table", s.sql, s.rootpage AS root ${NAMED} main.sqlite_schema AS s
       WHERE s.tbl_name = n.value COLLATE NOCASE AND s.type IN ('table', 'index')`;

const QUERIES: Readonly<Record<Exclude<keyof ReadFacts, 'objects'>, string>> = {
  columns: `SELECT n.value AS "table", x.name, x.type, x."notnull" AS "notNull", x.dflt_value AS defaultValue,
         x.pk AS primaryKey, x.hidden ${NAMED} pragma_table_xinfo(n.value, 'main') AS x`,
  foreignKeys: `SELECT n.value AS "table", x.id, x."table" AS parent, x."from" AS "column", x."to" AS parentColumn,
         x.on_update AS onUpdate, x.on_delete AS onDelete ${NAMED} pragma_foreign_key_list(n.value, 'main') AS x`,
  indexes: `SELECT n.value AS "table", x.name, x."unique", x.origin, x.partial
       ${NAMED} pragma_index_list(n.value, 'main') AS x`,
  indexColumns: `SELECT i.name AS "index", x.name, x."desc" AS descending, x.coll AS collation
       ${NAMED} pragma_index_list(n.value, 'main') AS i CROSS JOIN pragma_index_xinfo(i.name, 'main') AS x WHERE x.key`,
};
