// The worker's side of the wall: does the tasks, one at a time, and returns every fault of a target as a value.

import { ReplayError, type Driver } from '../dialects/port.js';
import type { ProblemDraft } from '../model/errors.js';
import type { LintFinding } from '../model/lint.js';
import type { Observation } from '../model/observation.js';
import type { Reason } from '../model/outcome.js';
import type { TargetRef, Target } from '../model/target.js';
import { buildGraph } from '../revisions/graph.js';
import { judge } from '../stamping/judge.js';
import { express } from '../target/baseline.js';
import { reasonOf } from '../target/reason.js';
import { matchOptions, type Intent } from '../target/intent.js';
import { decide } from '../target/decide.js';
import { outcomeOf, startProgress, type OutcomeDraft } from '../target/progress.js';
import type { Case, HistoryReading, Inspections, Replies, StartMessage, Task, Verdict } from './messages.js';
import { settleAfterDeath } from '../target/settle.js';
import { upgradeTarget } from '../target/upgrade.js';
import type { Tools, Work } from '../target/work.js';

/** Patience with a locked file whose structure is wanted only to explain a difference, in milliseconds. */
const JUDGE_BUSY_MS = 1_000;

/** No other target is begun for the same message after so many milliseconds: another process may be idle. */
const BATCH_MS_MAX = 50;

type Apply = Extract<Task, { kind: 'apply' }>;

export interface Server {
  perform(task: Task): Promise<Replies[Task['kind']]>;
}

export function createServer(
  start: StartMessage,
  driver: Driver,
  clock: Pick<Tools, 'now' | 'mayCommit'>,
): Server {
  const built = buildGraph(start.revisions);
  if ('problems' in built) throw new Error('the supervisor sent revisions that make no graph');
  const { structures } = driver;
  const tools: Tools = { driver, graph: built.graph, replay: driver.replay(), structures, ...clock };

  async function inspect(targets: readonly TargetRef[], busyTimeoutMs: number): Promise<Inspections> {
    const indexes = new Map<string, number>();
    const observations: Observation[] = [];
    const reads = await driver.inspect(targets, { busyTimeoutMs });
    const found = reads.map((read, at) => {
      if ('error' in read) return failed(read.error, targets[at]);
      const key = JSON.stringify(read.value);
      const index = indexes.get(key) ?? observations.push(read.value) - 1;
      indexes.set(key, index);
      return index;
    });
    return { observations, found };
  }

  async function histories(
    targets: readonly TargetRef[],
    busyTimeoutMs: number,
  ): Promise<readonly HistoryReading[]> {
    const reads = await driver.histories(targets, { busyTimeoutMs });
    return reads.map((read, at) =>
      'error' in read ? { failure: failed(read.error, targets[at]) } : { rows: read.value },
    );
  }

  function failed(error: unknown, target: TargetRef | undefined): Reason {
    if (target === undefined) throw new Error('a driver answered for more targets than it was asked about');
    return reasonOf(error, { target, step: 'open' }, driver);
  }

  async function verdict({ observation, example }: Case, intent: Intent | null): Promise<Verdict> {
    try {
      const readActual = () => driver.structure(example, { busyTimeoutMs: JUDGE_BUSY_MS });
      const judgement = await judge(observation, tools, readActual, matchOptions(intent));
      const evidence = { observation, judgement, basis: tools, readActual };
      return { judgement, decision: intent === null ? null : await decide(intent, evidence) };
    } catch (error) {
      return { failure: reasonOf(error, { target: example, step: 'read' }, driver) };
    }
  }

  /** A failure ends it early, because it may be one that ends the run; so does a target that took long. */
  async function applyAll({ targets, work, rehearse: privately }: Apply): Promise<readonly OutcomeDraft[]> {
    const startedAt = tools.now();
    const outcomes: OutcomeDraft[] = [];
    for (const target of targets) {
      const outcome = privately
        ? await rehearse(target, work, tools)
        : await upgradeTarget(target, work, tools);
      outcomes.push(outcome);
      if (outcome.failure !== null || tools.now() - startedAt > BATCH_MS_MAX) break;
    }
    return outcomes;
  }

  return {
    async perform(task): Promise<Replies[Task['kind']]> {
      switch (task.kind) {
        case 'replay':
          return replayAll(tools);
        case 'lint':
          return driver.lint(tools.graph, task.options);
        case 'inspect':
          return inspect(task.targets, task.busyWaitMs);
        case 'histories':
          return histories(task.targets, task.busyWaitMs);
        case 'express': {
          const { target, busyWaitMs: busyTimeoutMs, words } = task;
          try {
            return await express(await driver.structure(target, { busyTimeoutMs }), words, driver);
          } catch (error) {
            return { failure: reasonOf(error, { target, step: 'open' }, driver) };
          }
        }
        case 'judge': {
          const verdicts: Verdict[] = [];
          for (const one of task.cases) verdicts.push(await verdict(one, task.intent));
          return verdicts;
        }
        case 'apply':
          return applyAll(task);
        case 'settle':
          return settleAfterDeath(task.target, task.cause, task.work, tools);
      }
    },
  };
}

/**
 * Runs every revision in a scratch database: what fails there must not reach a target. Where one fails, all are read,
 * because whoever mends one mistake wants to know of the others.
 */
async function replayAll(tools: Tools): Promise<readonly ProblemDraft[]> {
  const { driver, graph, replay } = tools;
  try {
    await replay.fingerprint(graph.order);
    return [];
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    const { revision, statement, message } = error;
    const first: ProblemDraft = {
      message: `revision ${revision.id} fails on an empty database: ${message}`,
      hint: 'a revision must run on what the revisions before it leave',
      file: revision.file,
      ...(statement === null ? {} : { line: statement.line }),
    };
    const { findings } = (await driver.lint(graph, {})).report;
    // Whether several heads are a mistake depends on what is asked for.
    const errors = findings.filter(({ severity, rule }) => severity === 'error' && rule !== 'several-heads');
    // A program has no statement: there its first mistake is meant.
    const same = errors.find(
      ({ file, line }) => file === first.file && (statement === null || line === first.line),
    );
    const others = errors.filter((finding) => finding !== same);
    const explain = (found: LintFinding): string =>
      first.message.endsWith(found.message) ? found.mend : `${found.message}; ${found.mend}`;
    return [
      same === undefined ? first : { ...first, line: same.line, hint: explain(same) },
      ...others.map(({ message: words, mend, file, line }) => ({ message: words, hint: mend, file, line })),
    ];
  }
}

/** The same steps where nothing of them stays; the target itself is only read. */
async function rehearse(target: Target, work: Work, tools: Tools): Promise<OutcomeDraft> {
  const progress = startProgress(target, tools);
  progress.step = 'copy';
  try {
    tools.driver.assertSame(target, 'closed');
    const outcome = await tools.driver.rehearse(target, (rehearsed) =>
      upgradeTarget(rehearsed, { ...work, backupDir: null }, tools),
    );
    return { ...outcome, durationMs: tools.now() - progress.startedAt };
  } catch (error) {
    progress.error = error;
    return outcomeOf(progress, tools.now());
  }
}
