#!/usr/bin/env node
// The process: argv, environment, streams, signals, exit code. The only file that touches them; the program itself is
// in program.ts, and loaded only where it is wanted: most of a short life goes into loading. The process ends by itself
// when the work is done, so that nothing that was printed is lost.

import type { WriteStream } from 'node:tty';
import { setFlagsFromString } from 'node:v8';
import { EXIT, exitCodeOf, VERSION } from '../index.js';
import { faultOf } from './fault.js';
import type { Output } from './output.js';

// As in a worker process: most of a short life would go into compiling for a long one. Of the V8 of Node.js 20 alone;
// later ones compile in steps, do not know the flag, and say so on standard error.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=1000000');

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);

/** The first signal asks the library to finish or to roll back what is in flight; the second ends the process. */
function onSignal(name: NodeJS.Signals): void {
  if (!interruption.signal.aborted) {
    process.stderr.write(
      `\n${name}: finishing or rolling back what is in flight; once more to stop at once\n`,
    );
    interruption.abort(new Error(name));
    return;
  }
  // A bar keeps long lines from being wrapped while it is there.
  const wrapping = process.stderr.isTTY ? '\u001b[?7h' : '';
  process.stderr.write(
    `${wrapping}\n${name}: stopped; no transaction is half done, and status shows where each target is\n`,
  );
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}

process.on('uncaughtException', (error) => {
  const { code, message, hint } = faultOf(error, interruption.signal);
  const shown = process.argv.includes('--verbose') ? (error.stack ?? message) : message;
  process.stderr.write(`error: ${shown}\nhint: ${hint}\n`);
  process.exit(exitCodeOf(code));
});

/** A stream of the process. A reader that goes away (`| head`) is no error; the work goes on without it. */
function outputOf(stream: WriteStream, onFault: (error: Error) => void): Output {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code !== 'EPIPE') onFault(error);
  });
  return {
    stream,
    isTerminal: stream.isTTY,
    columns: stream.isTTY ? stream.columns : undefined,
    write: (text) => {
      if (open) stream.write(text);
    },
  };
}

let lost = false;
const stderr = outputOf(process.stderr, () => undefined);
const stdout = outputOf(process.stdout, (error) => {
  lost = true;
  stderr.write(`error: Standard output cannot be written: ${error.message}\n`);
});

const code = await answer(process.argv.slice(2));
process.exitCode = code;
process.on('exit', () => {
  // A result that nobody can read is no result; that targets failed is said by the code alone.
  if (lost && (code === EXIT.ok || code === EXIT.findings)) process.exitCode = EXIT.output;
});

async function answer(args: readonly string[]): Promise<number> {
  if (args[0] === '--complete') {
    const { complete } = await import('./completion/complete.js');
    stdout.write((await complete(args.slice(1), process.env)).map((word) => `${word}\n`).join(''));
    return 0;
  }
  const end = args.indexOf('--');
  if (args.slice(0, end < 0 ? args.length : end).includes('--version')) {
    stdout.write(`flotilla ${VERSION}\n`);
    return 0;
  }
  const { runProgram } = await import('./program.js');
  return runProgram({
    args,
    environment: process.env,
    stdout,
    stderr,
    signal: interruption.signal,
    now: Date.now,
  });
}
