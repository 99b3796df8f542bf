// Judges each distinct observation once, and decides what a run with an intent would do. A target is opened only to
// explain a difference.

import { judge } from '../../stamping/judge.js';
import { softDifferences } from '../../stamping/soft.js';
import { reasonOf } from '../../target/reason.js';
import { matchOptions } from '../../target/intent.js';
import { decide } from '../../target/decide.js';
import type { Tools } from '../../target/work.js';
import type { DistinctObservation, Task, Verdict } from '../messages.js';

/** How long to wait for a locked file whose structure is wanted only to explain a difference, in milliseconds. */
const BUSY_MS = 1_000;

type Asked = Extract<Task, { kind: 'judge' }>;

export async function judgeAll({ cases, intent, soft }: Asked, tools: Tools): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const one of cases) verdicts.push(await judgeOne(one, { intent, soft }, tools));
  return verdicts;
}

async function judgeOne(
  { observation, example }: DistinctObservation,
  { intent, soft }: Pick<Asked, 'intent' | 'soft'>,
  tools: Tools,
): Promise<Verdict> {
  const { driver } = tools;
  try {
    const readActual = () => driver.structure(example, { busyTimeoutMs: BUSY_MS });
    const judgement = await judge(observation, tools, readActual, matchOptions(intent));
    const evidence = { observation, judgement, basis: tools, readActual };
    return {
      judgement,
      decision: intent === null ? null : await decide(intent, evidence),
      soft: soft ? await softDifferences(observation, judgement, tools, readActual) : [],
    };
  } catch (error) {
    return { failure: reasonOf(error, { target: example, step: 'read' }, driver) };
  }
}
