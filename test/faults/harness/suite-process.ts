// The process that runs points: opens one suite and answers what it is asked, until its parent is gone.

import process from 'node:process';
import { suiteNamed } from '../suites.js';
import type { Answer, FromChild, Question, ToChild } from './run-suite.js';
import { createShim } from './shim.js';
import type { OpenSuite } from './suite.js';

let suite: OpenSuite | null = null;

process.on('message', (message: ToChild) => void reply(message));
process.on('disconnect', () => process.exit(0));

async function reply(message: ToChild): Promise<void> {
  let found: Answer;
  try {
    found = await answer(message);
  } catch (error) {
    found = {
      done: 'error',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  process.send?.({ ...found, id: message.id } satisfies FromChild);
}

async function answer(message: Question): Promise<Answer> {
  if (message.do === 'open') {
    const { directory, hurt } = message.bench;
    const shim = message.preload ? createShim(directory, hurt) : null;
    suite = await suiteNamed(message.suite).open({ ...message.bench, shim });
    return { done: 'open' };
  }
  if (suite === null) throw new Error('the suite is not open');
  switch (message.do) {
    case 'points':
      return { done: 'points', points: await suite.points() };
    case 'run':
      return { done: 'run', finding: await suite.run(message.point) };
    case 'close':
      await suite.close();
      return { done: 'close' };
  }
}
