// An application that uses its databases while they are upgraded, as a process of its own. A writer says `A` of every
// write once it is committed; whatever it then meets but a lock is an error, told as `E`. Lines go to standard output,
// which is a file, one system call each, so that nothing that was said is lost when the process is killed.
//
//   node application.mjs write DIRECTORY SEED ID SLOT   adds entries, and gives the tasks of its slot new titles
//   node application.mjs read DIRECTORY SEED            counts what no upgrade may change

import { readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';

const [role, directory = '', seed = '', id = '', slot = ''] = process.argv.slice(2);
const SLOTS = 4;
const TASKS = 24;
/** Connections that are open at a time. */
const OPEN = 6;

let state = (Number(seed) * 2_654_435_761) >>> 0;
/** @param {number} limit */
function below(limit) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

/** @param {string} line */
function say(line) {
  writeSync(1, `${line}\n`);
}

let stopped = false;
process.on('SIGTERM', () => {
  stopped = true;
});

/** @type {Map<string, Database.Database>} */
const connections = new Map();

/**
 * @param {string} name
 * @returns {Database.Database}
 */
function connect(name) {
  const known = connections.get(name);
  if (known !== undefined) return known;
  if (connections.size >= OPEN) {
    const [oldest] = connections.keys();
    if (oldest !== undefined) {
      connections.get(oldest)?.close();
      connections.delete(oldest);
    }
  }
  const db = new Database(join(directory, name), { fileMustExist: true, timeout: 60_000 });
  // Power cuts are the business of another test.
  db.pragma('synchronous = OFF');
  db.pragma('foreign_keys = ON');
  connections.set(name, db);
  return db;
}

/** @returns {string[]} */
function list() {
  const numbers = readdirSync(directory).map((name) => Number(/^project_(\d+)\.db$/.exec(name)?.[1] ?? 0));
  return numbers
    .filter((one) => one > 0)
    .sort((a, b) => a - b)
    .map((one) => `project_${one}.db`);
}

let number = 0;

/** @param {string} name */
function write(name) {
  const db = connect(name);
  const task = 1 + Number(slot) + SLOTS * below(TASKS / SLOTS);
  const body = `writer ${id} number ${++number}`;
  const change = db.transaction(() => {
    db.prepare('INSERT INTO entries (writer, number, body) VALUES (?, ?, ?)').run(Number(id), number, body);
    db.prepare('UPDATE tasks SET title = ? WHERE id = ?').run(body, task);
  });
  change.immediate();
  say(`A ${name} ${number} ${task}`);
}

/** @param {string} name */
function read(name) {
  const db = connect(name);
  const look = db.transaction(() => {
    const tasks = db.prepare('SELECT count(*) FROM tasks').pluck().get();
    const notes = db
      .prepare('SELECT count(*) FROM notes JOIN tasks ON tasks.id = notes.task_id')
      .pluck()
      .get();
    if (tasks !== TASKS || notes !== 2 * TASKS)
      say(`E ${name} has ${String(tasks)} tasks with ${String(notes)} notes`);
  });
  look.deferred();
}

async function work() {
  while (!stopped) {
    const names = list();
    for (let turn = 0; turn < 40; turn++) {
      // The newest ones are those that are being upgraded.
      const name =
        names[below(3) === 0 ? below(names.length) : names.length - 1 - below(Math.min(8, names.length))];
      if (name === undefined) continue;
      try {
        if (role === 'write') write(name);
        else read(name);
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        if (!/^SQLITE_(BUSY|LOCKED)/.test(code)) say(`E ${name} ${code} ${String(error)}`);
      }
    }
    // Signals are seen between turns.
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const db of connections.values()) db.close();
}

await work();
