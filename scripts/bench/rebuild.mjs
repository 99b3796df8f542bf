// What the proof of rows costs where a table is rebuilt: the steps of an upgrade on one file, with the
// rows that were there before told to the session, and without, when nothing is proved. `node rebuild.mjs FILE KEY HOW`.

import process, { argv, stdout } from 'node:process';

const [, , path = '', key = 'INTEGER PRIMARY KEY', how = 'checked'] = argv;
const build = (/** @type {string} */ file) =>
  new URL(`../../build/dialects/sqlite/driver/${file}`, import.meta.url).href;
/** @type {typeof import('../../src/dialects/sqlite/driver/session.js')} */
const { createSession } = await import(build('session.js'));
/** @type {typeof import('../../src/dialects/sqlite/driver/open.js')} */
const { openForChange } = await import(build('open.js'));

const session = createSession(openForChange(path, { busyTimeoutMs: 0 }), {
  memoryBytesMax: Infinity,
  makeScratch: () => '',
});
await session.lock();
await session.checkIntegrity('quick');
await session.foreignKeyViolations();
const rows = await session.countRows();
await session.backUp({ write: () => undefined, fill: async () => undefined });
await session.beginRevision({
  revision: null,
  direction: 'up',
  rows: how === 'checked' ? rows : {},
  dropped: [],
  kept: null,
  earlier: () => [],
});
for (const sql of [
  `CREATE TABLE n (id ${key}, a TEXT NOT NULL, b INTEGER, c REAL, d TEXT)`,
  'INSERT INTO n (id, a, b, c, d) SELECT id, a, b, c, d FROM t',
  'DROP TABLE t',
  'ALTER TABLE n RENAME TO t',
])
  await session.execute({ sql });
await session.endRevision();
await session.checkIntegrity('quick');
await session.foreignKeyViolations();
await session.fingerprint();
await session.countRows();
await session.commit();
await session.close();
// Of the processor alone: what waits for the disk is the same for both.
const { user, system } = process.cpuUsage();
stdout.write(String((user + system) / 1000));
