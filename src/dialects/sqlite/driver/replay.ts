// Runs revisions in a scratch database to learn the structure that they leave: the truth that targets are compared
// with. A chain is walked forward where it extends the last one, and started over where it does not.

import { createHash, type Hash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Revision, Statement } from '../../../model/revision.js';
import { fingerprintOf, layoutHashOf } from '../schema/fingerprint.js';
import type { Snapshot } from '../schema/snapshot.js';
import { fold } from '../schema/sql-text.js';
import { ReplayError, type ColumnOrders, type Replay, type TableOrders } from '../../port.js';
import { goesByPosition, recordOrders, type OrderRecorder } from './column-order.js';
import { memory } from './connect.js';
import { guardHolds } from './guard.js';
import { resetPragmas } from './execute.js';
import { runModule } from './module.js';
import { createStructureReader, type StructureReader } from './structure-reader.js';
import { UNWATCHED, watchesOf, type Watches } from './watch.js';

/** A scratch database, what was run in it, and a reader that parses only what changed. */
interface Scratch {
  readonly db: Database.Database;
  readonly reader: StructureReader;
  readonly done: string[];
  /** Of the chain that was run. */
  readonly hash: Hash;
}

/** Of a revision that leans on none. */
const NO_ORDERS: ColumnOrders = { start: {}, at: new Map(), steps: [], end: {} };

interface Hashes {
  readonly fingerprint: string;
  readonly layout: string;
}

const hashesOf = (structure: Snapshot): Hashes => ({
  fingerprint: fingerprintOf(structure),
  layout: layoutHashOf(structure),
});

export function createReplay(): Replay {
  const known = new Map<string, Hashes>();
  const orders = new Map<string, ColumnOrders>();
  const columns = new Map<string, TableOrders>();
  let scratch: Scratch | null = null;

  async function structureAfter(revisions: readonly Revision[]): Promise<Snapshot> {
    const isBeginning = scratch?.done.every((checksum, index) => checksum === revisions[index]?.checksum);
    if (isBeginning !== true) close();
    const at = (scratch ??= openScratch());
    try {
      for (const revision of revisions.slice(at.done.length)) {
        const met = await apply(at.db, revision);
        at.done.push(revision.checksum);
        at.hash.update(revision.checksum);
        orders.set(`up ${at.hash.copy().digest('base64')}`, met ?? NO_ORDERS);
      }
    } catch (error) {
      close();
      throw error;
    }
    return at.reader.read();
  }

  async function hashesAfter(revisions: readonly Revision[]): Promise<Hashes> {
    const key = chainKey(revisions);
    const found = known.get(key) ?? hashesOf(await structureAfter(revisions));
    known.set(key, found);
    return found;
  }

  function close(): void {
    scratch?.db.close();
    scratch = null;
  }

  return {
    fingerprint: async (revisions) => (await hashesAfter(revisions)).fingerprint,
    layout: async (revisions) => (await hashesAfter(revisions)).layout,
    structure: structureAfter,
    async columnOrders(revisions, direction) {
      const key = `${direction} ${chainKey(revisions)}`;
      // Running the revisions notes the orders of the way up.
      if (!orders.has(key)) await structureAfter(revisions);
      const found = orders.get(key) ?? (await ordersBack(scratch, revisions.at(-1)?.[direction] ?? null));
      orders.set(key, found);
      return found;
    },
    async tables(revisions) {
      const key = chainKey(revisions);
      const found = columns.get(key) ?? columnsIn(await structureAfter(revisions));
      columns.set(key, found);
      return found;
    },
    close: async () => {
      close();
    },
  };
}

function columnsIn({ tables }: Snapshot): TableOrders {
  return Object.fromEntries(
    tables.map(({ name, columns }) => [fold(name), columns.map((column) => column.name)]),
  );
}

/** Names a chain of any length in few bytes. */
function chainKey(revisions: readonly Revision[]): string {
  const hash = createHash('sha256');
  for (const revision of revisions) hash.update(revision.checksum);
  return hash.digest('base64');
}

function openScratch(): Scratch {
  const db = memory();
  return { db, reader: createStructureReader(db), done: [], hash: createHash('sha256') };
}

/**
 * Runs a way back in a copy. A statement that fails is passed over: where it fails on a target too, it is told there.
 */
async function ordersBack(scratch: Scratch | null, script: Revision['down']): Promise<ColumnOrders> {
  const db = memory(scratch?.db.serialize());
  const recorder = recordOrders(db);
  try {
    if (script?.kind === 'module') {
      db.exec('BEGIN');
      await attempt(() => runModule(db, script.file, 'down', noteIn(recorder)));
    }
    for (const [index, statement] of (script?.kind === 'sql' ? script.statements : []).entries()) {
      recorder.note(index, statement);
      await attempt(() => {
        if (guardHolds(db, statement.guard)) db.exec(statement.sql);
      });
    }
    return recorder.finish();
  } finally {
    db.close();
  }
}

async function attempt(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch {
    // Only the orders that the statements meet are wanted here.
  }
}

function noteIn(recorder: OrderRecorder | null): Watches {
  if (recorder === null) return UNWATCHED;
  return watchesOf([recorder.watch]);
}

/** @returns the orders of columns that it met; null where it has no statement by position */
async function apply(db: Database.Database, revision: Revision): Promise<ColumnOrders | null> {
  let current: Statement | null = null;
  const recorder = goesByPosition(db, revision.up) ? recordOrders(db) : null;
  try {
    if (revision.transactional) db.exec('BEGIN');
    if (revision.up.kind === 'module') {
      await runModule(db, revision.up.file, 'up', noteIn(recorder));
    } else {
      for (const [index, statement] of revision.up.statements.entries()) {
        current = statement;
        recorder?.note(index, statement);
        if (guardHolds(db, statement.guard)) db.exec(statement.sql);
      }
    }
    resetPragmas(db);
    if (revision.transactional) db.exec('COMMIT');
    return recorder?.finish() ?? null;
  } catch (error) {
    throw new ReplayError(revision, current, error);
  }
}
