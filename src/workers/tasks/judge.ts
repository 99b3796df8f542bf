// Judges each distinct observation once, and decides what a run with an intent would do. A target is opened only to
// explain a difference.

import { judge } from '../../stamping/judge.js';
import { reasonOf } from '../../target/reason.js';
import { matchOptions, type Intent } from '../../target/intent.js';
import { decide } from '../../target/decide.js';
import type { Tools } from '../../target/work.js';
import type { DistinctObservation, Task, Verdict } from '../messages.js';

/** How long to wait for a locked file whose structure is wanted only to explain a difference, in milliseconds. */
const BUSY_MS = 1_000;

export async function judgeAll(
  { cases, intent }: Extract<Task, { kind: 'judge' }>,
  tools: Tools,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const one of cases) verdicts.push(await judgeOne(one, intent, tools));
  return verdicts;
}

async function judgeOne(
  { observation, example }: DistinctObservation,
  intent: Intent | null,
  tools: Tools,
): Promise<Verdict> {
  const { driver } = tools;
  try {
    const readActual = () => driver.structure(example, { busyTimeoutMs: BUSY_MS });
    const judgement = await judge(observation, tools, readActual, matchOptions(intent));
    const evidence = { observation, judgement, basis: tools, readActual };
    return { judgement, decision: intent === null ? null : await decide(intent, evidence) };
  } catch (error) {
    return { failure: reasonOf(error, { target: example, step: 'read' }, driver) };
  }
}
