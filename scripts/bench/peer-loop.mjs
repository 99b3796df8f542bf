// A loop over all databases of a directory with another tool, as its users write it: no backup, no check, no report.
// `node peer-loop.mjs knex|drizzle|dbmate MODULES DIRECTORY MIGRATIONS`, with MODULES the directory that the tool is
// installed in.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { argv } from 'node:process';
import Database from 'better-sqlite3';

const [, , tool = '', modules = '', directory = '', migrations = ''] = argv;
// What of each tool is used, because their own types are not here.
/** @typedef {{ migrate: { latest(options: object): Promise<void> }, destroy(): Promise<void> }} Knex */
/** @typedef {{ drizzle: (db: object) => object }} Drizzle */
/** @typedef {{ migrate: (db: object, options: object) => void }} Migrator */

/** @type {(name: string) => unknown} */
const load = createRequire(join(modules, 'loop.cjs'));
const databases = readdirSync(directory)
  .filter((name) => name.endsWith('.db'))
  .map((name) => join(directory, name));
// The databases are at the first one.
const files = readdirSync(migrations)
  .sort()
  .slice(1)
  .map((name) => join(migrations, name));

switch (tool) {
  case 'knex':
    await byKnex();
    break;
  case 'drizzle':
    byDrizzle();
    break;
  case 'dbmate':
    byDbmate();
    break;
  default:
    throw new Error(`there is no loop for ${tool}`);
}

/** @param {string} file */
function statementsOf(file) {
  const up = readFileSync(file, 'utf8').replace('-- migrate:up\n', '');
  return up.split(/;\n/).filter((statement) => statement.trim() !== '');
}

async function byKnex() {
  const knex = /** @type {(options: object) => Knex} */ (load('knex'));
  const migrationSource = {
    getMigrations: async () => files,
    getMigrationName: (/** @type {string} */ file) => basename(file),
    getMigration: async (/** @type {string} */ file) => ({
      up: async (/** @type {{ raw(sql: string): Promise<void> }} */ db) => {
        for (const statement of statementsOf(file)) await db.raw(statement);
      },
      down: async () => undefined,
    }),
  };
  for (const filename of databases) {
    const db = knex({ client: 'better-sqlite3', connection: { filename }, useNullAsDefault: true });
    await db.migrate.latest({ migrationSource });
    await db.destroy();
  }
}

function byDrizzle() {
  const { drizzle } = /** @type {Drizzle} */ (load('drizzle-orm/better-sqlite3'));
  const { migrate } = /** @type {Migrator} */ (load('drizzle-orm/better-sqlite3/migrator'));
  const migrationsFolder = mkdtempSync(join(modules, 'drizzle-'));
  mkdirSync(join(migrationsFolder, 'meta'));
  const entries = files.map((file, idx) => {
    const tag = basename(file, '.sql');
    writeFileSync(
      join(migrationsFolder, `${tag}.sql`),
      statementsOf(file).join('\n--> statement-breakpoint\n'),
    );
    return { idx, version: '6', when: 1 + idx, tag, breakpoints: true };
  });
  writeFileSync(
    join(migrationsFolder, 'meta/_journal.json'),
    JSON.stringify({ version: '6', dialect: 'sqlite', entries }),
  );
  for (const path of databases) {
    const db = new Database(path);
    migrate(drizzle(db), { migrationsFolder });
    db.close();
  }
}

function byDbmate() {
  const own = mkdtempSync(join(modules, 'dbmate-'));
  for (const file of files)
    writeFileSync(join(own, basename(file)), `${readFileSync(file, 'utf8')}\n-- migrate:down\n`);
  const { resolveBinary } = /** @type {{ resolveBinary: () => string }} */ (load('dbmate'));
  const program = resolveBinary();
  for (const path of databases) {
    const words = ['--url', `sqlite:${path}`, '--migrations-dir', own, '--no-dump-schema', 'up'];
    execFileSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}
