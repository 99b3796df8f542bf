// The file of a new revision: its number, what it stands on, and that the program reads it as it was meant.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { HistoryReport, NewReport } from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { temporaryDirectory } from '../support/fleet.js';
import { writeMigrations } from '../support/revisions.js';

const UP = '-- migrate:up\nSELECT 1;\n';
const on = (parent: string): string => `-- down_revision: ${parent}\n${UP}`;

async function make(migrations: string, message: string): Promise<{ report: NewReport; text: string }> {
  const result = await runCli(['new', message, '--migrations', migrations, '--json']);
  expect(result.code).toBe(0);
  const report = result.json() as NewReport;
  return { report, text: readFileSync(report.file, 'utf8') };
}

/** Heads, and what the newest stands on, as the program reads them. */
async function read(migrations: string, id: string) {
  const history = (await runCli(['history', '--migrations', migrations, '--json'])).json() as HistoryReport;
  return { head: history.head, parents: history.revisions.find((one) => one.id === id)?.parents };
}

it('is the first in a directory that is not there yet, and is named after its message', async () => {
  const migrations = join(temporaryDirectory(), 'migrations');
  const { report, text } = await make(migrations, 'Add "owner" – à la carte!');
  expect(report).toMatchObject({ revision: '0001', file: join(migrations, '0001_add_owner_a_la_carte.sql') });
  expect(text).toMatch(/^-- revision: 0001\n/);
  expect(text).toMatch(/-- migrate:up\n[\s\S]*-- migrate:down\n/);
});

it('takes the next number, and leaves the parent to the order of files where that says it', async () => {
  const migrations = writeMigrations({ '0009_a.sql': UP, '10_b.sql': UP });
  const { report, text } = await make(migrations, 'next');
  expect(report.revision).toBe('0011');
  expect(text).not.toContain('down_revision');
  expect(await read(migrations, '0011')).toEqual({ head: ['0011'], parents: ['10'] });
});

it('stands on the head where that is not the last file', async () => {
  const migrations = writeMigrations({
    '0001_a.sql': UP,
    '0002_b.sql': on('0003'),
    '0003_c.sql': on('0001'),
  });
  const { report } = await make(migrations, 'next');
  expect(await read(migrations, report.revision)).toEqual({ head: ['0004'], parents: ['0002'] });
});

it('merges several heads', async () => {
  const migrations = writeMigrations({ '0001_a.sql': UP, '0002_b.sql': UP, '0003_c.sql': on('0001') });
  await make(migrations, 'merge');
  expect(await read(migrations, '0004')).toEqual({ head: ['0004'], parents: ['0002', '0003'] });
});

it('has an id of its own where the others are no numbers', async () => {
  const migrations = writeMigrations({ 'e6e5369fb4d1_a.sql': on('base') });
  const { report } = await make(migrations, 'next');
  expect(report.revision).toMatch(/^[0-9a-f]{12}$/);
  expect(await read(migrations, report.revision)).toEqual({
    head: [report.revision],
    parents: ['e6e5369fb4d1'],
  });
});

it('needs a message with a letter or a digit', async () => {
  const migrations = writeMigrations({ '0001_a.sql': UP });
  expect(await runCli(['new', '!', '--migrations', migrations])).toMatchObject({ code: 64 });
});
