// The SQLite driver: the worker's side of the port.

import { lstatSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { TargetRef, Target } from '../../../model/target.js';
import { assertSameFile, identityOf } from '../discovery/target-files.js';
import { STRUCTURES } from '../schema/structures.js';
import type { Driver, InspectOptions, Read } from '../../port.js';
import { advice } from './advice.js';
import { copyQuiet } from './copy.js';
import { checkIntegrity } from './integrity.js';
import { readHistoryIfAny } from './history.js';
import { readSnapshot } from './introspect.js';
import { createLook, type LookOptions } from './look.js';
import { observe } from './observe.js';
import { assertWritable, openForChange, openForReading } from './open.js';
import { createReplay } from './replay.js';
import { openCopy } from './restore.js';
import { createSession } from './session.js';
import { lintRevisions } from '../lint/lint-revisions.js';
import { sqliteSyntax } from '../syntax/syntax.js';

/** Above so many bytes a content is not held in memory. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;

export interface SqliteDriverOptions extends LookOptions {
  /** Above so many bytes a content is not held in memory; default 256 MiB. */
  readonly memoryBytesMax?: number;
  /** The oldest SQLite that reads the targets; default: this one. */
  readonly oldest?: string | null;
}

export function createSqliteDriver({
  memoryBytesMax = MEMORY_BYTES_MAX,
  ...options
}: SqliteDriverOptions): Driver {
  const look = createLook(options);
  const { makeScratch } = options;
  const content = { memoryBytesMax, makeScratch };

  async function read<T>(
    targets: readonly TargetRef[],
    { busyTimeoutMs }: InspectOptions,
    from: (db: Database.Database) => T,
  ): Promise<readonly Read<T>[]> {
    const found: Read<T>[] = [];
    for (const target of targets) {
      try {
        found.push({ value: await look(target, busyTimeoutMs, from) });
      } catch (error) {
        found.push({ error });
      }
    }
    return found;
  }

  return {
    open: async ({ path, copy: file = path, identity }, { purpose, busyTimeoutMs }) =>
      createSession(
        purpose === 'change'
          ? openForChange(file, { busyTimeoutMs, shown: path, identity })
          : // A connection that may only read leaves the sidecars of a WAL database behind (sqlite.org/wal.html).
            openForReading(file, { readonly: false, busyTimeoutMs, shown: path, identity }),
        { ...content, shown: path },
      ),
    async assertSame(target, when) {
      assertSameFile(target, when === 'closed');
    },
    inspect: async (targets, how) => read(targets, how, observe),
    histories: async (targets, how) => read(targets, how, readHistoryIfAny),
    structure: async (target, { busyTimeoutMs }) => look(target, busyTimeoutMs, readSnapshot),
    damage: async (target, { busyTimeoutMs }) =>
      look(target, busyTimeoutMs, (db) => checkIntegrity(db, 'integrity_check')),
    async rehearse(target, work) {
      assertWritable(target.path);
      const directory = makeScratch();
      try {
        return await work(await copyOf(target, directory, options.nowNs));
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
    async openBackup(source) {
      const { db, remove } = openCopy(source, content);
      return createSession(db, { ...content, onClose: remove });
    },
    lint: (graph, how) => lintRevisions(graph, how, options.oldest),
    replay: createReplay,
    structures: STRUCTURES,
    syntax: sqliteSyntax,
    advice,
  };
}

async function copyOf(target: Target, directory: string, nowNs: () => bigint): Promise<Target> {
  const copy = await copyQuiet(target.path, directory, nowNs);
  const { dev, ino } = lstatSync(copy, { bigint: true });
  return { ...target, copy, identity: identityOf(dev, ino) };
}
