// Measures Flotilla against what cannot be avoided, in the same minutes on the same disk, and prints ratios. What waits
// for the disk, whose pace changes within seconds, is held against the bound round by round, and the median of these
// ratios told; what does not, by the quickest of alternating runs each, because whatever else the machine did made the
// others slower. Also what loops over the same files take that are written with other tools. Apart from the tests
// because times are not facts. Exits 1 where a figure is not reached.
// `npm run bench -- --files 1000 --small 10000 --legacy 10000 --runs 9 --starts 25 --jobs N --dir DIRECTORY`
// `--section start` measures that alone. `--before CHECKOUT` names another checkout, built, whose start it is held
// against: that of the commit before.

import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { buildSampleFleet } from '../data-fixtures/build-sample-fleet.mjs';
import { alteredTables, manyTables, viewsAndTriggers } from './bench/histories.mjs';
import { PEERS, installPeers } from './bench/peers.mjs';

const { values: options } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    small: { type: 'string', default: '10000' },
    legacy: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '9' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    dir: { type: 'string', default: tmpdir() },
    starts: { type: 'string', default: '25' },
    rows: { type: 'string', default: '1000000' },
    section: { type: 'string', multiple: true },
    before: { type: 'string' },
  },
});
const files = Number(options.files);
const small = Number(options.small);
const legacy = Number(options.legacy);
const runs = Number(options.runs);
const jobs = Number(options.jobs);
const starts = Number(options.starts);
const PROGRAM = join(import.meta.dirname, '../dist/cli/main.js');
const MIGRATIONS = join(import.meta.dirname, 'bench/migrations');
const BOUND = join(import.meta.dirname, 'bench/bound.mjs');
const LOOP = join(import.meta.dirname, 'bench/loop.mjs');
const PEER = join(import.meta.dirname, 'bench/peer-loop.mjs');
const REVISION = join(import.meta.dirname, 'bench/revision.mjs');
const UPGRADE_BYTES = 140 * 1024;

/**
 * What users do not see, as the compiler left it; looked for when this runs, because before a build nothing is there.
 * @type {typeof import('../src/dialects/sqlite/driver/introspect.js')}
 */
const { createFingerprinter } = await import(
  new URL('../build/dialects/sqlite/driver/introspect.js', import.meta.url).href
);

const place = mkdtempSync(join(options.dir, 'flotilla-bench-'));
let missed = 0;
try {
  await benchSections({
    start: benchStart,
    upgrade: benchUpgrade,
    peers: benchPeers,
    status: benchStatus,
    stamp: benchStamp,
    fingerprint: benchFingerprint,
    lint: benchLint,
    rebuild: benchRebuild,
    noCopies: benchNoCopies,
  });
} finally {
  rmSync(place, { recursive: true, force: true });
}
process.exitCode = missed > 0 ? 1 : 0;

/** @param {Record<string, () => void | Promise<void>>} sections */
async function benchSections(sections) {
  for (const name of options.section ?? Object.keys(sections)) {
    const section = sections[name];
    if (section === undefined)
      throw new Error(`no section ${name}; there are ${Object.keys(sections).join(', ')}`);
    await section();
  }
}

/** What every call pays before it does anything: the least there is, and a look at a fleet of eleven. */
async function benchStart() {
  const { before } = options;
  const fleet = join(place, 'sample');
  buildSampleFleet(fleet);
  const own = ['--data-dir', fleet, '--migrations', join(import.meta.dirname, '../migrations')];
  print(`start: ${starts} calls${before === undefined ? '' : `, each in turn with one of ${before}`}`);
  for (const args of [['--version'], ['status', ...own]]) {
    const title = args[0] ?? '';
    const by = (/** @type {string} */ program) => () => time(() => node([program, ...args]));
    const earlier =
      before === undefined ? () => time(() => node(['-e', '0'])) : by(join(before, 'dist/cli/main.js'));
    const { one, other, ratio } = await alternate(earlier, by(PROGRAM), starts);
    print(
      `  ${title.padEnd(22)} ${other.toFixed(0)} ms   (${before === undefined ? 'node alone' : 'before'} ${one.toFixed(0)} ms)`,
    );
    if (before !== undefined) reach('ratio', ratio, 1.25, '');
  }
}

/** What it costs to prove that a rebuilt table keeps its rows and values: the same steps where nobody looks. */
async function benchRebuild() {
  const rows = Number(options.rows);
  print(`rebuild of a table of ${rows} rows`);
  for (const [key, id, limit] of /** @type {const} */ ([
    ['INTEGER PRIMARY KEY', 'n', 1.3],
    ['TEXT PRIMARY KEY', 'hex(randomblob(16))', 2],
  ])) {
    const template = join(place, 'rebuild.db');
    const db = new Database(template);
    db.exec(`CREATE TABLE t (id ${key}, a TEXT, b INTEGER, c REAL, d TEXT);
      WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${rows})
      INSERT INTO t SELECT ${id}, 'title ' || n, n % 1000, n / 3.0, hex(randomblob(20)) FROM s;`);
    db.close();
    const sql = `CREATE TABLE n (id ${key}, a TEXT NOT NULL, b INTEGER, c REAL, d TEXT);
      INSERT INTO n (id, a, b, c, d) SELECT id, a, b, c, d FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;`;
    const { one, other, ratio } = await looking(template, sql, { count: 1, rounds: Math.min(runs, 5) });
    print(`  ${key.padEnd(22)} ${other.toFixed(0)} ms   (where nobody looks ${one.toFixed(0)} ms)`);
    reach('ratio', ratio, limit, '');
    rmSync(template);
  }
}

/**
 * The same where no rows are copied: what looking adds to the whole upgrade of small files, and to each of many
 * statements.
 */
async function benchNoCopies() {
  const count = 300;
  const template = makeTemplate(UPGRADE_BYTES);
  const altered = readRevision('0002_priority.sql').statements.join(';\n');
  const written = range(3000).map(
    (n) => `INSERT INTO runs (task_id, started_at, log) VALUES (1, '2026-01-01', '${n}');
      UPDATE tasks SET title = 'title ${n}' WHERE id = ${n};`,
  );
  print('revisions that copy no rows');
  const small = await looking(template, altered, { count, rounds: runs });
  const fleet = makeFleet(template, count);
  const whole = 1000 * (await processorSeconds([PROGRAM, 'upgrade', '0002', '--quiet', ...where(fleet)], 0));
  reach('small files, ratio', whole / (whole - small.more), 1.03, '');
  const many = await looking(template, written.join('\n'), { count: 20, rounds: Math.min(runs, 5) });
  reach('a statement', (1000 * many.more) / (20 * 2 * written.length), 5, ' µs');
}

/**
 * Upgrades some files of one template where nobody looks at statements, and where everybody does.
 * @param {string} template
 * @param {string} sql
 * @param {{ count: number, rounds: number }} size
 */
function looking(template, sql, { count, rounds }) {
  const by = (/** @type {string} */ how) => async () => {
    const fleet = mkdtempSync(join(place, 'watched-'));
    const names = range(count).map((number) => join(fleet, `${number}.db`));
    for (const file of names) copyFileSync(template, file);
    writeFileSync(join(fleet, 'job.json'), JSON.stringify({ files: names, sql }));
    const spent = Number(
      execFileSync(process.execPath, [REVISION, join(fleet, 'job.json'), how], { encoding: 'utf8' }),
    );
    rmSync(fleet, { recursive: true });
    return spent;
  };
  return alternate(by('unwatched'), by('watched'), rounds);
}

async function benchUpgrade() {
  const template = makeTemplate(UPGRADE_BYTES);
  const revisions = readdirSync(MIGRATIONS).sort().map(readRevision);
  let peak = 0;
  const plainly = async () => {
    const fleet = makeFleet(template, files);
    const job = {
      paths: readdirSync(fleet).map((name) => join(fleet, name)),
      backupDir: join(fleet, 'backups'),
      revisions,
    };
    mkdirSync(job.backupDir);
    writeFileSync(join(place, 'job.json'), JSON.stringify(job));
    const milliseconds = await time(() =>
      Promise.all(
        range(jobs).map((rest) => node([BOUND, join(place, 'job.json'), String(jobs), String(rest)])),
      ),
    );
    assertHead(fleet);
    return milliseconds;
  };
  const byFlotilla = async () => {
    const fleet = makeFleet(template, files);
    const args = [PROGRAM, 'upgrade', '--json', '--jobs', String(jobs), ...where(fleet)];
    const milliseconds = await time(async () => {
      const { stdout, peakBytes } = await node(args);
      const { summary } = /** @type {{ summary: { upgraded?: number } }} */ (JSON.parse(stdout));
      if (summary.upgraded !== files) throw new Error(`upgraded ${summary.upgraded ?? 0} of ${files}`);
      peak = Math.max(peak, peakBytes);
    });
    assertHead(fleet);
    return milliseconds;
  };
  const { one: bound, other: flotilla, ratio } = await alternate(plainly, byFlotilla);
  print(
    `upgrade: ${files} files of ${Math.round(UPGRADE_BYTES / 1024)} KiB, two revisions of five statements, ${jobs} processes`,
  );
  row('bound', bound, files);
  row('flotilla', flotilla, files);
  reach('ratio', ratio, 1.5, '');
  if (peak > 0) reach('supervisor, peak', peak / 2 ** 20, 150, ' MiB');
}

/**
 * Runs both in turn, so that each round finds one disk. Each goes first in turn, and the first round does not count:
 * whoever begins it finds memory that was in use a moment ago, which is quicker to have than any later on.
 * @param {() => Promise<number>} one
 * @param {() => Promise<number>} other
 * @param {number} rounds
 * @returns the median of each, in milliseconds, and of what the other took in relation to the one in the same round, as
 * a ratio and as what it took more
 */
async function alternate(one, other, rounds = runs) {
  /** @type {number[]} */ const first = [];
  /** @type {number[]} */ const second = [];
  for (let round = 0; round <= rounds; round++) {
    const isTurned = round % 2 === 1;
    const a = await (isTurned ? other : one)();
    const b = await (isTurned ? one : other)();
    if (round === 0) continue;
    first.push(isTurned ? b : a);
    second.push(isTurned ? a : b);
  }
  const ratios = second.map((milliseconds, round) => milliseconds / (first[round] ?? NaN));
  const differences = second.map((milliseconds, round) => milliseconds - (first[round] ?? NaN));
  return {
    one: median(first),
    other: median(second),
    ratio: median(ratios),
    more: median(differences),
  };
}

/** The same statements by other tools, which back up and verify nothing, one process each. */
async function benchPeers() {
  const count = Math.min(files, 300);
  const modules = mkdtempSync(join(place, 'peers-'));
  print(`peers: ${count} of these files, one process, no backup, no verification`);
  if (!installPeers(modules)) {
    print('  npm could not install them');
    return;
  }
  const template = makeTemplate(UPGRADE_BYTES);
  for (const [tool, { title }] of Object.entries(PEERS)) {
    const fleet = makeFleet(template, count);
    row(title, await time(() => node([PEER, tool, modules, fleet, MIGRATIONS])), count);
  }
}

async function benchStatus() {
  const fleet = makeFleet(makeTemplate(0), small);
  const state = join(fleet, '.flotilla');
  const status = async () => {
    const { stdout } = await node([PROGRAM, 'status', '--json', ...where(fleet)]);
    const { summary } = /** @type {{ summary: { states: { pending?: number } } }} */ (JSON.parse(stdout));
    if (summary.states.pending !== small) throw new Error(`saw ${summary.states.pending ?? 0} of ${small}`);
  };
  /** @type {number[]} */ const loop = [];
  /** @type {number[]} */ const cold = [];
  /** @type {number[]} */ const warm = [];
  for (let run = 0; run < runs; run++) {
    loop.push(
      await time(async () => {
        const { stdout } = await node([LOOP, fleet, 'history']);
        if (Number(stdout) !== small) throw new Error(`read ${stdout} of ${small}`);
      }),
    );
    rmSync(state, { recursive: true, force: true });
    cold.push(await time(status));
    warm.push(await time(status));
  }
  print(`status: ${small} small files`);
  row('one loop', Math.min(...loop), small);
  row('flotilla, first time', Math.min(...cold), small);
  row('flotilla, unchanged', Math.min(...warm), small);
  reach('ratio, first time', Math.min(...cold) / Math.min(...loop), 1.5, '');
  reach('ratio, unchanged', Math.min(...warm) / Math.min(...loop), 1.5, '');
}

/**
 * Which revision is a legacy file at? Looking is held against the loop; what a stamp writes is another matter, a
 * transaction and a backup for each file, both durable, and is told beside.
 */
async function benchStamp() {
  const template = makeTemplate(UPGRADE_BYTES, false);
  const fleet = makeFleet(template, legacy);
  const state = join(fleet, '.flotilla');
  /** @type {number[]} */ const loop = [];
  /** @type {number[]} */ const look = [];
  for (let run = 0; run < runs; run++) {
    loop.push(await time(() => node([LOOP, fleet, 'structure'])));
    rmSync(state, { recursive: true, force: true });
    look.push(
      await time(async () => {
        const { stdout } = await node([PROGRAM, 'status', '--json', ...where(fleet)]);
        const { cohorts } = /** @type {{ cohorts: { count: number, match?: { revision: string } }[] }} */ (
          JSON.parse(stdout)
        );
        const [cohort] = cohorts;
        if (cohort?.count !== legacy || cohort.match?.revision !== '0001') throw new Error(`saw ${stdout}`);
      }),
    );
  }
  const bare = await stampAll(template, ['--no-backup']);
  const whole = await stampAll(template, []);
  print(`stamp: ${legacy} legacy files of ${Math.round(UPGRADE_BYTES / 1024)} KiB, ${jobs} processes`);
  row('one loop', Math.min(...loop), legacy);
  row('which revision', Math.min(...look), legacy);
  row('stamp, no backup', bare, files);
  row('stamp', whole, files);
  reach('ratio, which revision', Math.min(...look) / Math.min(...loop), 2, '');
}

/** A structure that was never seen: the cost of the first target of every shape. */
function benchFingerprint() {
  const tables = 60;
  const db = new Database(':memory:');
  for (const n of range(tables))
    db.exec(`CREATE TABLE table_${n} (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(40) NOT NULL DEFAULT '',
        status TEXT NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'done')), score REAL, size INTEGER DEFAULT 0,
        created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TEXT, payload BLOB, owner TEXT COLLATE NOCASE,
        parent_id INTEGER REFERENCES table_0 (id) ON DELETE CASCADE, UNIQUE (name, owner));
      CREATE INDEX ix_${n}_status ON table_${n} (status, created_at DESC);
      CREATE INDEX ix_${n}_open ON table_${n} (parent_id) WHERE status = 'new';`);
  const times = range(30).map(() => {
    const fingerprint = createFingerprinter();
    const start = performance.now();
    fingerprint(db);
    return performance.now() - start;
  });
  db.close();
  print(`fingerprint: a structure of ${tables} tables, never seen before`);
  reach('median', median(times), 10, ' ms');
}

/** How long revisions take to be read, in processor time: what the whole machine does meanwhile is no matter. */
async function benchLint() {
  const histories = {
    '1,000 over 60 tables': { history: alteredTables(1_000), seconds: 10, expected: 1 },
    '1,000 over 1,000': { history: manyTables(1_000), seconds: 10, expected: 0 },
    '248, views, triggers': {
      history: viewsAndTriggers({ revisions: 248, views: 45, triggers: 55 }),
      seconds: 5,
      expected: 0,
    },
  };
  print('lint: processor time for revisions');
  for (const [name, { history, seconds, expected }] of Object.entries(histories)) {
    const directory = mkdtempSync(join(place, 'history-'));
    for (const [file, text] of Object.entries(history)) writeFileSync(join(directory, file), text);
    reach(
      name,
      await processorSeconds([PROGRAM, 'lint', '--quiet', '--migrations', directory], expected),
      seconds,
      ' s',
    );
  }
}

/**
 * What a program and its processes used of the processors, as a shell tells it.
 * @param {string[]} args
 * @param {number} expected its exit code
 * @returns {Promise<number>}
 */
function processorSeconds(args, expected) {
  const script = '"$0" "$@" >&2; code=$?; times; exit $code';
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', script, process.execPath, ...args], (error, stdout, stderr) => {
      if ((error?.code ?? 0) !== expected) reject(new Error(`${args.join(' ')}: ${stderr}`));
      const [, children = ''] = stdout.trim().split('\n');
      const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
      resolve(parts.reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0));
    });
  });
}

/**
 * @param {string} template
 * @param {string[]} more
 */
async function stampAll(template, more) {
  const fleet = makeFleet(template, files);
  const args = [PROGRAM, 'stamp', '--json', '--jobs', String(jobs), ...more, ...where(fleet)];
  const milliseconds = await time(async () => {
    const { stdout } = await node(args);
    const { summary } = /** @type {{ summary: { stamped?: number } }} */ (JSON.parse(stdout));
    if (summary.stamped !== files) throw new Error(`stamped ${summary.stamped ?? 0} of ${files}`);
  });
  return milliseconds;
}

/**
 * A database at the first revision, as Flotilla itself records it.
 * @param {number} bytes its least size
 * @param {boolean} recorded false: it has no history
 */
function makeTemplate(bytes, recorded = true) {
  const directory = mkdtempSync(join(place, 'template-'));
  const path = join(directory, 'project_1.db');
  const db = new Database(path);
  for (const statement of readRevision('0001_tracker.sql').statements) db.exec(statement);
  db.exec(`INSERT INTO projects VALUES (1, 'Bench')`);
  const task = db.prepare('INSERT INTO tasks VALUES (?, 1, ?, ?, ?)');
  const run = db.prepare(`INSERT INTO runs (task_id, started_at, log) VALUES (?, '2026-01-01T00:00:00Z', ?)`);
  const size = db.prepare('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size').pluck();
  for (let id = 1; Number(size.get()) < bytes; id++) {
    task.run(
      id,
      `Task ${id}`,
      id % 4 === 0 ? 'PENDING' : 'COMPLETED',
      'What is to be done, in some words. '.repeat(4),
    );
    run.run(id, 'A line of a log. '.repeat(10));
  }
  db.close();
  if (recorded) execFileSync(process.execPath, [PROGRAM, 'stamp', '0001', '--quiet', ...where(directory)]);
  return path;
}

/**
 * @param {string} template
 * @param {number} count
 */
function makeFleet(template, count) {
  // Every one is left where it is until the end: ext4 does not use the place of a file again that was deleted a moment
  // ago, and searches long for another where many were (recently_deleted in fs/ext4/ialloc.c).
  const directory = mkdtempSync(join(place, 'fleet-'));
  for (const number of range(count)) copyFileSync(template, join(directory, `project_${number + 1}.db`));
  // What the copies still owe the disk is not to be paid by whoever runs first.
  execFileSync('sync');
  return directory;
}

/** @param {string} directory */
function assertHead(directory) {
  for (const name of readdirSync(directory).filter((entry) => entry.endsWith('.db'))) {
    const db = new Database(join(directory, name), { readonly: true });
    const done = db.prepare('SELECT revision FROM flotilla_history ORDER BY position').pluck().all().join();
    db.close();
    if (done !== '0001,0002,0003') throw new Error(`${name} is at ${done}`);
  }
}

/** @param {string} name */
function readRevision(name) {
  const up = readFileSync(join(MIGRATIONS, name), 'utf8').replace('-- migrate:up\n', '');
  return { id: name.slice(0, 4), statements: up.split(/;\n/).filter((statement) => statement.trim() !== '') };
}

/**
 * Runs a program to its end, and notes the most memory it ever had (Linux; 0 elsewhere).
 * @param {string[]} args
 * @param {number} expected its exit code
 * @returns {Promise<{ stdout: string, peakBytes: number }>}
 */
function node(args, expected = 0) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let peakBytes = 0;
    const watch = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8');
        peakBytes = Math.max(peakBytes, 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0));
      } catch {
        // No such file: the program has ended, or this is not Linux.
      }
    }, 20);
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      if (code === expected) resolve({ stdout, peakBytes });
      else reject(new Error(`node ${args.join(' ')} ended with ${code ?? 'a signal'}:\n${stderr}${stdout}`));
    });
  });
}

/** @param {() => Promise<unknown>} work */
async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** @param {string} directory */
function where(directory) {
  return ['--data-dir', directory, '--migrations', MIGRATIONS];
}

/** @param {number} count */
function range(count) {
  return Array.from({ length: count }, (_, index) => index);
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * @param {string} name
 * @param {number} milliseconds
 * @param {number} count
 */
function row(name, milliseconds, count) {
  print(
    `  ${name.padEnd(22)} ${(milliseconds / 1000).toFixed(2)} s   ${(milliseconds / count).toFixed(3)} ms a file`,
  );
}

/**
 * @param {string} name
 * @param {number} value
 * @param {number} limit
 * @param {string} unit
 */
function reach(name, value, limit, unit) {
  if (value > limit) missed++;
  const verdict = value > limit ? 'NOT reached' : 'reached';
  print(`  ${name.padEnd(22)} ${value.toFixed(2)}${unit}   (at most ${limit}${unit}: ${verdict})`);
}
