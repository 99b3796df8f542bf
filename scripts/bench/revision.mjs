// The steps of an upgrade over files, one after the other, with everybody who looks at the statements of a revision, or
// with nobody: `node revision.mjs JOB HOW`. Prints the milliseconds of processor that they took.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process, { argv, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';

const [, , job = '', how = 'watched'] = argv;
const build = (/** @type {string} */ file) => new URL(`../../build/${file}`, import.meta.url).href;
/** @type {typeof import('../../src/dialects/sqlite/driver/session.js')} */
const { createSession } = await (how === 'watched'
  ? import(build('dialects/sqlite/driver/session.js'))
  : unwatched());
/** @type {typeof import('../../src/dialects/sqlite/driver/open.js')} */
const { openForChange } = await import(build('dialects/sqlite/driver/open.js'));
/** @type {typeof import('../../src/dialects/sqlite/syntax/syntax.js')} */
const { sqliteSyntax } = await import(build('dialects/sqlite/syntax/syntax.js'));

/** @type {typeof import('../../src/revisions/parse.js')} */
const { parseRevision } = await import(build('revisions/parse.js'));

/** @type {{ files: string[], sql: string }} */
const { files, sql } = JSON.parse(readFileSync(job, 'utf8'));
const name = /** @type {const} */ ({ version: '1', slug: 'bench', form: 'sql', dialect: null });
const { draft } = parseRevision('1_bench.sql', name, `-- migrate:up\n${sql}`, sqliteSyntax);
const before = process.cpuUsage();
for (const file of files) await upgrade(file);
const { user, system } = process.cpuUsage(before);
// Of the processor alone: what waits for the disk is the same for both.
stdout.write(String((user + system) / 1000));

/** @param {string} file */
async function upgrade(file) {
  const session = createSession(openForChange(file, { busyTimeoutMs: 0 }), {
    memoryBytesMax: Infinity,
    makeScratch: () => '',
  });
  await session.lock();
  await session.checkIntegrity('quick');
  await session.foreignKeyViolations();
  const rows = await session.countRows();
  await session.backUp({ write: () => undefined, fill: async () => undefined });
  await session.beginRevision({
    revision: { ...draft, parents: [] },
    direction: 'up',
    rows,
    dropped: [],
    kept: null,
    earlier: () => [],
  });
  for (const statement of draft.up.kind === 'sql' ? draft.up.statements : [])
    await session.execute(statement);
  await session.endRevision();
  await session.checkIntegrity('quick');
  await session.foreignKeyViolations();
  await session.fingerprint();
  await session.countRows();
  await session.commit();
  await session.close();
}

/** A session like any other, but that nobody looks: there is no such thing for users. */
function unwatched() {
  const path = fileURLToPath(build('dialects/sqlite/driver/session.js'));
  const patched = join(dirname(path), `session.unwatched.${process.pid}.js`);
  const parts = readFileSync(path, 'utf8').split(/watchesOf\(\[[^\]]*\]\)/);
  if (parts.length !== 2) throw new Error(`${path}: who looks is no longer said in one place`);
  writeFileSync(patched, parts.join('watchesOf([])'));
  return import(patched).finally(() => {
    rmSync(patched);
  });
}
