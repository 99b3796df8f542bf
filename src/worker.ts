// Entry and composition root of a worker process. Lives as long as its supervisor talks to it.

import { setFlagsFromString } from 'node:v8';
import { loadAdditions } from './dialects/sqlite/driver/additions.js';
import { createSqliteDriver } from './dialects/sqlite/driver/driver.js';
import { endStuckModules, forbidPrograms } from './dialects/sqlite/driver/module.js';
import { createScratch } from './dialects/sqlite/driver/scratch.js';
import { sqliteVersion } from './dialects/sqlite/driver/version.js';
import { FleetError } from './model/errors.js';
import type { Ready, Request, Response, StartMessage } from './workers/messages.js';
import { createServer, type Server } from './workers/server.js';
import { createStageWriter } from './workers/stage-file.js';

// Compiling what is done once a target costs more than it ever saves; the loops of a revision are still compiled soon.
// Bytes of code that a function runs before that; V8's own figure is a fifteenth. Later ones than that of Node.js 20 do
// not know the flag, and say so on standard error.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=1000000');

const supervisor = process.ppid;
let server: Promise<Server> | null = null;

process.on('message', (message: StartMessage | Request) => {
  if (!('task' in message)) {
    server = startServer(message);
    // Every task says so.
    server.catch(() => undefined);
    return;
  }
  void answer(message).then(say);
});

async function startServer(message: StartMessage): Promise<Server> {
  if (message.settings !== undefined) await loadAdditions(message.settings);
  if (message.settings?.programs === false) forbidPrograms();
  const driver = createSqliteDriver({
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    makeScratch: createScratch(message.scratchDir, message.fallbackDir),
    oldest: message.settings?.oldest ?? null,
  });
  return createServer(message, driver, {
    now: Date.now,
    // Orphaned: nobody would record what is done now.
    mayCommit: () => process.ppid === supervisor,
    onStage: createStageWriter(message.scratchDir, process.pid),
  });
}

// The supervisor decides when work ends; a terminal sends these to the whole group.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));
// Reached only in the middle of a task, which nothing but the channel keeps alive.
process.on('beforeExit', () => {
  // What goes on after the program may come to another one that never ends.
  if (endStuckModules()) setImmediate(() => undefined);
});

// Loads SQLite's library: a process that may open no more files has not started, which is no defect.
sqliteVersion();
say({ ready: true });

/** A supervisor that has gone meanwhile hears nothing; `disconnect` ends this process. */
function say(message: Ready | Response): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

async function answer({ id, task }: Request): Promise<Response> {
  try {
    if (server === null) throw new Error('a task came before the start message');
    process.channel?.unref();
    return { id, reply: await (await server).perform(task) };
  } catch (error) {
    if (error instanceof FleetError) {
      const { code, message, draft } = error;
      return { id, fault: { code, message, hint: draft.hint } };
    }
    return { id, defect: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    process.channel?.ref();
  }
}
