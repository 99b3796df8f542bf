// The commands that the program prints, as a reader would copy them: found in its texts and in its documents, and read
// as the program itself would read them. Apart from the shell that types them, because every run of the built program
// in a test is looked at, and few are typed.

import { spawnSync } from 'node:child_process';
import { parseArguments } from '../../src/cli/arguments.js';
import { COMMANDS } from '../../src/cli/command-list.js';
import { commandText, type Command } from '../../src/model/command.js';

/** A command stands at the end of a line or of a clause; what it takes for itself is in quotes. */
const LINE = /(?:^|[\s(:;])(flotilla [a-z](?:'[^']*'|\$'(?:\\.|[^'\\])*'|\\.|[^\s;()'$\\]|[ ](?!\s))*)/gm;

/** Command lines in a text for people, each once. */
export function linesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(LINE)].map(([, line = '']) => line.trimEnd()))];
}

/** Commands of Flotilla in a document, wherever they are in it. */
export function commandsIn(document: unknown): readonly Command[] {
  if (typeof document !== 'object' || document === null) return [];
  const own = Object.entries(document).flatMap(([key, value]: [string, unknown]): readonly unknown[] =>
    key === 'commands' && Array.isArray(value) ? value : key === 'command' ? [value] : [],
  );
  return [
    ...own.filter((each): each is Command => typeof each === 'object' && each !== null),
    ...Object.values(document).flatMap(commandsIn),
  ];
}

/** The words that a shell makes of a line. */
export function wordsOf(line: string): readonly string[] {
  if (!/['"\\$`~*?]/.test(line)) return line.split(' ');
  const { stdout } = spawnSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

/** The options of a command line, by name. */
export function readLine(line: string): Readonly<Record<string, unknown>> {
  const { flags, config } = parseArguments(wordsOf(line).slice(1), COMMANDS);
  return { ...flags, config };
}

const PLACE = ['dataDir', 'pattern', 'stateDir', 'migrations', 'config', 'env'] as const;

/**
 * What is wrong with the commands in the output of a run: one that the program would refuse, or that is about another
 * fleet than the run.
 * @param args the words after `flotilla`; of words that are refused nothing is known
 */
export function faultsOfPrinted(args: readonly string[], output: string): readonly string[] {
  let asked: Readonly<Record<string, unknown>>;
  try {
    const { flags, config } = parseArguments(args, COMMANDS);
    asked = { ...flags, config };
  } catch {
    return [];
  }
  return printedLines(output).flatMap((line) => {
    if (!line.startsWith('flotilla ')) return [];
    try {
      const given = readLine(line);
      const lost = PLACE.filter((name) => given[name] !== asked[name]);
      return lost.length === 0 ? [] : [`${line}: ${lost.join(', ')} of another fleet`];
    } catch (error) {
      return [`${line}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

/** Of a document its commands, of a text its lines; a line of NDJSON is a document. */
function printedLines(output: string): readonly string[] {
  const ofDocument = (text: string) => commandsIn(JSON.parse(text)).map(commandText);
  try {
    return ofDocument(output);
  } catch {
    return output.split('\n').flatMap((line) => (line.startsWith('{"') ? ofDocument(line) : linesIn(line)));
  }
}
