// A gate: its words as a shell would read them, and its answer.

import { describe, expect, test } from 'vitest';
import { askGate, wordsOf } from '../../src/rollout/gate.js';

test.each([
  ['check --all', ['check', '--all']],
  ["  sh -c  'a && b' ", ['sh', '-c', 'a && b']],
  ['say "two words" it\'s" "one', null],
  ['say "a \\"b\\" \\n c"', ['say', 'a "b" \\n c']],
  ["a\\ b 'c\\d' e\"\"f ''", ['a b', 'c\\d', 'ef', '']],
  ['check $HOME *;', ['check', '$HOME', '*;']],
  ['"open', null],
  ['ends with \\', null],
  ['   ', null],
  ['', null],
])('The words of %s.', (command, words) => {
  if (words === null) expect(() => wordsOf(command)).toThrow(/gate/);
  else expect(wordsOf(command)).toEqual(words);
});

describe('A gate', () => {
  const ask = (script: string, timeoutMs = 20_000, signal?: AbortSignal) =>
    askGate({ words: [process.execPath, '-e', script], timeoutMs }, process.env, signal);

  test('says yes by ending with 0, and no by any other code or a signal.', async () => {
    expect(await ask('')).toBeNull();
    expect(await ask('process.exit(3)')).toBe('it ended with exit code 3');
    expect(await ask('process.kill(process.pid, "SIGKILL")')).toBe('it ended with SIGKILL');
  });

  test('that is not there says no.', async () => {
    const answer = await askGate({ words: ['./no-such-gate'], timeoutMs: 1000 }, {}, undefined);
    expect(answer).toMatch(/^it could not be started: .*ENOENT/);
  });

  test('is ended at its deadline, also where it does not want to end.', async () => {
    const startedAt = Date.now();
    expect(await ask('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)', 500)).toBe(
      'it had not ended after 0.5 s',
    );
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  });

  test('is ended when the run is interrupted.', async () => {
    const interruption = new AbortController();
    setTimeout(() => {
      interruption.abort();
    }, 300);
    expect(await ask('setInterval(() => {}, 1000)', 20_000, interruption.signal)).toBe(
      'it ended with SIGTERM',
    );
  });
});
