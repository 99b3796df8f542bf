// Runs revisions in a scratch database to learn the structure that they leave: the truth that targets are compared
// with. A chain is walked forward where it extends the last one, and started over where it does not.

import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import type { Revision, Statement } from '../../../model/revision.js';
import { fingerprintOf } from '../schema/fingerprint.js';
import type { Snapshot } from '../schema/snapshot.js';
import { ReplayError, type Replay } from '../../port.js';
import { guardHolds } from './guard.js';
import { resetPragmas } from './execute.js';
import { runModule } from './module.js';
import { createStructureReader, type StructureReader } from './structure-reader.js';

/** A scratch database, what was run in it, and a reader that parses only what changed. */
interface Scratch {
  readonly db: Database.Database;
  readonly reader: StructureReader;
  readonly done: string[];
}

export function createReplay(): Replay {
  const known = new Map<string, string>();
  let scratch: Scratch | null = null;

  async function structureAfter(revisions: readonly Revision[]): Promise<Snapshot> {
    const isBeginning = scratch?.done.every((checksum, index) => checksum === revisions[index]?.checksum);
    if (isBeginning !== true) close();
    const at = (scratch ??= openScratch());
    try {
      for (const revision of revisions.slice(at.done.length)) {
        await apply(at.db, revision);
        at.done.push(revision.checksum);
      }
    } catch (error) {
      close();
      throw error;
    }
    return at.reader.read();
  }

  function close(): void {
    scratch?.db.close();
    scratch = null;
  }

  return {
    async fingerprint(revisions: readonly Revision[]): Promise<string> {
      const key = chainKey(revisions);
      const found = known.get(key) ?? fingerprintOf(await structureAfter(revisions));
      known.set(key, found);
      return found;
    },
    structure: structureAfter,
    close: async () => {
      close();
    },
  };
}

/** Names a chain of any length in few bytes. */
function chainKey(revisions: readonly Revision[]): string {
  const hash = createHash('sha256');
  for (const revision of revisions) hash.update(revision.checksum);
  return hash.digest('base64');
}

function openScratch(): Scratch {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
  db.pragma('recursive_triggers = OFF');
  return { db, reader: createStructureReader(db), done: [] };
}

async function apply(db: Database.Database, revision: Revision): Promise<void> {
  let current: Statement | null = null;
  try {
    if (revision.transactional) db.exec('BEGIN');
    if (revision.up.kind === 'module') {
      await runModule(db, revision.up.file, 'up');
    } else {
      for (const statement of revision.up.statements) {
        current = statement;
        if (guardHolds(db, statement.guard)) db.exec(statement.sql);
      }
    }
    resetPragmas(db);
    if (revision.transactional) db.exec('COMMIT');
  } catch (error) {
    throw new ReplayError(revision, current, error);
  }
}
