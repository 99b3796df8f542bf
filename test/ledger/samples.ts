// Targets, outcomes and observations for the tests of the ledger, and processes that use the built ledger.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { fileVersion } from '../../src/dialects/sqlite/discovery/file-version.js';
import type { Observation } from '../../src/model/observation.js';
import type { Outcome, OutcomeKind } from '../../src/model/outcome.js';
import type { Target } from '../../src/model/target.js';
import type { RunStart } from '../../src/ledger/runs.js';
import { temporaryDirectory } from '../support/fleet.js';

export const RUN: RunStart = {
  runId: '20261120T101500Z-3f9a1c',
  command: 'upgrade',
  dryRun: false,
  startedAt: '2026-11-20T10:15:00.000Z',
  head: ['0004'],
  arguments: { to: 'head', stamp: true },
};

/** Milliseconds since 1970, and what `lstat` would say of a file written then. */
export const NOON = Date.UTC(2026, 10, 20, 12);

/** @param writtenAt milliseconds since 1970 */
export function targetOf(id: string, writtenAt = NOON): Target {
  const time = BigInt(writtenAt) * 1_000_000n;
  const file = { sizeBytes: 4096n, modifiedNs: time, changedNs: time, inode: 7n };
  return {
    id,
    path: `data/${id}.db`,
    sizeBytes: 4096,
    identity: '1:7',
    version: fileVersion([file, null, null, null]),
    changedAt: writtenAt,
  };
}

export function targets(count: number): readonly Target[] {
  return Array.from({ length: count }, (_, n) => targetOf(`project_${n + 1}`));
}

export function outcomeOf(
  { id, path }: Pick<Target, 'id' | 'path'>,
  outcome: OutcomeKind = 'upgraded',
): Outcome {
  return {
    id,
    path,
    outcome,
    from: '0001',
    to: '0004',
    applied: ['0002', '0003', '0004'],
    backup: `backups/${id}.db`,
    durationMs: 12,
    rows: { tasks: [200, 200] },
    failure:
      outcome === 'failed'
        ? {
            code: 'migrationFailed',
            step: 'execute',
            message: 'NOT NULL "\u0000" 😀',
            hint: 'mend it',
            line: 3,
          }
        : null,
  };
}

export function observationOf(fingerprint: string): Observation {
  return {
    history: [{ revision: '0001', checksum: 'c', sqlChecksum: 's', status: 'applied', statementsDone: 3 }],
    tableCount: 8,
    fingerprint,
    claims: [
      { tool: 'alembic', table: 'alembic_version', upTo: [{ name: 'e6e5369fb4d1' }], each: [], stuck: [] },
    ],
    layout: 'l',
  };
}

/** A process that runs an ES module; `LEDGER` in its text stands for the directory of the compiled ledger. */
export function startScript(script: string, prefix: readonly string[] = []): ChildProcess {
  const failure = inject('buildFailure');
  if (failure !== '') throw new Error(`The program does not compile, so it cannot be run:\n${failure}`);
  const ledger = join(resolve(import.meta.dirname, '../..'), 'build/ledger');
  const text = script.replaceAll('LEDGER', ledger);
  const [command, ...args] = [...prefix, process.execPath, '--input-type=module', '--eval', text];
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/**
 * Processes that go past `start()` in their scripts at the same moment: each waits there until all have come so far.
 * @returns what each prints first afterwards
 */
export async function startTogether(
  count: number,
  script: (n: number) => string,
): Promise<{ readonly children: readonly ChildProcess[]; readonly said: readonly string[] }> {
  const sign = join(temporaryDirectory(), 'start');
  const start = `
    import { existsSync } from 'node:fs';
    function start() {
      console.log('ready');
      while (!existsSync(${JSON.stringify(sign)}));
    }
  `;
  const children = Array.from({ length: count }, (_, n) => startScript(start + script(n)));
  await Promise.all(children.map(firstOutput));
  const said = children.map(firstOutput);
  writeFileSync(sign, '');
  return { children, said: await Promise.all(said) };
}

/** Everything that a process prints until it ends. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text.trim();
}

/** Resolves with the first thing that a process prints. */
export async function firstOutput(child: ChildProcess): Promise<string> {
  const [chunk] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return chunk.toString().trim();
}
