// Remembers what a look at a target found, for as long as neither it nor a sidecar is written. A cache and nothing
// more: where it cannot be read or written, targets are looked at again. Observations are kept once each, because
// a fleet of 100,000 is a handful of cohorts.

import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import type { Observation } from '../model/observation.js';
import type { Target } from '../model/target.js';

/**
 * A target written just before the look may be written again without a change of its times, which have the grain of
 * a clock, of a file system's mostly: two seconds on the coarsest. Such a version says nothing, as in git's index
 * (https://git-scm.com/docs/racy-git).
 */
const GRAIN_MS = 2_000;

/** Targets in one transaction, so that another process that writes the ledger waits for milliseconds. */
const BATCH = 1_000;

/** How long to wait for another process that writes the ledger. */
const BUSY_MS = 250;

/** How many of the latest entries are kept; only targets that are gone, or written all the time, make so many. */
const ENTRIES_MAX = 1_000_000;

export interface Observed {
  readonly target: Pick<Target, 'id' | 'version' | 'changedAt'>;
  readonly observation: Observation;
}

export class Observations {
  readonly #database: Database.Database;
  readonly #observer: string;
  readonly #selectKnown;
  readonly #selectEntry;
  readonly #insert;
  readonly #selectNumber;
  readonly #replaceEntry;
  #isPruned = false;
  /** Set once a write failed: a look at a fleet makes many writes, and must not wait for a lock in each of them. */
  #isGivenUp = false;

  /** @param observer whose observations are answered: another version may read other things from the same file */
  constructor(database: Database.Database, observer: string) {
    this.#database = database;
    this.#observer = observer;
    this.#selectKnown = database.prepare<[string], { number: number; hash: string; document: string }>(
      `SELECT observation AS number, hash, document FROM observation WHERE observer = ?`,
    );
    this.#selectEntry = database
      .prepare<[string, string], number>(
        `SELECT observation FROM observed_target WHERE id = ? AND version = ?`,
      )
      .pluck();
    this.#insert = database.prepare(
      `INSERT INTO observation (observer, hash, document) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#selectNumber = database
      .prepare<[string, string], number>(
        `SELECT observation FROM observation WHERE observer = ? AND hash = ?`,
      )
      .pluck();
    // Replaced, not updated: the latest entries then have the highest positions.
    this.#replaceEntry = database.prepare(
      `INSERT OR REPLACE INTO observed_target (id, version, observation) VALUES (?, ?, ?)`,
    );
  }

  /** By id: the observations of targets that have not changed since. Equal observations are one object. */
  cached(targets: readonly Pick<Target, 'id' | 'version'>[]): ReadonlyMap<string, Observation> {
    const found = new Map<string, Observation>();
    const find = this.#database.transaction(() => {
      const known = this.#known();
      if (known.size === 0) return;
      for (const { id, version } of targets) {
        const observation = known.get(this.#selectEntry.get(id, version) ?? 0);
        if (observation !== undefined) found.set(id, observation);
      }
    });
    return this.#bestEffort(find) ? found : new Map();
  }

  /**
   * @param lookedAt when the versions were read, in milliseconds since 1970
   * @returns how many were written; the rest is too young, or the ledger cannot be written now
   */
  remember(pairs: readonly Observed[], lookedAt: number): number {
    const oldEnough = lookedAt - GRAIN_MS;
    const quiet = pairs.filter(({ target }) => target.changedAt <= oldEnough);
    let written = 0;
    if (this.#isGivenUp) return written;
    this.#isGivenUp = !this.#bestEffort(() => {
      this.#hastily(() => {
        for (let at = 0; at < quiet.length; at += BATCH) {
          const batch = quiet.slice(at, at + BATCH);
          const write = this.#database.transaction(() => {
            this.#write(batch);
          });
          write.immediate();
          written += batch.length;
        }
      });
    });
    return written;
  }

  /** Neither syncs nor waits long for other processes: a lost entry only means that its target is read again. */
  #hastily(work: () => void): void {
    const [synchronous, busy] = ['synchronous', 'busy_timeout'].map((name) =>
      Number(this.#database.pragma(name, { simple: true })),
    );
    this.#database.pragma('synchronous = NORMAL');
    this.#database.pragma(`busy_timeout = ${BUSY_MS}`);
    try {
      work();
    } finally {
      this.#database.pragma(`synchronous = ${synchronous ?? 'FULL'}`);
      this.#database.pragma(`busy_timeout = ${busy ?? 0}`);
    }
  }

  /** @returns false where SQLite could not do it */
  #bestEffort(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (error instanceof Database.SqliteError) return false;
      throw error;
    }
  }

  /** Every distinct observation; one whose text was damaged is left out. */
  #known(): ReadonlyMap<number, Observation> {
    const sound = this.#selectKnown
      .all(this.#observer)
      .filter(({ hash, document }) => hashOf(document) === hash);
    return new Map(sound.map(({ number, document }) => [number, JSON.parse(document) as Observation]));
  }

  #write(pairs: readonly Observed[]): void {
    // Two equal observations get the same number even where they are two objects.
    const numbers = new Map<Observation, number>();
    let isNew = false;
    for (const { target, observation } of pairs) {
      let number = numbers.get(observation);
      if (number === undefined) {
        const document = JSON.stringify(observation);
        const hash = hashOf(document);
        if (this.#insert.run(this.#observer, hash, document).changes > 0) isNew = true;
        number = this.#selectNumber.get(this.#observer, hash) ?? 0;
        numbers.set(observation, number);
      }
      this.#replaceEntry.run(target.id, target.version, number);
    }
    if (isNew && !this.#isPruned) this.#prune();
  }

  /** Done once a process, and only where something was added; what then remains is removed the next time. */
  #prune(): void {
    this.#isPruned = true;
    this.#database
      .prepare(
        `DELETE FROM observed_target WHERE position <= (SELECT max(position) FROM observed_target) - ?`,
      )
      .run(ENTRIES_MAX);
    this.#database
      .prepare(`DELETE FROM observation WHERE observation NOT IN (SELECT observation FROM observed_target)`)
      .run();
  }
}

function hashOf(document: string): string {
  return createHash('sha256').update(document).digest('hex');
}
