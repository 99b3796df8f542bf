// What `npm run build` puts into `dist`: the code of packages goes with their licences, and nothing else is needed.

import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import fastGlob from 'fast-glob';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly dependencies: Record<string, string>;
};
const INSTALLED = Object.keys(dependencies);

describe('the bundled program', () => {
  test('loads no package but those that npm installs with it', () => {
    const wanted = filesOf('dist/**/*.js').flatMap((text) =>
      [...text.matchAll(/^import .* from "([^"]+)";$|import\("([^"]+)"\)/gm)].map(([, a, b]) => a ?? b ?? ''),
    );
    const packages = wanted.filter(
      (name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name),
    );
    expect([...new Set(packages)].sort()).toEqual([...INSTALLED].sort());
  });

  test('has no checks of options and files in the worker, which nobody but its supervisor calls', () => {
    const notices = filesOf('dist/worker.licences.txt').join('');
    expect(notices).toMatch(/^[a-z0-9-]+ \d/m);
    expect(notices).not.toMatch(/^(?:zod|jsonc-parser) /m);
  });

  test('brings the licence of each package that it contains, one that allows it', () => {
    const notices = filesOf('dist/*.licences.txt').join('\n');
    const found = [...notices.matchAll(/^(\S+) \d\S* \((.*)\)\n\n(.+)/gm)];
    const names = found.map(([, name]) => name);
    const used = filesOf('src/**/*.ts').flatMap((text) =>
      [
        ...text.matchAll(
          /^import (?!type).* from '([a-z][a-z0-9-]*)(?:\/[^']*)?';$|await import\('([a-z][a-z0-9-]*)'\)/gm,
        ),
      ].map(([, name, later]) => name ?? later ?? ''),
    );
    expect(used).toEqual(expect.arrayContaining(['yargs', 'cli-progress', 'fast-glob']));
    expect(used.filter((name) => ![...names, ...INSTALLED].includes(name))).toEqual([]);
    const licences = new Set(found.map(([, , licence]) => licence));
    expect(
      [...licences].filter((licence) => !/^(MIT|ISC|BSD-[23]-Clause|Apache-2\.0)$/.test(licence ?? '')),
    ).toEqual([]);
  });
});

test('the program loads little before it knows what is wanted', () => {
  const loaded = new Map<string, number>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    const text = readFileSync(file, 'utf8');
    loaded.set(file, text.length);
    for (const [, other = ''] of text.matchAll(/^import .*"(\.[^"]+)";$/gm)) load(join(file, '..', other));
  };
  load(join(ROOT, 'dist/cli/main.js'));
  expect(loaded.size).toBeGreaterThan(1);
  expect([...loaded.values()].reduce((sum, length) => sum + length)).toBeLessThan(13_000);
});

function filesOf(pattern: string): readonly string[] {
  return fastGlob.sync(pattern, { cwd: ROOT }).map((name) => readFileSync(join(ROOT, name), 'utf8'));
}
