// Suite M: runs of every kind over one target, in any order, each taken back at any time, while an application writes in
// between. No row goes, and no value changes, that nobody was told of; and what is taken back at once is as it was.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Outcome } from '../../../src/model/outcome.js';
import type { Deed, Intent } from '../../../src/target/intent.js';
import { openInside, targetAt, UPGRADE, type Inside } from '../harness/inside.js';
import { createRandom, type Random } from '../harness/random.js';
import type { Bench, Finding, OpenSuite, Suite } from '../harness/suite.js';

/** No revision touches the rows of `kept`; the last one has no way back. */
const REVISIONS: Readonly<Record<string, string>> = {
  '0001_kept.sql':
    '-- migrate:up\nCREATE TABLE kept (id INTEGER PRIMARY KEY, v TEXT);\n-- migrate:down\nDROP TABLE kept;\n',
  '0002_column.sql':
    '-- migrate:up\nALTER TABLE kept ADD COLUMN w TEXT;\nCREATE INDEX ix_kept_v ON kept (v);\n-- migrate:down\nDROP INDEX ix_kept_v;\nALTER TABLE kept DROP COLUMN w;\n',
  '0003_other.sql':
    '-- migrate:up\nCREATE TABLE other (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE other;\n',
  '0004_alone.sql':
    '-- transaction: false\n-- migrate:up\nCREATE TABLE third (id INTEGER PRIMARY KEY);\nVACUUM;\n-- migrate:down\nDROP TABLE third;\n',
  '0005_one_way.sql': '-- migrate:up\nCREATE TABLE last (id INTEGER PRIMARY KEY);\n',
};
const GOALS = ['0001', '0002', '0003', '0004', 'head'];

export const undo: Suite = {
  name: 'undo',
  unit: 'rows of runs and undos',
  standard: 400,
  full: 10_000,
  open,
};

async function open({ program, directory, seed, size }: Bench): Promise<OpenSuite> {
  const migrations = join(directory, 'migrations');
  mkdirSync(migrations);
  for (const [name, text] of Object.entries(REVISIONS)) writeFileSync(join(migrations, name), text);
  const inside = await openInside(program, migrations);
  return {
    async points() {
      return Array.from({ length: size }, (_, index) => `${index}`);
    },
    async run(point): Promise<Finding> {
      const own = mkdtempSync(join(directory, 'undo-'));
      const bad = await new Story(own, createRandom(seed, 'undo', point), inside).tell();
      rmSync(own, { recursive: true, force: true });
      return { bad };
    },
    async close() {
      inside.close();
    },
  };
}

interface Done {
  readonly runId: string;
  readonly deed: Deed;
  /** All that was there before, and afterwards. */
  readonly before: string;
  readonly after: string;
}

type Rows = ReadonlyMap<number, string>;

class Story {
  readonly #path: string;
  readonly #random: Random;
  readonly #inside: Inside;
  readonly #backups: string;
  readonly #runs: Done[] = [];
  readonly #told: string[] = [];
  #isFresh = false;
  #last = 0;

  constructor(directory: string, random: Random, inside: Inside) {
    this.#path = join(directory, 'project_1.db');
    this.#backups = join(directory, 'backups');
    this.#random = random;
    this.#inside = inside;
  }

  /** @returns what is wrong with it */
  async tell(): Promise<readonly string[]> {
    const random = this.#random;
    const vacuum = random.pick(['NONE', 'FULL', 'INCREMENTAL']);
    this.#write(`PRAGMA auto_vacuum = ${vacuum}; PRAGMA journal_mode = ${random.pick(['DELETE', 'WAL'])};
      CREATE TABLE kept (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO kept VALUES (1, 'one'), (2, 'two')`);
    await this.#run({ kind: 'stamp', to: '0001', force: false });
    for (let turn = 0; turn < 10; turn++) {
      const [rows, before] = [this.#rows(), this.#all()];
      const newest = this.#isFresh ? this.#runs.at(-1) : undefined;
      if (random.chance(0.4)) {
        this.#apply();
        continue;
      }
      const undone = random.chance(0.5) ? this.#choose() : undefined;
      const force = random.chance(0.15);
      const intent = undone === undefined ? this.#intent(force) : undoing(undone, force);
      const outcome = await this.#run(intent);
      const now = this.#all();
      const isExact = undone !== undefined && before === undone.after && now === undone.before;
      const bad = [
        ...askOutcome(outcome),
        ...(isExact ? [] : askRows(rows, this.#rows(), outcome, intent)),
        ...(isExact || undone === undefined || undone !== newest ? [] : askExact(undone, outcome)),
        ...(outcome.outcome === 'skipped' && before !== now ? ['it was left alone, and changed'] : []),
      ];
      if (bad.length > 0) return bad.map((one) => `${one}, after ${this.#told.join('; ')}`);
    }
    return [];
  }

  #choose(): Done | undefined {
    const runs = this.#runs;
    return runs.length === 0 ? undefined : this.#random.chance(0.6) ? runs.at(-1) : this.#random.pick(runs);
  }

  #intent(force: boolean): Intent {
    const random = this.#random;
    const copies = this.#runs.flatMap(({ deed }) => deed.copy ?? []);
    const kinds = ['upgrade', 'upgrade', 'downgrade', 'repair', ...(copies.length === 0 ? [] : ['restore'])];
    switch (random.pick(kinds)) {
      case 'downgrade':
        return { kind: 'downgrade', to: random.pick(GOALS.slice(0, -1)) };
      case 'repair':
        return { kind: 'repair', dropExtra: [] };
      case 'restore':
        return { kind: 'restore', force, copy: random.pick(copies) };
      default:
        return { ...UPGRADE, to: random.pick(GOALS) } as Intent;
    }
  }

  async #run(intent: Intent): Promise<Outcome> {
    const runId = `run-${++this.#last}`;
    const before = this.#all();
    const backupDir = this.#random.chance(0.85) ? join(this.#backups, runId) : null;
    const outcome = await this.#inside.apply(targetAt(this.#path), intent, { runId, backupDir });
    const { from, applied, backup: copy } = outcome;
    this.#told.push(
      `${runId} ${intent.kind}${intent.kind === 'undo' ? ` ${intent.run}` : ''} ${outcome.outcome}`,
    );
    const what = whatOf(outcome, intent);
    if (what === null) return outcome;
    this.#runs.push({
      runId,
      before,
      after: this.#all(),
      deed: { what, command: intent.kind, from, applied, copy },
    });
    this.#isFresh = copy !== null;
    return outcome;
  }

  /** What an application does. */
  #apply(): void {
    const id = this.#random.below(12);
    const sql = this.#random.pick([
      `INSERT OR IGNORE INTO kept (id, v) VALUES (${id}, 'new')`,
      `UPDATE kept SET v = '${this.#random.pick(['eno', 'own'])}' WHERE id = ${id}`,
      `DELETE FROM kept WHERE id = ${id}`,
      'VACUUM',
      'PRAGMA journal_mode = DELETE',
      'PRAGMA journal_mode = WAL',
      'PRAGMA user_version = 3',
      'DROP INDEX IF EXISTS ix_kept_v',
      '',
    ]);
    this.#told.push(sql);
    if (!/^PRAGMA j|^$/.test(sql)) this.#isFresh = false;
    this.#write(sql);
  }

  #write(sql: string): void {
    const db = new Database(this.#path);
    db.exec(sql);
    db.close();
  }

  #rows(): Rows {
    return this.#read(
      (db) => new Map(db.prepare<[], [number, string]>('SELECT id, v FROM kept').raw().all()),
    );
  }

  #all(): string {
    return this.#read((db) => {
      const schema = db.prepare<[], { name: string; type: string }>('SELECT * FROM sqlite_schema').all();
      const tables = schema.filter(({ type }) => type === 'table').map(({ name }) => name);
      return JSON.stringify([schema, tables.map((name) => db.prepare(`SELECT * FROM "${name}"`).all())]);
    });
  }

  #read<T>(read: (db: Database.Database) => T): T {
    const db = new Database(this.#path);
    try {
      return read(db);
    } finally {
      db.close();
    }
  }
}

function undoing({ runId, deed }: Done, force: boolean): Intent {
  return { kind: 'undo', run: runId, how: 'auto', force, deed };
}

function whatOf({ outcome, applied }: Outcome, { kind }: Intent): Deed['what'] | null {
  switch (outcome) {
    case 'upgraded':
    case 'downgraded':
    case 'repaired':
    case 'restored':
      return outcome;
    case 'stamped':
      return kind === 'undo' && applied.length === 0 ? 'unstamped' : outcome;
    case 'current':
    case 'skipped':
    case 'failed':
    case 'partial':
    case 'inDoubt':
      return null;
  }
}

function askOutcome({ outcome, failure }: Outcome): readonly string[] {
  const isBad = outcome === 'inDoubt' || outcome === 'failed' || outcome === 'partial';
  return isBad ? [`it is ${outcome}: ${failure?.message ?? ''}`] : [];
}

/** A copy that somebody wants whatever was written has values of its own; whatever else is done, none changes. */
function askRows(before: Rows, after: Rows, outcome: Outcome, intent: Intent): readonly string[] {
  const gone = [...before].filter(([id]) => !after.has(id)).length;
  const told = outcome.lost?.['kept'] ?? 0;
  if (gone !== told) return [`${gone} rows are gone, and ${told} were told`];
  const isWanted = intent.kind === 'restore' || (intent.kind === 'undo' && intent.force);
  if (outcome.outcome === 'restored' && isWanted) return [];
  const changed = [...before].find(([id, v]) => after.has(id) && after.get(id) !== v);
  return changed === undefined ? [] : [`row ${changed[0]} is not ${changed[1]} any more`];
}

/** What is taken back before anybody wrote is as it was. */
function askExact({ deed: { copy } }: Done, { outcome }: Outcome): readonly string[] {
  return copy === null ? [] : [`nobody wrote since, and it is ${outcome}, not as it was before`];
}
