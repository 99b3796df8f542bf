import { expect, test } from 'vitest';
import { assertSystem } from '../src/fleet.js';

test('A system that cannot sync directories is refused, with what works instead; others are not.', () => {
  expect(() => assertSystem('win32')).toThrow(
    expect.objectContaining({ code: 'installation', hint: expect.stringContaining('WSL') as string }),
  );
  for (const system of ['linux', 'darwin']) expect(() => assertSystem(system)).not.toThrow();
});
