// The tools whose version tables are read, one entry a table. What is no structure of the user's is told by
// version-tables.ts; here is what such a table says. Formats are those that the tools themselves write.

import type { Mark, StuckMark } from '../../../model/claim.js';
import {
  eachIn,
  eachRow,
  failed,
  isTrue,
  lastRows,
  lockByRow,
  lockIn,
  named,
  stemOf,
  type Reader,
  type Reading,
  type Row,
} from './reader.js';

/** A table whose rows are the names of what was applied. */
function names(tool: string, table: string, column: string, ...order: readonly string[]): Reader {
  return { tool, table, columns: [column], order, read: eachIn(column) };
}

export const READERS: readonly Reader[] = [
  {
    tool: 'alembic',
    table: 'alembic_version',
    columns: ['version_num'],
    order: ['version_num'],
    // A row is a head: what comes before it has none.
    read: (rows) => ({ upTo: rows.flatMap((row) => named(row['version_num']) ?? []) }),
  },
  {
    tool: 'golang-migrate',
    table: 'schema_migrations',
    columns: ['version', 'dirty'],
    order: [],
    read: (rows) => ({
      upTo: rows.filter((row) => !isTrue(row['dirty'])).flatMap((row) => named(row['version']) ?? []),
      stuck: rows.filter((row) => isTrue(row['dirty'])).map((row) => failed(row['version'], 'dirty = 1')),
    }),
  },
  // Two tools and those that copied them: the text of the version alone.
  names('dbmate or Rails', 'schema_migrations', 'version', 'version'),
  {
    tool: 'goose',
    table: 'goose_db_version',
    columns: ['version_id', 'is_applied'],
    order: ['id'],
    read: (rows) =>
      lastRows(rows, 'version_id', (row) => {
        const { version_id: version = null, is_applied: isApplied } = row;
        // The first row of every table.
        if (version === '0') return null;
        return isTrue(isApplied) ? { mark: named(version) } : undone(version, 'is_applied = 0');
      }),
  },
  {
    tool: 'Flyway',
    table: 'flyway_schema_history',
    columns: ['version', 'script', 'success'],
    also: ['type'],
    order: ['installed_rank'],
    read: readFlyway,
  },
  {
    tool: 'Liquibase',
    table: 'DATABASECHANGELOG',
    columns: ['ID'],
    also: ['EXECTYPE'],
    order: ['ORDEREXECUTED'],
    read: (rows) => ({
      each: rows.filter((row) => row['EXECTYPE'] !== 'FAILED').flatMap((row) => named(row['ID']) ?? []),
      stuck: rows
        .filter((row) => row['EXECTYPE'] === 'FAILED')
        .map((row) => failed(row['ID'], 'EXECTYPE = FAILED')),
    }),
  },
  {
    tool: 'Liquibase',
    table: 'DATABASECHANGELOGLOCK',
    columns: ['LOCKED'],
    order: [],
    read: lockIn('LOCKED'),
  },
  {
    tool: 'sqlx',
    table: '_sqlx_migrations',
    columns: ['version', 'success'],
    also: ['description'],
    order: ['version'],
    read: (rows) => ({
      each: rows
        .filter((row) => isTrue(row['success']))
        .flatMap((row) => named(row['version'], joined(row['version'], row['description'])) ?? []),
      stuck: rows
        .filter((row) => !isTrue(row['success']))
        .map((row) => failed(row['version'], 'success = 0')),
    }),
  },
  names('diesel', '__diesel_schema_migrations', 'version', 'version'),
  {
    tool: 'refinery',
    table: 'refinery_schema_history',
    columns: ['version'],
    also: ['name'],
    order: ['version'],
    read: eachRow((row) => named(row['version'], joined(`V${row['version'] ?? ''}_`, row['name']))),
  },
  {
    tool: 'Prisma',
    table: '_prisma_migrations',
    columns: ['migration_name', 'finished_at', 'rolled_back_at'],
    order: ['started_at'],
    read: (rows) =>
      lastRows(rows, 'migration_name', (row) => {
        if (row['rolled_back_at'] !== null) return null;
        if (row['finished_at'] !== null) return { mark: named(row['migration_name']) };
        return failed(row['migration_name'], 'neither finished_at nor rolled_back_at');
      }),
  },
  {
    tool: 'drizzle',
    table: '__drizzle_migrations',
    columns: ['hash', 'created_at'],
    also: ['name'],
    order: ['created_at'],
    read: eachRow(drizzleMark),
  },
  names('knex', 'knex_migrations', 'name', 'id'),
  {
    tool: 'knex',
    table: 'knex_migrations_lock',
    columns: ['is_locked'],
    order: [],
    read: lockIn('is_locked'),
  },
  names('Kysely', 'kysely_migration', 'name', 'timestamp', 'name'),
  {
    tool: 'Kysely',
    table: 'kysely_migration_lock',
    columns: ['is_locked'],
    order: [],
    read: lockIn('is_locked'),
  },
  names('Sequelize', 'SequelizeMeta', 'name', 'name'),
  names('node-pg-migrate', 'pgmigrations', 'name', 'id'),
  {
    tool: 'Atlas',
    table: 'atlas_schema_revisions',
    columns: ['version', 'applied', 'total'],
    also: ['description', 'error'],
    order: ['version'],
    read: readAtlas,
  },
  {
    tool: 'Django',
    table: 'django_migrations',
    columns: ['app', 'name'],
    order: ['id'],
    read: eachRow(({ app, name }) => ofSet(named(name), app)),
  },
  names('sql-migrate', 'gorp_migrations', 'id', 'id'),
  names('D1', 'd1_migrations', 'name', 'id'),
  names('Entity Framework', '__EFMigrationsHistory', 'MigrationId', 'MigrationId'),
  {
    tool: 'Entity Framework',
    table: '__EFMigrationsLock',
    columns: ['Id'],
    order: [],
    read: lockByRow,
  },
  {
    tool: 'MikroORM',
    table: 'mikro_orm_migrations',
    columns: ['name'],
    order: ['id'],
    // `Migration20261129093152`, with or without words behind it.
    read: eachRow(({ name }) => named(name, name?.replace(/^Migration/, '') ?? null)),
  },
  {
    tool: 'sqlite-utils',
    table: '_sqlite_migrations',
    columns: ['migration_set', 'name'],
    order: ['id'],
    read: eachRow((row) => ofSet(named(row['name']), row['migration_set'])),
  },
  {
    tool: 'TypeORM',
    table: 'migrations',
    columns: ['timestamp', 'name'],
    order: ['timestamp'],
    // `CreateNotes1795944690381` of the file `1795944690381-CreateNotes.ts`.
    read: eachRow(({ timestamp = null, name = null }) =>
      named(timestamp, name, joined(timestamp, name?.replace(/\d+$/, ''))),
    ),
  },
  {
    tool: 'Laravel',
    table: 'migrations',
    columns: ['migration', 'batch'],
    order: ['id'],
    // `2026_11_29_093152_create_notes`: four numbers are one time.
    read: eachRow(({ migration = null }) =>
      named(migration, migration?.replace(/(?<=\d)_(?=\d)/g, '') ?? null),
    ),
  },
  {
    tool: 'postgres-migrations',
    table: 'migrations',
    columns: ['id', 'name', 'hash', 'executed_at'],
    order: ['id'],
    // It records itself as 0.
    read: eachRow(({ id, name = null }) => (id === '0' ? null : named(id, joined(id, name)))),
  },
  {
    tool: 'db-migrate',
    table: 'migrations',
    columns: ['name', 'run_on'],
    order: ['id'],
    read: eachRow(({ name }) => named(name)),
  },
  {
    tool: 'postgrator',
    table: 'schemaversion',
    columns: ['version'],
    also: ['name'],
    order: ['run_at'],
    read: eachRow(({ version, name = null }) =>
      version === '0' ? null : named(version, joined(version, name)),
    ),
  },
  names('FluentMigrator', 'VersionInfo', 'Version', 'Version'),
  {
    tool: 'Grafana',
    table: 'migration_log',
    columns: ['migration_id', 'success'],
    order: ['id'],
    read: (rows) =>
      lastRows(rows, 'migration_id', (row) =>
        isTrue(row['success'])
          ? { mark: named(row['migration_id']) }
          : failed(row['migration_id'], 'success = 0'),
      ),
  },
  names('GRDB', 'grdb_migrations', 'identifier'),
  names('peewee', 'migratehistory', 'name', 'id'),
  names('yoyo', '_yoyo_migration', 'migration_id', 'applied_at_utc'),
  { tool: 'yoyo', table: 'yoyo_lock', columns: ['locked'], order: [], read: lockByRow },
];

function joined(first: string | null | undefined, second: string | null | undefined): string | null {
  if (first === null || first === undefined || second === null || second === undefined) return null;
  return `${first}_${stemOf(second)}`;
}

function ofSet(mark: Mark | null, set: string | null | undefined): Mark | null {
  return mark === null || set === null || set === undefined ? mark : { ...mark, set };
}

function undone(name: string | null, found: string): StuckMark {
  return { kind: 'undone', name, found };
}

/** A baseline stands for all before it; an undo, or the deletion of a script, takes a version back. */
function readFlyway(rows: readonly Row[]): Reading {
  const upTo: Mark[] = [];
  const each = new Map<string, Mark>();
  const stuck = new Map<string, StuckMark>();
  for (const { version = null, script = null, success, type = '' } of rows) {
    if (version === null) continue;
    if (/^(UNDO|DELETE)/.test(type ?? '')) {
      each.delete(version);
      stuck.delete(version);
    } else if (!isTrue(success)) {
      stuck.set(version, failed(version, 'success = 0'));
    } else {
      stuck.delete(version);
      const mark = named(version, script === null ? null : stemOf(script), `V${version}`);
      if (mark === null) continue;
      if (/BASELINE$/.test(type ?? '')) upTo.push(mark);
      else each.set(version, mark);
    }
  }
  return { upTo, each: [...each.values()], stuck: [...stuck.values()] };
}

/** A row in dots is Atlas's own; one with fewer statements applied than there are has stopped half-way. */
function readAtlas(rows: readonly Row[]): Reading {
  const own = rows.filter(({ version }) => version !== null && version?.startsWith('.') === false);
  const isDone = ({ applied, total, error = null }: Row): boolean =>
    applied === total && (error === null || error === '');
  return {
    each: own
      .filter(isDone)
      .flatMap(({ version, description = null }) => named(version, joined(version, description)) ?? []),
    stuck: own
      .filter((row) => !isDone(row))
      .map(({ version = null, applied, total }) =>
        failed(version, `${applied ?? ''} of ${total ?? ''} statements applied`),
      ),
  };
}

/**
 * The table has a hash and a time, which is that of the journal's entry: tags that begin with a time begin with this
 * one, in one of two forms (`20261129093152`, `1795944712`).
 */
function drizzleMark({ hash = null, created_at: createdAt = null, name = null }: Row): Mark | null {
  if (hash === null) return null;
  const time = createdAt !== null && /^\d{10,14}$/.test(createdAt) ? Number(createdAt) : null;
  const times =
    time === null
      ? []
      : [new Date(time).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14), String(Math.floor(time / 1000))];
  const shown = name ?? createdAt ?? hash;
  return { name: shown, hash, ...(times.length === 0 ? {} : { also: times }) };
}
