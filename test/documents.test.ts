// The README promises what the program has, and the program has nothing that the README does not name.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastGlob from 'fast-glob';
import { expect, test } from 'vitest';
import { COMMANDS } from '../src/cli/command-list.js';
import { flagOf, SETTINGS, SWITCHES, variableOf } from '../src/cli/options.js';
import { mergeSettings } from '../src/cli/settings.js';
import { RULES } from '../src/dialects/sqlite/lint/rules.js';
import { EXIT, type FailureCode, type Setting } from '../src/index.js';
import { temporaryDirectory } from './support/fleet.js';

const ROOT = resolve(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** Rows of the README's tables, cells without their padding. */
const ROWS = README.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));

test('Nothing stands before the two commands, and they are scripts.', () => {
  expect(README.split('\n').slice(0, 6)).toEqual([
    '# Flotilla',
    '',
    '```',
    'bash scripts/quickstart',
    'bash scripts/test',
    '```',
  ]);
});

test('What the README claims of the fault suites is what their last noted runs came to.', () => {
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'claim', '--', '--check'], {
    cwd: resolve(import.meta.dirname, '..'),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('The table of settings in the README is what the program has.', () => {
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'settings', '--', '--check'], {
    cwd: resolve(import.meta.dirname, '..'),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test("The README's example of a configuration can be used as it stands.", async () => {
  const [, example] = /```jsonc\n(.*?)```/s.exec(README) ?? [];
  const file = join(temporaryDirectory(), 'flotilla.config.json');
  writeFileSync(file, example ?? '');
  expect(await mergeSettings({ env: 'production' }, {}, file)).toEqual({
    migrations: join(file, '../db/migrations'),
    dataDir: '/srv/app/projects',
    verify: 'full',
  });
});

test('Every setting is in the README with flag, variable and default.', () => {
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const flag = setting.default === true ? `\`--no-${flagOf(name)}\`` : `\`--${flagOf(name)}\``;
    const row = ROWS.find((cells) => cells[1] === flag);
    expect(row, `a row for ${flag}`).toBeDefined();
    expect(row?.[2]).toContain(setting.variable === false ? '' : variableOf(name));
    if (typeof setting.default !== 'boolean' && setting.default !== undefined) {
      expect(row?.[3]).toBe(`\`${setting.default}\``);
    }
  }
});

test('Every switch is named in the README.', () => {
  const flags = Object.entries<Setting>(SWITCHES).map(
    ([name, setting]) => `--${setting.default === true ? 'no-' : ''}${flagOf(name)}`,
  );
  expect(flags.filter((flag) => !new RegExp(`${flag}\\b`).test(README))).toEqual([]);
});

test('Every exit code is in the README.', () => {
  for (const code of Object.values(EXIT)) {
    expect(
      ROWS.filter((cells) => cells[1] === String(code)),
      `exit code ${code}`,
    ).toHaveLength(1);
  }
});

test('Every command is named in README and changelog, and no other is.', () => {
  const changelog = readFileSync(resolve(import.meta.dirname, '../CHANGELOG.md'), 'utf8');
  const names = COMMANDS.map(({ name }) => name);
  const inReadme = (name: string) =>
    new RegExp(`\`(?:flotilla )?${name}\\b|^flotilla ${name}\\b`, 'm').test(README);
  const inChangelog = (name: string) => new RegExp(`\`(?:flotilla )?${name}\``).test(changelog);
  expect({
    missingInReadme: names.filter((name) => !inReadme(name)),
    missingInChangelog: names.filter((name) => !inChangelog(name)),
    inReadmeAlone: [...README.matchAll(/^flotilla ([a-z]+)/gm)].flatMap(([, name = '']) =>
      names.includes(name) ? [] : [name],
    ),
  }).toEqual({ missingInReadme: [], missingInChangelog: [], inReadmeAlone: [] });
});

/** Every reason that a target can be told to have; the compiler asks for those that are new. */
const CODES = Object.keys({
  notADatabase: true,
  corrupt: true,
  busy: true,
  readOnly: true,
  permission: true,
  diskFull: true,
  io: true,
  refusedPath: true,
  replaced: true,
  gone: true,
  unknownRevision: true,
  drifted: true,
  noBaseline: true,
  ambiguousBaseline: true,
  claimMismatch: true,
  checksumMismatch: true,
  migrationFailed: true,
  foreignKeyViolation: true,
  integrity: true,
  rowsLost: true,
  valuesChanged: true,
  columnOrder: true,
  schemaMismatch: true,
  backupFailed: true,
  commitUncertain: true,
  timeout: true,
  workerDied: true,
  interrupted: true,
  stopped: true,
  changedSince: true,
  internal: true,
} satisfies Record<FailureCode, true>);

test('Every reason why a target failed is in the README, and is one.', () => {
  expect(listAfter('| `code`').sort()).toEqual(CODES.toSorted());
});

test('Every reason why a target failed is named in a test.', () => {
  const texts = fastGlob
    .sync('test/**/*.ts', { cwd: ROOT, ignore: ['test/documents.test.ts'] })
    .map((name) => readFileSync(join(ROOT, name), 'utf8'));
  const isNamed = (code: string) => texts.some((text) => new RegExp(`['":]${code}['"]`).test(text));
  expect(CODES.filter((code) => !isNamed(code))).toEqual([]);
});

test('Every rule of lint is in the README with its severity, and is one.', () => {
  const rows = ROWS.filter(
    ([, rule, severity = '']) => rule !== undefined && /^(error|warning|notice)$/.test(severity),
  );
  expect(rows.map(([, rule, severity]) => `${rule ?? ''} ${severity ?? ''}`).sort()).toEqual(
    RULES.map(({ id, severity }) => `\`${id}\` ${severity}`).sort(),
  );
});

/** The names in the first column of the table that begins so. */
function listAfter(heading: string): string[] {
  const from = README.slice(README.indexOf(heading)).split('\n\n')[0] ?? '';
  return [...from.matchAll(/^\| `([^`]+)`/gm)].flatMap(([, name = '']) => (name === 'code' ? [] : [name]));
}
