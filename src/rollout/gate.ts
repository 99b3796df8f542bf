// A command between two waves that says whether the next may begin. Without a shell, so that a word means itself; its
// output goes to standard error, because standard output is the result's.

import { spawn } from 'node:child_process';
import { FleetError } from '../model/errors.js';

/** What became of a gate: null where it said yes, else why not, in a clause. */
export type GateAnswer = string | null;

export interface Gate {
  /** The program and its arguments. */
  readonly words: readonly string[];
  readonly timeoutMs: number;
}

/** How long a gate may go on after it was told to end, in milliseconds. */
const GRACE_MS = 2_000;

/** Asks a gate, and ends it at its deadline or when the run is interrupted. */
export async function askGate(
  { words, timeoutMs }: Gate,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
): Promise<GateAnswer> {
  const [program = '', ...args] = words;
  const child = spawn(program, args, { stdio: ['ignore', 2, 2], env: environment });
  let isLate = false;
  const end = (): void => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  };
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, timeoutMs);
  signal?.addEventListener('abort', end);
  if (signal?.aborted === true) end();
  try {
    return await new Promise<GateAnswer>((resolve) => {
      child.once('error', (error) => {
        resolve(`it could not be started: ${error.message}`);
      });
      child.once('exit', (code, by) => {
        if (isLate) resolve(`it had not ended after ${timeoutMs / 1000} s`);
        else if (code === 0) resolve(null);
        else resolve(`it ended with ${by === null ? `exit code ${code ?? '?'}` : by}`);
      });
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/**
 * The words of a command: separated by blanks, except within quotes; a backslash takes the next character as it is,
 * within single quotes itself. Nothing else has a meaning.
 * @throws FleetError `usage` where there is none, or a quote is not closed
 */
export function wordsOf(command: string): readonly string[] {
  const words: string[] = [];
  let rest = command;
  const part = /^(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+))/s;
  for (let isNew = true; rest !== '';) {
    const blanks = /^\s+/.exec(rest)?.[0].length ?? 0;
    if (blanks > 0) {
      rest = rest.slice(blanks);
      isNew = true;
      continue;
    }
    const found = part.exec(rest);
    if (found === null) {
      throw new FleetError('usage', `The gate ${command} has a quote or a backslash that is not ended`, {
        hint: 'write it as in a shell, each quote closed: --gate \'sh -c "check one && check two"\'',
      });
    }
    const [whole, single, double, escaped, plain] = found;
    const text = single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '';
    if (isNew) words.push(text);
    else words.push(`${words.pop() ?? ''}${text}`);
    isNew = false;
    rest = rest.slice(whole.length);
  }
  if (words[0] === undefined || words[0] === '') {
    throw new FleetError('usage', 'The gate is empty', {
      hint: 'write the command to run, or leave --gate out',
    });
  }
  return words;
}
