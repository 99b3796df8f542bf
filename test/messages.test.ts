// One form for all that people read about what is wrong: what is said of the whole is a sentence with a capital, what
// is said of one target stands behind its name and is a clause, and so is a hint. None of them has a full stop.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import ts from 'typescript';
import { composedIn, messagesIn, offenceOf, runOnIn, type Form } from './support/messages.js';

/** Texts that begin with the name of a thing, which keeps its letters. */
const NAMES: Readonly<Record<string, string>> = {
  'stamp is told to record ${}, and --at ${} decides between revisions': 'stamp is the command',
};

const SRC = resolve(import.meta.dirname, '../src');

const PATHS = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

const MESSAGES = PATHS.flatMap((path) => messagesIn({ path, text: readFileSync(join(SRC, path), 'utf8') }));

test('Every message has the form of its kind.', () => {
  const wrong = MESSAGES.filter(({ text }) => !(text in NAMES)).flatMap((message) => {
    const offence = offenceOf(message);
    return offence === null ? [] : [`src/${message.file}: ${message.form} ${offence}: ${message.text}`];
  });
  expect(wrong).toEqual([]);
});

test('No message has a sentence within it.', { timeout: 60_000 }, () => {
  const program = ts.createProgram(
    PATHS.map((path) => join(SRC, path)),
    { strict: true, types: [], module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023 },
  );
  const wrong = program
    .getSourceFiles()
    .filter(({ fileName, isDeclarationFile }) => fileName.startsWith(SRC) && !isDeclarationFile)
    .flatMap((source) => composedIn(program, source).map((each) => `${source.fileName}: ${each}`));
  expect(wrong).toEqual([]);
});

test('No word stands behind a command, to be typed with it.', () => {
  const wrong = PATHS.flatMap((path) => {
    const text = readFileSync(join(SRC, path), 'utf8');
    return runOnIn(ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true));
  });
  expect(wrong).toEqual([]);
  const text = 'const list = command("history"); hint`${list} lists them`; hint`see ${list}; or ${again()}`;';
  expect(runOnIn(ts.createSourceFile('a.ts', text, ts.ScriptTarget.ES2023, true))).toHaveLength(1);
});

test('The messages are found.', () => {
  const count = (form: Form): number => MESSAGES.filter((message) => message.form === form).length;
  expect(count('sentence')).toBeGreaterThan(100);
  expect(count('clause')).toBeGreaterThan(150);
});

test('Every exception is still needed.', () => {
  for (const name of Object.keys(NAMES)) {
    const message = MESSAGES.find(({ text }) => text === name);
    expect(message === undefined ? null : offenceOf(message), name).not.toBeNull();
  }
});

describe('A wrong form is found', () => {
  test.each([
    ['in a fault of the whole', `throw new FleetError('usage', 'the file is gone', { hint: 'look' });`],
    ['in a hint', `throw new FleetError('usage', 'The file is gone', { hint: 'Look for it' });`],
    ['in a full stop', `throw new FleetError('usage', \`The file \${name} is gone.\`, { hint: 'look' });`],
    [
      'in a constant',
      `const message = 'it is gone';\nthrow new FleetError('usage', message, { hint: 'look' });`,
    ],
    ['in one of two', `problems.push({ message: a ? 'Right' : 'wrong', hint: 'look' });`],
    ['in a command line', `throw usage('no such option', null);`],
    ['in a failure', `return { code: 'busy', step: 'open', message: 'It is locked', hint: 'wait' };`],
    ['in what a driver says', `throw new DatabaseError('busy', 'The file is locked');`],
    ['in a hint with commands', 'const said = hint`List them: ${command}`;'],
    ['in a rule of lint', `return [{ line, message: 'rows are lost', mend: 'say so' }];`],
  ])('%s.', (_, text) => {
    const offences = messagesIn({ path: 'a.ts', text }).flatMap((message) => offenceOf(message) ?? []);
    expect(offences).toHaveLength(1);
  });

  test('and a right one is not.', () => {
    const text = [
      `throw new FleetError('usage', \`--jobs takes a number\`, { hint: 'SQL goes into a file; FOO_BAR is set' });`,
      `return { code: 'busy', step: 'open', message: 'it is locked, ...', hint: hint\`wait: \${command}\` };`,
      'problems.push({ message: `${name} is not an object`, hint: `write ${example}` });',
    ].join('\n');
    const messages = messagesIn({ path: 'a.ts', text });
    expect(messages).toHaveLength(6);
    expect(messages.flatMap((message) => offenceOf(message) ?? [])).toEqual([]);
  });
});

describe('A sentence within a message is found', () => {
  const types = [
    `declare class FleetError { constructor(code: string, message: string, more: object); message: string }`,
    `declare class DatabaseError { constructor(code: string, message: string); message: string }`,
    `declare function sentence(text: string): string;`,
    `declare function clause(text: string): string;`,
    `interface Problem { readonly message: string }`,
    `declare const problem: Problem, error: DatabaseError, fault: FleetError | null, name: string;`,
  ].join('\n');
  const composed = (text: string): string[] => {
    const host = ts.createCompilerHost({});
    const source = ts.createSourceFile('a.ts', `${types}\n${text}`, ts.ScriptTarget.ES2023, true);
    const program = ts.createProgram(['a.ts'], { noLib: true }, { ...host, getSourceFile: () => source });
    return composedIn(program, source);
  };

  test.each([
    ['behind other words', 'throw new FleetError("io", `It ends: ${problem.message}`, {});'],
    ['at the beginning of a clause', 'throw new DatabaseError("io", `${problem.message}, and more`);'],
    [
      'under its own name',
      'const { message: said } = problem; throw new FleetError("io", `It ends: ${said}`, {});',
    ],
    ['of one of two types', 'throw new FleetError("io", `It ends: ${fault.message}`, {});'],
    ['as it is made', 'throw new FleetError("io", `It ends: ${sentence(name)}`, {});'],
    ['in a constant', 'const what = "There is none"; throw new FleetError("io", `It ends: ${what}`, {});'],
    [
      'in what a function makes',
      'const said = (p: Problem) => `${p.message}; look`; const x = { message: "No", hint: said(problem) };',
    ],
  ])('%s.', (_, text) => {
    expect(composed(text)).toHaveLength(1);
  });

  test.each([
    ['a clause', 'throw new FleetError("io", `It ends: ${error.message}`, {});'],
    ['a sentence that is made a clause', 'throw new DatabaseError("io", `${clause(problem.message)}, and`);'],
    ['a name', 'throw new FleetError("io", `It ends: ${name}`, {});'],
    ['a sentence that begins one', 'throw new FleetError("io", `${problem.message}, and more`, {});'],
  ])('and %s is not.', (_, text) => {
    expect(composed(text)).toEqual([]);
  });
});
