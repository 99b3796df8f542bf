// What other tools left in a legacy database, through the built command line: their tables as they write them, each
// beside two revisions of one structure of which the second changes rows.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { DoctorReport, Outcome, PlanReport, StatusReport } from '../../src/index.js';
import { argvOf } from '../../src/model/command.js';
import { runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';

const NOTES = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL)';
const ROWS = 'INSERT INTO notes VALUES (1, 500), (2, 700)';
const FILES = {
  '0001_create_notes.sql': `-- migrate:up\n${NOTES};\n-- migrate:down\nDROP TABLE notes;\n`,
  '0002_cents.sql': `-- migrate:up\nUPDATE notes SET cents = cents * 100;\n-- migrate:down\nUPDATE notes SET cents = cents / 100;\n`,
  '0003_more.sql':
    '-- migrate:up\nCREATE TABLE more (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE more;\n',
};
const migrations = writeMigrations(FILES);

/** Makes a target a text, by name, in a new directory. */
function fleetOf(targets: Readonly<Record<string, string>>): string {
  const dataDir = temporaryDirectory();
  for (const [name, sql] of Object.entries(targets)) {
    const db = new Database(join(dataDir, `project_${name}.db`));
    db.exec(`${NOTES}; ${ROWS}; ${sql}`);
    db.close();
  }
  return dataDir;
}

const byId = (targets: readonly Outcome[]): ReadonlyMap<string, Outcome> =>
  new Map(targets.map((target) => [target.id.replace('project_', ''), target]));

/** SHA-256 of a file below its `-- migrate:up`: of the text that drizzle had. */
function hashOfUp(name: keyof typeof FILES): string {
  const text = readFileSync(join(migrations, name), 'utf8');
  const [, rest = ''] = text.split('-- migrate:up\n');
  return createHash('sha256')
    .update(rest.split('-- migrate:down')[0] ?? '')
    .digest('hex');
}

/** What each tool's table is when it has run the first two. */
const UP_TO_2: Readonly<Record<string, string>> = {
  alembic: `CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY); INSERT INTO alembic_version VALUES ('0002');`,
  golangMigrate: `CREATE TABLE schema_migrations (version uint64, dirty bool); CREATE UNIQUE INDEX version_unique ON schema_migrations (version); INSERT INTO schema_migrations VALUES (2, 0);`,
  dbmate: `CREATE TABLE schema_migrations (version varchar(128) primary key); INSERT INTO schema_migrations VALUES ('0001'), ('0002');`,
  rails: `CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY); INSERT INTO schema_migrations VALUES ('1'), ('2');
    CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);`,
  goose: `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
    INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1), (2, 0), (2, 1);`,
  flyway: `CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT, installed_by VARCHAR(100) NOT NULL, installed_on TEXT NOT NULL, execution_time INT NOT NULL, success BOOLEAN NOT NULL);
    INSERT INTO flyway_schema_history VALUES (1, '1', 'b', 'BASELINE', 'b', NULL, 'me', '', 0, 1), (2, '2', 'cents', 'SQL', 'V2__cents.sql', 1, 'me', '', 1, 1), (3, NULL, 'views', 'SQL', 'R__views.sql', 1, 'me', '', 1, 1);`,
  liquibase: `CREATE TABLE DATABASECHANGELOG (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL, FILENAME VARCHAR(255) NOT NULL, DATEEXECUTED TEXT NOT NULL, ORDEREXECUTED INT NOT NULL, EXECTYPE VARCHAR(10) NOT NULL);
    INSERT INTO DATABASECHANGELOG VALUES ('1', 'me', 'c.sql', '', 1, 'EXECUTED'), ('2', 'me', 'c.sql', '', 2, 'EXECUTED');
    CREATE TABLE DATABASECHANGELOGLOCK (ID INT NOT NULL PRIMARY KEY, LOCKED BOOLEAN NOT NULL, LOCKGRANTED TEXT, LOCKEDBY VARCHAR(255)); INSERT INTO DATABASECHANGELOGLOCK VALUES (1, 0, NULL, NULL);`,
  sqlx: `CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
    INSERT INTO _sqlx_migrations VALUES (1, 'create notes', '', TRUE, x'00', 1), (2, 'cents', '', TRUE, x'00', 1);`,
  diesel: `CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); INSERT INTO __diesel_schema_migrations (version) VALUES ('0001'), ('0002');`,
  refinery: `CREATE TABLE refinery_schema_history (version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255)); INSERT INTO refinery_schema_history VALUES (1, 'create_notes', '', ''), (2, 'cents', '', '');`,
  prisma: `CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL, finished_at DATETIME, migration_name TEXT NOT NULL, logs TEXT, rolled_back_at DATETIME, started_at DATETIME NOT NULL DEFAULT current_timestamp, applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0);
    INSERT INTO _prisma_migrations VALUES ('a', 'c', '2026-11-29T09:37:48.136+00:00', '0001_create_notes', NULL, NULL, '2026-11-29T09:37:47.984+00:00', 1),
      ('b', 'c', NULL, '0002_cents', 'failed', '2026-11-29T09:40:00.000+00:00', '2026-11-29T09:39:00.000+00:00', 0),
      ('c', 'c', '2026-11-29T09:42:00.000+00:00', '0002_cents', NULL, NULL, '2026-11-29T09:41:00.000+00:00', 1);`,
  drizzle: `CREATE TABLE "__drizzle_migrations" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric);
    INSERT INTO "__drizzle_migrations" (hash, created_at) VALUES ('${hashOfUp('0001_create_notes.sql')}', 1795944690381), ('${hashOfUp('0002_cents.sql')}', 1795944699999);`,
  knex: `CREATE TABLE knex_migrations (id integer not null primary key autoincrement, name varchar(255), batch integer, migration_time datetime);
    INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('0001_create_notes.js', 1, 1795944742107), ('0002_cents.ts', 2, 1795944742108);
    CREATE TABLE knex_migrations_lock ("index" integer not null primary key autoincrement, is_locked integer); INSERT INTO knex_migrations_lock VALUES (1, 0);`,
  kysely: `CREATE TABLE kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null); INSERT INTO kysely_migration VALUES ('0001_create_notes', '2026'), ('0002_cents', '2026');`,
  sequelize: `CREATE TABLE SequelizeMeta (name VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY); INSERT INTO SequelizeMeta VALUES ('0001-create-notes.js'), ('0002-cents.js');`,
  nodePgMigrate: `CREATE TABLE pgmigrations (id INTEGER PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL); INSERT INTO pgmigrations (name, run_on) VALUES ('0001_create_notes', ''), ('0002_cents', '');`,
  atlas: `CREATE TABLE atlas_schema_revisions (version text NOT NULL PRIMARY KEY, description text, type integer, applied integer, total integer, executed_at datetime, execution_time integer, error text, error_stmt text, hash text, partial_hashes json, operator_version text);
    INSERT INTO atlas_schema_revisions (version, description, type, applied, total) VALUES ('.atlas_cloud_identifier', '', 2, 0, 0), ('0001', 'create_notes', 2, 1, 1), ('0002', 'cents', 2, 1, 1);`,
  django: `CREATE TABLE django_migrations (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied datetime NOT NULL);
    INSERT INTO django_migrations (app, name, applied) VALUES ('auth', '0001_initial', ''), ('notes', '0001_create_notes', ''), ('auth', '0002_alter', ''), ('notes', '0002_cents', ''), ('auth', '0003_alter', '');`,
  sqlMigrate: `CREATE TABLE gorp_migrations (id varchar(255) not null primary key, applied_at datetime); INSERT INTO gorp_migrations VALUES ('0001_create_notes.sql', ''), ('0002_cents.sql', '');`,
  d1: `CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL); INSERT INTO d1_migrations (name) VALUES ('0001_create_notes.sql'), ('0002_cents.sql');`,
  entityFramework: `CREATE TABLE __EFMigrationsHistory (MigrationId TEXT NOT NULL PRIMARY KEY, ProductVersion TEXT NOT NULL); INSERT INTO __EFMigrationsHistory VALUES ('0001_CreateNotes', '9'), ('0002_Cents', '9');`,
  mikroOrm: `CREATE TABLE mikro_orm_migrations (id integer primary key autoincrement, name text, executed_at datetime); INSERT INTO mikro_orm_migrations (name) VALUES ('Migration0001'), ('Migration0002');`,
  sqliteUtils: `CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT); INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('other', 'x'), ('notes', 'create_notes'), ('notes', 'cents'), ('other', 'y');`,
  typeorm: `CREATE TABLE migrations (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, timestamp bigint NOT NULL, name varchar NOT NULL); INSERT INTO migrations (timestamp, name) VALUES (1, 'CreateNotes1'), (2, 'Cents2');
    CREATE TABLE typeorm_metadata (type varchar NOT NULL, database varchar, schema varchar, "table" varchar, name varchar, value text);`,
  laravel: `CREATE TABLE migrations (id integer primary key autoincrement not null, migration varchar not null, batch integer not null); INSERT INTO migrations (migration, batch) VALUES ('0001_create_notes', 1), ('0002_cents', 1);`,
  dbMigrate: `CREATE TABLE migrations (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name VARCHAR(255) NOT NULL, run_on DATETIME NOT NULL); INSERT INTO migrations (name, run_on) VALUES ('/0001-create-notes', ''), ('/0002-cents', '');`,
  postgrator: `CREATE TABLE schemaversion (version INTEGER PRIMARY KEY, name TEXT, md5 TEXT, run_at TEXT); INSERT INTO schemaversion VALUES (0, NULL, NULL, ''), (1, 'create notes', '', ''), (2, 'cents', '', '');`,
  fluentMigrator: `CREATE TABLE VersionInfo (Version INTEGER NOT NULL, AppliedOn DATETIME, Description TEXT); CREATE UNIQUE INDEX UC_Version ON VersionInfo (Version ASC); INSERT INTO VersionInfo VALUES (1, '', 'CreateNotes'), (2, '', 'Cents');`,
  grafana: `CREATE TABLE migration_log (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, migration_id TEXT NOT NULL, sql TEXT NOT NULL, success INTEGER NOT NULL, error TEXT NOT NULL, timestamp DATETIME NOT NULL);
    INSERT INTO migration_log (migration_id, sql, success, error, timestamp) VALUES ('create notes', '', 1, '', ''), ('cents', '', 0, 'x', ''), ('cents', '', 1, '', '');`,
  grdb: `CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY); INSERT INTO grdb_migrations VALUES ('create_notes'), ('cents');`,
  peewee: `CREATE TABLE migratehistory (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL, migrated_at DATETIME NOT NULL); INSERT INTO migratehistory (name, migrated_at) VALUES ('0001_create_notes', ''), ('0002_cents', '');`,
  yoyo: `CREATE TABLE _yoyo_migration (migration_hash VARCHAR(64), migration_id VARCHAR(255), applied_at_utc TIMESTAMP, PRIMARY KEY (migration_hash)); INSERT INTO _yoyo_migration VALUES ('a', '0001_create_notes', '1'), ('b', '0002_cents', '2');
    CREATE TABLE _yoyo_log (id VARCHAR(36), migration_hash VARCHAR(64)); CREATE TABLE _yoyo_version (version INT NOT NULL PRIMARY KEY, installed_at_utc TIMESTAMP); CREATE TABLE yoyo_lock (locked INT DEFAULT 1, ctime TIMESTAMP, pid INT NOT NULL, PRIMARY KEY (locked));`,
};

test("every tool's table decides between revisions of one structure, and its rows are changed once", async () => {
  const dataDir = fleetOf(UP_TO_2);
  const status = (await look(dataDir, migrations, ['status'])).json() as StatusReport;
  for (const { id, problem } of status.targets)
    expect([id, problem?.code, problem?.revision]).toEqual([id, 'noBaseline', '0002']);
  const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp', '--jobs', '2']);
  const ended = report.targets.map(({ id, outcome, from, to, failure }) => [id, outcome, from, to, failure]);
  expect(ended).toEqual(report.targets.map(({ id }) => [id, 'upgraded', '0002', '0003', null]));
  expect([code, report.summary]).toEqual([
    0,
    { planned: Object.keys(UP_TO_2).length, upgraded: Object.keys(UP_TO_2).length },
  ]);
  for (const name of Object.keys(UP_TO_2))
    expect(query(join(dataDir, `project_${name}.db`), 'SELECT cents FROM notes')).toEqual([
      { cents: 500 },
      { cents: 700 },
    ]);
});

test('claims that one revision fits are stamped there, and its successor changes the rows once', async () => {
  const first = (sql: string) => sql.replace("'0002'", "'0001'");
  const dataDir = fleetOf({ alembic: first(UP_TO_2['alembic'] ?? '') });
  const { report } = await run(dataDir, migrations, ['upgrade', '--stamp']);
  expect(report.targets[0]).toMatchObject({ outcome: 'upgraded', from: '0001', to: '0003' });
  expect(query(join(dataDir, 'project_alembic.db'), 'SELECT cents FROM notes')).toEqual([
    { cents: 50000 },
    { cents: 70000 },
  ]);
});

describe('a target whose revisions nothing tells apart', () => {
  test('is left alone where rows would be changed twice, and every command says so', async () => {
    const dataDir = fleetOf({ 1: '' });
    const before = treeOf(dataDir, ['.flotilla']);
    const told = {
      code: 'ambiguousBaseline',
      message:
        'its structure is that of several revisions: 0001, 0002; nothing says which it is at, and 0002 would run, perhaps a second time, and may change rows',
    };
    const status = (await look(dataDir, migrations, ['status'])).json() as StatusReport;
    expect(status.targets).toMatchObject([{ state: 'legacy', pending: [], problem: told }]);
    expect(status.cohorts[0]?.match).toEqual({
      kind: 'ambiguous',
      revision: null,
      candidates: ['0001', '0002'],
      difference: [],
      again: ['0002'],
    });
    const check = await look(dataDir, migrations, ['check']);
    expect([check.code, (check.json() as StatusReport).targets[0]?.problem]).toMatchObject([1, told]);
    for (const args of [['plan'], ['plan', '--stamp']]) {
      const plan = (await look(dataDir, migrations, args)).json() as PlanReport;
      expect(plan.cohorts).toMatchObject([{ revisions: [], problem: told }]);
    }
    for (const args of [
      ['stamp'],
      ['upgrade', '--stamp'],
      ['upgrade'],
      ['upgrade', '--stamp', '--dry-run'],
    ]) {
      const { code, report } = await run(dataDir, migrations, args);
      expect([code, report.targets[0]]).toMatchObject([1, { outcome: 'skipped', failure: told }]);
    }
    const doctor = (await look(dataDir, migrations, ['doctor'])).json() as DoctorReport;
    expect(doctor.findings.map(({ id }) => id)).toContain('undecided');
    for (const command of ['status', 'check', 'plan', 'stamp', 'doctor']) {
      const { stdout } = await runCli([command, '--data-dir', dataDir, '--migrations', migrations]);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
        '0002 would run, perhaps a second time, and may change rows',
      );
    }
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });

  test.each([
    ['earliest', '0001', 50000],
    ['latest', '0002', 500],
    ['2', '0002', 500],
  ])('is at the revision that --at %s says, in one pass or in two', async (at, from, cents) => {
    const dataDir = fleetOf({ 1: '', 2: '' });
    const value = (id: string) =>
      query(join(dataDir, `project_${id}.db`), 'SELECT cents FROM notes WHERE id = 1');
    const plan = (await look(dataDir, migrations, ['plan', '--stamp', '--at', at])).json() as PlanReport;
    expect(plan.cohorts[0]?.revisions.map(({ id }) => id)).toEqual(
      from === '0001' ? ['0002', '0003'] : ['0003'],
    );
    const whole = await run(dataDir, migrations, ['upgrade', '--stamp', '--at', at, '--only', 'project_1']);
    expect([whole.code, whole.report.targets[0]]).toMatchObject([0, { outcome: 'upgraded', from }]);
    const stamped = await run(dataDir, migrations, ['stamp', '--at', at]);
    expect([stamped.code, byId(stamped.report.targets).get('2')]).toMatchObject([
      0,
      { outcome: 'stamped', to: from },
    ]);
    expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
    expect([value('1'), value('2')]).toEqual([[{ cents }], [{ cents }]]);
  });

  test('has a way out in its hint that does what it says', async () => {
    const dataDir = fleetOf({ 1: '', 2: '' });
    const status = (await look(dataDir, migrations, ['status'])).json() as StatusReport;
    const [earliest, latest] = status.targets[0]?.problem?.commands ?? [];
    if (earliest === undefined || latest === undefined) throw new Error('no commands');
    const [, ...words] = argvOf(latest);
    expect((await runCli(words)).code).toBe(0);
    const [one, two] = ((await look(dataDir, migrations, ['status'])).json() as StatusReport).targets;
    expect([one?.revision, two?.revision]).toEqual(['0002', null]);
  });

  test('is the earliest where what would run again changes no rows', async () => {
    const harmless = writeMigrations({
      '0001_notes.sql': `-- migrate:up\n${NOTES};\n`,
      '0002_index.sql':
        '-- migrate:up\nCREATE INDEX i ON notes (cents);\nDROP INDEX i;\nPRAGMA user_version = 4;\n',
      '0003_none.sql':
        '-- migrate:up\nCREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL);\n',
    });
    const dataDir = fleetOf({ 1: '' });
    const { code, report } = await run(dataDir, harmless, ['upgrade', '--stamp']);
    expect([code, report.targets[0]]).toMatchObject([
      0,
      {
        outcome: 'upgraded',
        from: '0001',
        applied: ['0002', '0003'],
        match: { kind: 'ambiguous', revision: '0001' },
      },
    ]);
  });

  test.each([
    ['a program', '0002_more.mjs', 'export function up() {}\n'],
    ['a table that is dropped', '0002_drop.sql', `-- migrate:up\nDROP TABLE notes;\n${NOTES};\n`],
    [
      'a column that is dropped',
      '0002_drop.sql',
      '-- migrate:up\nALTER TABLE notes DROP COLUMN cents;\nALTER TABLE notes ADD COLUMN cents INTEGER NOT NULL DEFAULT 0;\n',
    ],
    ['DELETE', '0002_delete.sql', '-- migrate:up\nDELETE FROM notes WHERE cents = 0;\n'],
    ['INSERT', '0002_insert.sql', '-- migrate:up\nINSERT INTO notes (cents) SELECT 1 WHERE 0;\n'],
    ['REPLACE', '0002_replace.sql', '-- migrate:up\nREPLACE INTO notes VALUES (9, 9);\n'],
    [
      'WITH',
      '0002_with.sql',
      '-- migrate:up\nWITH x AS (SELECT 1 AS id) UPDATE notes SET cents = 1 WHERE id IN (SELECT id FROM x);\n',
    ],
  ])('is left alone before %s', async (_, name, text) => {
    const other = writeMigrations({
      '0001_notes.sql': `-- migrate:up\n${NOTES.replace('NOT NULL', 'NOT NULL DEFAULT 0')};\n`,
      [name]: text.replaceAll('cents INTEGER NOT NULL)', 'cents INTEGER NOT NULL DEFAULT 0)'),
    });
    const dataDir = makeProjects(1, `${NOTES.replace('NOT NULL', 'NOT NULL DEFAULT 0')};`);
    const { code, report } = await run(dataDir, other, ['upgrade', '--stamp']);
    expect([code, report.targets[0]?.failure?.code]).toEqual([1, 'ambiguousBaseline']);
  });
});

/** The table of a tool that lists every revision, with these. */
const listed = (...versions: readonly string[]): string =>
  `CREATE TABLE schema_migrations (version varchar(128) primary key); ${versions.map((version) => `INSERT INTO schema_migrations VALUES ('${version}');`).join(' ')}`;
const alembic = (...heads: readonly string[]): string =>
  `CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL); ${heads.map((head) => `INSERT INTO alembic_version VALUES ('${head}');`).join(' ')}`;

describe('a claim against the structure', () => {
  test.each([
    ['what comes later', alembic('0003'), 'alembic_version says 0003, the structure is that of 0001, 0002'],
    [
      'another spelling',
      listed('1', '2', '3'),
      'schema_migrations says 3 (revision 0003), the structure is that of 0001, 0002',
    ],
    [
      'a revision left out',
      listed('0002'),
      'schema_migrations has 0002 and not 0001, which comes before, the structure is that of 0001, 0002',
    ],
    [
      'one that no file has, after one that is known',
      listed('0001', '0002', '0009'),
      'schema_migrations says 0009, and no file has 0009, the structure is that of 0001, 0002',
    ],
    [
      'two tools that disagree',
      `${alembic('0001')} ${listed('0001', '0002')}`,
      'alembic_version says 0001; schema_migrations says 0002, the structure is that of 0001, 0002',
    ],
  ])('leaves the target alone: %s', async (_, sql, message) => {
    const dataDir = fleetOf({ 1: sql });
    const before = treeOf(dataDir, ['.flotilla']);
    const told = { code: 'claimMismatch', message };
    for (const args of [
      ['stamp'],
      ['upgrade', '--stamp'],
      ['stamp', '--at', 'latest'],
      ['stamp', '0001'],
    ].slice(0, message.includes('alembic_version says 0001') ? 3 : 4)) {
      const { code, report } = await run(dataDir, migrations, args);
      expect([code, report.targets[0]?.outcome, report.targets[0]?.failure?.code]).toEqual([
        1,
        'skipped',
        'claimMismatch',
      ]);
    }
    const status = (await look(dataDir, migrations, ['status'])).json() as StatusReport;
    expect(status.targets).toMatchObject([{ state: 'legacy', problem: told }]);
    expect(status.cohorts[0]?.match).toMatchObject({ revision: null, candidates: ['0001', '0002'] });
    const doctor = (await look(dataDir, migrations, ['doctor'])).json() as DoctorReport;
    expect(doctor.findings.map(({ id }) => id)).toContain('claimed');
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
    const [command] = status.targets[0]?.problem?.commands ?? [];
    if (command === undefined) throw new Error('no command');
    expect((await runCli(argvOf(command).slice(1))).code).toBe(0);
    expect(query(join(dataDir, 'project_1.db'), 'SELECT revision FROM flotilla_history')).toHaveLength(2);
  });

  test('leaves it alone where one revision has the structure as well, and names both', async () => {
    const dataDir = fleetOf({ 1: `CREATE TABLE more (id INTEGER PRIMARY KEY); ${alembic('0001')}` });
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp']);
    expect([code, report.targets[0]]).toMatchObject([
      1,
      {
        outcome: 'skipped',
        failure: {
          code: 'claimMismatch',
          message: 'alembic_version says 0001, the structure is that of 0003',
          hint: expect.stringContaining('flotilla stamp --at 0003 --only project_1 ') as string,
        },
        match: {
          candidates: ['0003'],
          claims: [{ tool: 'alembic', table: 'alembic_version', says: ['0001'], revisions: ['0001'] }],
        },
      },
    ]);
  });

  test('is not passed over by a revision that is named for all targets, but by force', async () => {
    const dataDir = fleetOf({ 1: alembic('0001') });
    const named = await run(dataDir, migrations, ['stamp', '0002']);
    expect([named.code, named.report.targets[0]?.failure]).toMatchObject([
      1,
      { code: 'claimMismatch', message: 'alembic_version says 0001, and 0002 is to be recorded' },
    ]);
    expect((await run(dataDir, migrations, ['stamp', '0002', '--force'])).code).toBe(0);
  });
});

describe('a claim that names nothing known', () => {
  test('decides nothing, and is told', async () => {
    const dataDir = fleetOf({
      1: alembic('deadbeef'),
      2: `CREATE TABLE more (id INTEGER PRIMARY KEY); ${alembic('deadbeef')}`,
    });
    const { report } = await run(dataDir, migrations, ['stamp']);
    expect(report.targets).toMatchObject([
      {
        outcome: 'skipped',
        failure: {
          code: 'ambiguousBaseline',
          message: expect.stringContaining(
            '; alembic_version says deadbeef, which is no revision here',
          ) as string,
        },
      },
      { outcome: 'stamped', to: '0003', match: { claims: [{ says: ['deadbeef'], revisions: [] }] } },
    ]);
  });

  test('is that of a table of the same name with other columns, which is the user’s', async () => {
    const dataDir = fleetOf({ 1: 'CREATE TABLE migrations (id INTEGER PRIMARY KEY, bird TEXT);' });
    const { report } = await run(dataDir, migrations, ['stamp']);
    expect(report.targets[0]?.match).toMatchObject({
      kind: 'nearest',
      difference: ['table migrations is not expected'],
    });
  });
});

const KNEX = UP_TO_2['knex'] ?? '';

test.each([
  [
    'golang-migrate',
    UP_TO_2['golangMigrate']?.replace('(2, 0)', '(3, 1)'),
    'schema_migrations has 3 with dirty = 1',
    'migrate force',
  ],
  [
    'Flyway',
    UP_TO_2['flyway']?.replace("'me', '', 1, 1), (3", "'me', '', 1, 0), (3"),
    'flyway_schema_history has 2 with success = 0',
    'flyway repair',
  ],
  [
    'Prisma',
    UP_TO_2['prisma']?.replace("('c', 'c', '2026-11-29T09:42:00.000+00:00'", "('c', 'c', NULL"),
    '_prisma_migrations has 0002_cents with neither finished_at nor rolled_back_at',
    'prisma migrate resolve --rolled-back 0002_cents',
  ],
  [
    'goose',
    UP_TO_2['goose']?.replace(', (2, 1)', ''),
    'goose_db_version has 2 with is_applied = 0',
    'goose status',
  ],
  [
    'knex',
    KNEX.replace('VALUES (1, 0)', 'VALUES (1, 1)'),
    'knex_migrations_lock is locked',
    'knex migrate:unlock',
  ],
  [
    'Liquibase',
    UP_TO_2['liquibase']?.replace('(1, 0, NULL', '(1, 1, NULL'),
    'DATABASECHANGELOGLOCK is locked',
    'liquibase release-locks',
  ],
  [
    'sqlx',
    UP_TO_2['sqlx']?.replace("'cents', '', TRUE", "'cents', '', FALSE"),
    '_sqlx_migrations has 2 with success = 0',
    'sqlx migrate run',
  ],
  [
    'Atlas',
    UP_TO_2['atlas']?.replace("'cents', 2, 1, 1", "'cents', 2, 1, 2"),
    'atlas_schema_revisions has 0002 with 1 of 2 statements applied',
    'atlas migrate set',
  ],
])(
  'a run of %s that did not end leaves the target alone, with its own remedy',
  async (_, sql, words, remedy) => {
    const dataDir = fleetOf({ 1: sql ?? '' });
    const before = treeOf(dataDir, ['.flotilla']);
    for (const args of [['stamp'], ['upgrade', '--stamp', '--at', 'latest'], ['stamp', '0002']]) {
      const { code, report } = await run(dataDir, migrations, args);
      const { failure, outcome } = report.targets[0] ?? {};
      expect([code, outcome, failure?.code]).toEqual([1, 'skipped', 'claimMismatch']);
      expect(failure?.message).toContain(words);
      expect(failure?.hint).toContain(remedy);
    }
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
    expect((await run(dataDir, migrations, ['stamp', '0002', '--force'])).code).toBe(0);
  },
);

test('the heads of several branches are one place, where the structure is that of all of them', async () => {
  const branches = writeMigrations({
    'aaaa_notes.sql': `-- down_revision: base\n-- migrate:up\n${NOTES};\n`,
    'bbbb_left.sql': '-- down_revision: aaaa\n-- migrate:up\nCREATE TABLE l (id INTEGER PRIMARY KEY);\n',
    'cccc_right.sql': '-- down_revision: aaaa\n-- migrate:up\nCREATE TABLE r (id INTEGER PRIMARY KEY);\n',
    'dddd_merge.sql': '-- down_revision: bbbb, cccc\n-- migrate:up\nUPDATE notes SET cents = cents * 100;\n',
  });
  const both = 'CREATE TABLE l (id INTEGER PRIMARY KEY); CREATE TABLE r (id INTEGER PRIMARY KEY);';
  const dataDir = fleetOf({
    1: `${both} ${alembic('bbbb', 'cccc')}`,
    2: `${both} ${alembic('dddd')}`,
    3: both,
  });
  const { report } = await run(dataDir, branches, ['upgrade', '--stamp']);
  expect(report.targets.map(({ outcome, from, to, applied }) => [outcome, from, to, applied])).toEqual([
    ['upgraded', 'bbbb,cccc', 'dddd', ['dddd']],
    ['stamped', 'dddd', 'dddd', ['aaaa', 'bbbb', 'cccc', 'dddd']],
    ['stamped', 'dddd', 'dddd', ['aaaa', 'bbbb', 'cccc', 'dddd']],
  ]);
});

describe('user_version', () => {
  const map = ['--user-version', '7=0001,8=0002'];

  test('is a claim where a map is set, by flag, variable and file', async () => {
    const dataDir = fleetOf({ 1: 'PRAGMA user_version = 7;', 2: 'PRAGMA user_version = 8;' });
    const said = (report: StatusReport) =>
      report.targets.map(({ problem }) => [problem?.code, problem?.revision]);
    const unset = (await look(dataDir, migrations, ['status'])).json() as StatusReport;
    expect(said(unset)).toEqual([
      ['ambiguousBaseline', undefined],
      ['ambiguousBaseline', undefined],
    ]);
    expect(JSON.stringify(unset)).not.toContain('user_version');
    const decided = [
      ['noBaseline', '0001'],
      ['noBaseline', '0002'],
    ];
    const flagged = (await look(dataDir, migrations, ['status', ...map])).json() as StatusReport;
    expect(said(flagged)).toEqual(decided);
    expect(flagged.targets[0]?.problem?.hint).toContain('--user-version 7=0001,8=0002');
    expect(flagged.cohorts).toHaveLength(2);
    const config = join(temporaryDirectory(), 'flotilla.config.json');
    writeFileSync(config, '{ "userVersion": { "7": "0001", "8": "2" } }');
    expect(
      said((await look(dataDir, migrations, ['status', '--config', config])).json() as StatusReport),
    ).toEqual(decided);
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp', '--config', config]);
    expect([code, report.targets.map(({ from }) => from)]).toEqual([0, ['0001', '0002']]);
  });

  test('is against the structure like any claim', async () => {
    const dataDir = fleetOf({ 1: 'PRAGMA user_version = 9;' });
    const { report } = await run(dataDir, migrations, ['stamp', '--user-version', '9=0003']);
    expect(report.targets[0]?.failure).toMatchObject({
      code: 'claimMismatch',
      message: 'user_version says 9 (revision 0003), the structure is that of 0001, 0002',
    });
  });

  test.each([
    ['7', '"7" in userVersion is no number with its revision'],
    ['7=0001,7=0002', 'userVersion has the number 7 twice'],
    ['7=0009', 'In userVersion: No revision is called "0009"'],
    ['7=base', 'In userVersion: base is not one revision'],
  ])('%s is refused before any target is looked at', async (value, message) => {
    const dataDir = fleetOf({ 1: '' });
    const result = await look(dataDir, migrations, ['status', '--user-version', value]);
    expect([result.code, result.json()]).toMatchObject([78, { error: { code: 'configuration', message } }]);
  });
});

test('a copy that knex left is told as what it is', async () => {
  const dataDir = fleetOf({
    1: 'CREATE TABLE more (id INTEGER PRIMARY KEY); CREATE TABLE _knex_temp_alter184 (id INTEGER);',
  });
  const { report } = await run(dataDir, migrations, ['stamp']);
  expect(report.targets[0]?.match?.difference).toEqual([
    'table _knex_temp_alter184 is not expected: by its name, left behind by a rebuild of another table (knex) that did not finish',
  ]);
});

test('--at without --stamp is a mistake of words, with the command that was meant', async () => {
  const dataDir = fleetOf({ 1: '' });
  const result = await look(dataDir, migrations, ['upgrade', '--at', 'latest']);
  expect([result.code, result.json()]).toMatchObject([64, { error: { code: 'usage' } }]);
  expect(result.stdout).toContain('flotilla upgrade --stamp --at latest');
});
