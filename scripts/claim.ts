// Makes what the README claims of the fault suites from the figures of their last runs, so that the claim cannot
// drift from the proof: `npm run claim`. With `--check` it changes nothing, and fails where the two differ.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Figure, Figures } from '../test/faults/harness/figures.js';

const ROOT = join(import.meta.dirname, '..');
const README = join(ROOT, 'README.md');
const BEGIN = '<!-- Made by `npm run claim` from test/faults/figures.json -->';
const END = '<!-- End of what `npm run claim` makes -->';
/** What the claim is about; the other suites back it. */
const HEADLINE = ['kill', 'errors', 'power', 'hostile', 'live'];
const WIDTH = 120;

const { suites } = JSON.parse(readFileSync(join(ROOT, 'test/faults/figures.json'), 'utf8')) as Figures;
for (const [name, { bad }] of Object.entries(suites)) {
  if (bad > 0)
    stop(`the suite ${name} found ${bad} bad points: there is nothing to claim; mend them, and run it again`);
}
const readme = readFileSync(README, 'utf8');
const [before, rest] = halves(readme, BEGIN);
const [, after] = halves(rest, END);
const text = `${before}${BEGIN}\n\n${claim()}\n\n${END}${after}`;
if (process.argv.includes('--check')) {
  if (text !== readme) stop('README.md does not say what test/faults/figures.json has; type: npm run claim');
} else {
  writeFileSync(README, text);
}

function claim(): string {
  const count = ({ points, unit }: Figure) => `${points.toLocaleString('en')} ${unit}`;
  const all = Object.entries(suites);
  const headline = HEADLINE.flatMap((name) => all.filter(([one]) => one === name)).map(([, figure]) =>
    count(figure),
  );
  const backing = all.filter(([name]) => !HEADLINE.includes(name)).map(([, figure]) => count(figure));
  const days = Object.values(suites).map(({ date }) => date);
  const versions = [...new Set(Object.values(suites).map(({ version }) => version))];
  const lines = [
    `**${headline.join(', ')}: none lost, none in between.**`,
    ...(backing.length === 0 ? [] : [`Beside them ${backing.join(', ')}.`]),
    `Run on version ${versions.join(', ')}, the last on ${days.sort().at(-1)}.`,
    Object.values(suites).every(({ full }) => full)
      ? '`npm run test:faults -- --full` repeats it.'
      : '`npm run test:faults` repeats it, as every run of the tests does; `npm run test:faults -- --full` runs at least ten times as many points of those that can be multiplied.',
  ];
  return wrapped(lines.join(' '));
}

/** Lines that are no longer than those of the rest; what is code stays on one. */
function wrapped(words: string): string {
  const lines: string[] = [];
  let line = '';
  for (const [word] of words.matchAll(/(?:`[^`]*`|[^ `])+/g)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > WIDTH) lines.push(line);
    line = longer.length > WIDTH ? word : longer;
  }
  return [...lines, line].join('\n');
}

function halves(whole: string, mark: string): readonly [string, string] {
  const at = whole.indexOf(mark);
  if (at < 0) stop(`README.md has no line that reads: ${mark}`);
  return [whole.slice(0, at), whole.slice(at + mark.length)];
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
