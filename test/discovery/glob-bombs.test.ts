// Globs whose braces multiply are refused before anything is expanded; those that people write are not.

import { expect, test } from 'vitest';
import { compileGlob } from '../../src/discovery/glob.js';

test.each([
  '{a,b}'.repeat(25),
  `x${'{1..9}'.repeat(9)}.db`,
  '{a,{b,c}{d,e}{f,g}}'.repeat(8),
  `${'{a,b}'.repeat(12)},{x${'{a,b}'.repeat(12)}`,
])('%s is refused', (glob) => {
  expect(() => compileGlob(glob)).toThrow(/braces stand for more than 5000 globs/);
});

test.each([
  ['{eu,us}/**/project_{1..40}.db', 'us/a/project_7.db'],
  ['{a,{b,c}}/\\{x,y\\}.db', 'c/{x,y}.db'],
  ['a,b{c,d}', 'a,bd'],
])('%s matches %s', (glob, path) => {
  expect(compileGlob(glob)(path)).toBe(true);
});
