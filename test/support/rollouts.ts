// Fleets whose next revision fails on some of the targets, as long as these have the same value twice, for tests of what
// stops a run and goes on with it.

import { writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { runCli, type CliOptions, type CliResult } from './cli.js';
import { makeProjects, temporaryDirectory } from './fleet.js';

const USERS = 'CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);';

/** What a test reads of the document of a run. */
export interface Told {
  readonly runId: string;
  readonly command: string;
  readonly exitCode: number;
  readonly summary: Readonly<Record<string, number>>;
  readonly waves?: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
  readonly targets: readonly {
    readonly id: string;
    readonly outcome: string;
    readonly wave?: string;
    readonly from: string | null;
    readonly to: string | null;
    readonly applied: readonly string[];
    readonly backup: string | null;
    readonly failure: { readonly code: string; readonly message: string; readonly hint: string } | null;
  }[];
  readonly report: string | null;
  readonly legs?: readonly {
    readonly startedAt: string;
    readonly finishedAt: string | null;
    readonly exitCode: number | null;
  }[];
  readonly resumedFrom?: string;
}

/** A directory with `data`, `migrations` and what runs leave, in which commands are typed. */
export class Rollout {
  readonly cwd = temporaryDirectory();

  /** @param count targets `project_1` and so on, at revision 0001, with 0002 pending, which needs emails that differ */
  constructor(readonly count: number) {
    mkdirSync(join(this.cwd, 'migrations'));
    mkdirSync(join(this.cwd, 'data'));
    this.write('0001_users.sql', `-- migrate:up\n${USERS}\n-- migrate:down\nDROP TABLE users;\n`);
    this.write(
      '0002_unique.sql',
      '-- migrate:up\nCREATE UNIQUE INDEX u ON users (email);\n-- migrate:down\nDROP INDEX u;\n',
    );
    makeProjects(count, `${USERS}\nINSERT INTO users VALUES (1, 'a'), (2, 'b');\n`, join(this.cwd, 'data'));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.cwd, 'migrations', name), text);
  }

  /** Makes 0002 fail on these targets, or work again. */
  spoil(from: number, to: number, email = 'a'): void {
    for (let n = from; n <= to; n++) this.sql(n, `UPDATE users SET email = '${email}' WHERE id = 2`);
  }

  sql(target: number, text: string): void {
    const db = new Database(join(this.cwd, 'data', `project_${target}.db`));
    try {
      db.exec(text);
    } finally {
      db.close();
    }
  }

  /** @param line words, separated by single blanks */
  async type(line: string, options: CliOptions = {}): Promise<CliResult> {
    return runCli(line.split(' '), { cwd: this.cwd, ...options });
  }

  /** The same, for a program: the document, and what was said beside it. */
  async told(line: string, options: CliOptions = {}): Promise<Told & { readonly stderr: string }> {
    const result = await this.type(`${line} --json`, options);
    return { ...(result.json() as Told), stderr: result.stderr };
  }
}

export function idsWith({ targets }: Told, outcome: string): readonly string[] {
  return targets.filter((target) => target.outcome === outcome).map(({ id }) => id);
}
