// The tasks that only read targets: what is seen, what histories say, and a structure as the text of a revision. A
// target that cannot be read is a value, and does not affect the others.

import type { Driver } from '../../dialects/port.js';
import type { Observation } from '../../model/observation.js';
import type { Reason } from '../../model/outcome.js';
import type { TargetRef } from '../../model/target.js';
import { integrityError } from '../../target/verify.js';
import { writeBaseline } from '../../target/baseline.js';
import { reasonOf } from '../../target/reason.js';
import type { HistoryReading, Inspections, Replies, Task } from '../messages.js';

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>;

export async function inspect(
  { targets, busyWaitMs }: TaskOf<'inspect'>,
  driver: Driver,
): Promise<Inspections> {
  const indexes = new Map<string, number>();
  const observations: Observation[] = [];
  const reads = await driver.inspect(targets, { busyTimeoutMs: busyWaitMs });
  const found = reads.map((read, at) => {
    if ('error' in read) return failed(read.error, targets[at], driver);
    const key = JSON.stringify(read.value);
    const index = indexes.get(key) ?? observations.push(read.value) - 1;
    indexes.set(key, index);
    return index;
  });
  return { observations, found };
}

export async function readHistories(
  { targets, busyWaitMs }: TaskOf<'histories'>,
  driver: Driver,
): Promise<readonly HistoryReading[]> {
  const reads = await driver.histories(targets, { busyTimeoutMs: busyWaitMs });
  return reads.map((read, at) =>
    'error' in read ? { failure: failed(read.error, targets[at], driver) } : { rows: read.value },
  );
}

export async function readBaseline(
  { target, busyWaitMs, comments }: TaskOf<'baseline'>,
  driver: Driver,
): Promise<Replies['baseline']> {
  try {
    const how = { busyTimeoutMs: busyWaitMs };
    const damage = await driver.damage(target, how);
    // Rows that break a rule of their table say nothing against the table.
    if (damage?.code === 'corrupt') throw integrityError(damage, 'of the whole file');
    const structure = await driver.structure(target, how);
    const baseline = await writeBaseline(structure, comments, driver);
    const hint = driver.advice({ code: 'migrationFailed', message: baseline.problems.join('\n') }, target);
    return hint === null ? baseline : { ...baseline, hint };
  } catch (error) {
    return { failure: failed(error, target, driver) };
  }
}

function failed(error: unknown, target: TargetRef | undefined, driver: Driver): Reason {
  if (target === undefined) throw new Error('a driver answered for more targets than it was asked about');
  return reasonOf(error, { target, step: 'open' }, driver);
}
