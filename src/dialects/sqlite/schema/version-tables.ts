// Tables that belong to migration tools and replication, not to the user's schema. One list, because a table that
// one part of Flotilla compared and another left out would make every fingerprint doubtful.
// Names that several tools or users share are taken only with the columns of one of those tools.

import { HISTORY_TABLE } from '../../../model/history.js';
import { fold } from './sql-text.js';

const BY_NAME: ReadonlySet<string> = new Set(
  [
    HISTORY_TABLE,
    'alembic_version',
    'flyway_schema_history',
    'DATABASECHANGELOG',
    'DATABASECHANGELOGLOCK',
    'goose_db_version',
    '_sqlx_migrations',
    '__diesel_schema_migrations',
    'refinery_schema_history',
    '_prisma_migrations',
    '__drizzle_migrations',
    'knex_migrations',
    'knex_migrations_lock',
    'kysely_migration',
    'kysely_migration_lock',
    'SequelizeMeta',
    'pgmigrations',
    'atlas_schema_revisions',
    'ar_internal_metadata',
    'django_migrations',
    'gorp_migrations',
    'd1_migrations',
    '_sqlite_migrations',
    '__EFMigrationsHistory',
    '__EFMigrationsLock',
    'mikro_orm_migrations',
    'grdb_migrations',
    '_yoyo_migration',
    '_yoyo_log',
    '_yoyo_version',
    'yoyo_lock',
    '_litestream_seq',
    '_litestream_lock',
    'libsql_wasm_func_table',
    '_cf_KV',
    '_cf_METADATA',
  ].map(fold),
);

/** Names that are not telling alone: each with the sets of columns, sorted, that known tools give it. */
const BY_COLUMNS: ReadonlyMap<string, readonly string[]> = new Map([
  // golang-migrate; dbmate and Rails; Ecto; rusqlite-style copies of dbmate with a time.
  ['schema_migrations', ['dirty,version', 'version', 'inserted_at,version', 'applied_at,version']],
  // db-migrate; TypeORM; postgres-migrations; Laravel.
  ['migrations', ['id,name,run_on', 'id,name,timestamp', 'executed_at,hash,id,name', 'batch,id,migration']],
  // postgrator.
  ['schemaversion', ['md5,name,run_at,version', 'version']],
  // FluentMigrator, before and after it had times and words.
  ['versioninfo', ['version', 'appliedon,version', 'appliedon,description,version']],
  // Grafana.
  ['migration_log', ['error,id,migration_id,sql,success,timestamp']],
  // peewee.
  ['migratehistory', ['id,migrated_at,name']],
  // Room.
  ['room_master_table', ['id,identity_hash']],
  // TypeORM's notes on generated columns and views.
  ['typeorm_metadata', ['database,name,schema,table,type,value']],
]);

/**
 * Whether a table is the version table of a known tool, or internal to replication.
 * @param columns names of its columns, in any order
 */
export function isVersionTable(table: string, columns: readonly string[]): boolean {
  const name = fold(table);
  if (BY_NAME.has(name)) return true;
  return BY_COLUMNS.get(name)?.includes(columns.map(fold).sort().join(',')) ?? false;
}

/** A table that a tool left behind when its rebuild of another table did not finish. */
export interface Leftover {
  /** The one that was rebuilt; null where the name does not say. */
  readonly table: string | null;
  readonly tool: string;
}

/** knex numbers its copies, and names no table. */
const NUMBERED: readonly (readonly [pattern: RegExp, tool: string])[] = [[/^_knex_temp_alter\d+$/, 'knex']];

const LEFTOVERS: readonly (readonly [pattern: RegExp, tool: string])[] = [
  [/^_flotilla_new_(.+)$/s, 'Flotilla'],
  [/^_alembic_tmp_(.+)$/s, 'Alembic'],
  [/^__new_(.+)$/s, 'drizzle'],
  [/^new__(.+)$/s, 'Django'],
  [/^new_(.+)$/s, 'Prisma'],
  [/^temporary_(.+)$/s, 'TypeORM'],
];

/**
 * Tells whether a table's name is the one that a tool gives to the new copy of another table while it rebuilds it.
 * @param tables names of the tables that could be that other one
 */
export function leftoverOf(table: string, tables: readonly string[]): Leftover | null {
  const numbered = NUMBERED.find(([pattern]) => pattern.test(fold(table)));
  if (numbered !== undefined) return { table: null, tool: numbered[1] };
  for (const [pattern, tool] of LEFTOVERS) {
    const rebuilt = pattern.exec(fold(table))?.[1];
    const original = rebuilt === undefined ? undefined : tables.find((name) => fold(name) === rebuilt);
    if (original !== undefined) return { table: original, tool };
  }
  return null;
}
