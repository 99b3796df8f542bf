// Every command that is printed works as it stands: each scenario is a fleet in which something is found, every command
// that is printed about it is typed into a real shell on a copy of that fleet, and what its words promise is true then.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { advice } from '../../src/dialects/sqlite/driver/advice.js';
import { commandText } from '../../src/model/command.js';
import { failureCode } from '../../src/model/documents/parts.js';
import { tell } from '../../src/model/hint.js';
import { hintFor } from '../../src/target/reason.js';
import { temporaryDirectory } from '../support/fleet.js';
import { commandsIn, linesIn, readLine } from '../support/printed-lines.js';
import { createShell } from '../support/typed-lines.js';
import { PLACE, SCENARIOS } from '../support/typed-scenarios.js';

const type = createShell();
const RUN = /\d{8}T\d{6}Z-[0-9a-f]{6}/;
const place = readLine(`flotilla status ${PLACE}`);

test.for(SCENARIOS)('What is printed about $title can be typed.', async ({ make, typed, promises = [] }) => {
  const made = temporaryDirectory();
  await make(made);
  const [text, json] = [copyOf(made), copyOf(made)];
  const printed = await type(`${typed} ${PLACE}`, text);
  const document: unknown = JSON.parse((await type(`${typed} ${PLACE} --json 2>/dev/null`, json)).output);
  // The run that the text tells of is the one that was made in the copy in which lines are typed.
  const [run] = RUN.exec(printed.output) ?? [''];
  const commands = commandsIn(document).map((command) => commandText(command).replace(RUN, run));
  const lines = [...new Set([...commands, ...linesIn(printed.output)])];
  const shown = `${typed}\n${printed.output}`;

  expect(lines, shown).not.toEqual([]);
  for (const line of lines) {
    if (line.startsWith('flotilla ')) expectSameFleet(line, typed);
    if (isKnown(line, document)) continue;
    const { code, output } = await type(line, copyOf(text));
    expect([64, 70, 127, null], `${line}\n${output}\n${shown}`).not.toContain(code);
  }
  for (const { lines: wanted, before, code = 0, again } of promises) {
    const directory = copyOf(text);
    before?.(directory);
    for (const [at, pattern] of wanted.entries()) {
      const line = lines.find((each) => pattern.test(each));
      expect(line, `${pattern}\n${shown}`).toBeDefined();
      const result = await type(line ?? '', directory);
      const isLast = at === wanted.length - 1;
      if (isLast) expect(result.code, `${line}\n${result.output}\n${shown}`).toBe(code);
    }
    if (again === undefined) continue;
    const result = await type(`${typed} ${PLACE}`, directory);
    expect(result.code, `${wanted.join(' and ')}, then again ${result.output}\n${shown}`).toBe(again);
  }
});

test.for(failureCode.options)('What to do about %s keeps fleet, run and target.', (code) => {
  const place = { dataDir: 'my fleet', config: '-x.json' };
  const run = { verb: 'downgrade', argument: '-1', options: { backup: false, dryRun: true } };
  const target = { id: '-a,b', path: "it's -x.db" };
  const about = { place, run, scope: { limit: 3 }, target: target.id };
  for (const hint of [
    hintFor(code),
    advice({ code, message: 'a fault', error: new Error('a fault') }, target),
  ]) {
    const { commands = [] } = tell(hint ?? '', about);
    for (const command of commands) {
      if ('program' in command) continue;
      const given = readLine(commandText(command));
      const isAgain = command.verb === run.verb;
      if (isAgain) expect(command.argument).toBe('-1');
      expect(given).toMatchObject({ ...place, ...(isAgain ? run.options : {}) });
      expect(given['only'] ?? given['limit'] ?? given['rule'], commandText(command)).toBeDefined();
    }
  }
});

const known = new Set<string>();

/** A command with these options was typed before, about the same causes: its values are looked at, not tried again. */
function isKnown(line: string, document: unknown): boolean {
  const codes = [...JSON.stringify(document).matchAll(/"code":"(\w+)"/g)].map(([, code]) => code);
  const shape = line.replace(/ --[\w-]+[ =](?:'[^']*'|[^ -]\S*)/g, (option) =>
    option.slice(0, option.search(/[\w][ =]/)),
  );
  const key = `${shape} ${[...new Set(codes)].sort().join()}`;
  if (known.has(key)) return true;
  known.add(key);
  return false;
}

/** A printed command is about the fleet that was asked about, and no more of it. */
function expectSameFleet(line: string, typed: string): void {
  const [asked, given] = [readLine(`${typed} ${PLACE}`), readLine(line)];
  expect(given, line).toMatchObject(place);
  // An unknown id is looked up among all that there are, and a run has no other targets than its own.
  const takesChoice = !/^flotilla (?:lint|history|new|show|heads|baseline|discover|undo|resume)\b/.test(line);
  for (const choice of ['only', 'exclude', 'limit']) {
    if (asked[choice] === undefined || !takesChoice || given['only'] !== undefined) continue;
    expect(given[choice], `${line}\n${typed}`).toEqual(asked[choice]);
  }
}

function copyOf(directory: string): string {
  const copy = join(temporaryDirectory(), 'copy');
  cpSync(directory, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return copy;
}
