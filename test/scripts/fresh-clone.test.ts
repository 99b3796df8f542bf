// `npm run check` of a clone that was never built: nothing that the compiler reads comes from a build.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastGlob from 'fast-glob';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

test('No file imports by its path what only a build makes.', () => {
  const files = fastGlob.sync(['{src,test,scripts,data-fixtures}/**/*.{ts,mjs}', '*.config.{ts,mjs}'], {
    cwd: ROOT,
  });
  expect(files.length).toBeGreaterThan(100);
  const wrong = files.filter((name) =>
    /(?:from|import\() ?'\.[./]*\/(?:build|dist)\//.test(readFileSync(join(ROOT, name), 'utf8')),
  );
  expect(wrong).toEqual([]);
});
