// Goes on with a run that stopped, paused or died: the same run, with its own options, targets, order, waves and heads.
// What became of a target that was in flight when its process died is asked of the target itself.

import { resolve } from 'node:path';
import pLimit from 'p-limit';
import { copiesIn, idHashOf } from '../backup/copies.js';
import { assertRoomForBackups, assertSafeBackups } from '../backup/publish.js';
import type { Ledger } from '../ledger/ledger.js';
import type { RecordedTarget, ResumableRun, RunHead } from '../ledger/resumable.js';
import type { ResumeOptions, RunOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import { command, hint, onFleet, tell } from '../model/hint.js';
import { nearest } from '../model/nearest.js';
import type { Outcome } from '../model/outcome.js';
import { CONTRACT, type RunReport } from '../model/report.js';
import type { ResumeReport } from '../model/resume-report.js';
import type { Target } from '../model/target.js';
import { askEarlier, ended, type Orders } from '../rollout/attempt.js';
import { inOrder, type Wave } from '../rollout/waves.js';
import { toldOutcome, type OutcomeDraft } from '../target/progress.js';
import { hintFor } from '../target/reason.js';
import type { Pool } from '../workers/pool.js';
import { aboutOf, commandOf } from './about.js';
import type { Context } from './context.js';
import { withLedger } from './copies.js';
import { refusedReason } from './inspect.js';
import { tryGraph } from './look.js';
import {
  assertSameRevisions,
  headsAsTheyWere,
  openTargets,
  RETRIES,
  writtenIn,
  type Retry,
  type Terms,
} from './resumption.js';
import { rollOut } from './roll-out.js';
import { factsOf, recordWhenFree, workOf } from './run-facts.js';
import type { RunRecord } from './run-record.js';
import { rulesOf } from './wave-options.js';
import { startWorkers } from './workers.js';

/** @throws FleetError before any target is touched; `usage` for a run that there is not, or that cannot be gone on with */
export async function resumeFleet(
  context: Context,
  { run: named, retry: asked = [], jobs, wait, signal, onEvent }: ResumeOptions,
): Promise<RunReport | ResumeReport> {
  const retry = asked.map(retryOf);
  const meant = withLedger(context, {}, (ledger) =>
    ledger === null ? null : runMeant(ledger, named, retry),
  );
  if (meant === null || 'message' in meant) return nothing(context, meant);
  const { terms, intent: original, ways } = writtenIn(meant);
  if (terms === null) throw refused(meant, 'was begun by an older version, which did not keep what it takes');
  const options: RunOptions = {
    ...terms.options,
    ...(jobs === undefined ? {} : { jobs }),
    ...(wait === undefined ? {} : { wait }),
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined ? {} : { onEvent }),
  };
  const isLenient = original.kind === 'restore' || (original.kind === 'undo' && original.how === 'restore');
  const loading = isLenient ? { loadGraph: async () => (await tryGraph(context)).graph } : {};
  const lenient: Context = { ...context, ...loading };
  const graph = await lenient.loadGraph();
  const edited = isLenient ? [] : assertSameRevisions(meant, terms, graph);
  const intent = headsAsTheyWere(original, meant.head);
  const work = workOf(context, intent, meant.runId, options);
  const facts = factsOf(context, meant.command, work, options);
  const { directories, scratchDir } = facts;
  const rules = rulesOf(context, { ...options, waves: ['rest'] });
  const about = { ...aboutOf(context, options), run: commandOf(meant.command, original, options) };
  const unproven = isLenient ? ({ unproven: true } as const) : {};
  const workers = startWorkers(lenient, graph, { scratchDir, signal, ...unproven });
  let record: RunRecord | null = null;
  try {
    ({ record } = await recordWhenFree(facts, context, options));
    assertSafeBackups(directories);
    record.removeLeftovers();
    if (work.backupDir !== null) assertRoomForBackups(directories.backupDir, work.stateMode);
    // Somebody else may have gone on with it meanwhile.
    const run = record.readRun() ?? meant;
    const open = openTargets(run, retry);
    if (open.length === 0 && !isUnjudged(run)) return nothing(context, done(run));
    const pool = await workers.proven();
    const checksums = Object.fromEntries(graph.order.map(({ id, checksum }) => [id, checksum]));
    const kept: Terms = { ...terms, checksums: { ...terms.checksums, ...pick(checksums, edited) } };
    record.resume(kept, { planned: open.length, waves: run.waves.length });
    for (const id of edited) facts.emit(editedText(id, graph.byId.get(id)?.file ?? ''));

    const found = await findAgain(context, open);
    const isWaved = terms.options.waves !== undefined || terms.options.maxFailures !== undefined;
    const request = {
      ...{ ways, work, rehearse: false, replayMs: workers.proofMs(), about, isWaved, signal },
      jobs: options.jobs ?? context.jobs,
    };
    const standing = new Map<string, Outcome>();
    for (const { path, outcome } of run.targets) if (outcome !== null) standing.set(path, outcome);
    for (const { path } of found.targets) standing.delete(path);
    const waveNames = new Map(run.waves.map(({ number, name }) => [number, name]));
    const tell = (draft: OutcomeDraft, wave: number | null): void => {
      const name = wave === null ? undefined : waveNames.get(wave);
      const outcome = {
        ...toldOutcome(draft, about),
        ...(isWaved && name !== undefined ? { wave: name } : {}),
      };
      record?.onOutcome(outcome);
      standing.set(outcome.path, outcome);
    };
    const rowOf = new Map(run.targets.map((row) => [row.path, row]));
    for (const draft of found.ended) tell(draft, rowOf.get(draft.path)?.wave ?? null);
    const unknown = found.targets.filter(({ path }) => isUnknown(rowOf.get(path)));
    for (const draft of await askAll(unknown, request, pool, request.jobs)) {
      if (draft.outcome === 'failed') continue;
      if (draft.outcome === 'partial') standing.set(draft.path, toldOutcome(draft, about));
      else tell(draft, rowOf.get(draft.path)?.wave ?? null);
    }
    const again = found.targets.filter(({ path }) => !isDone(standing.get(path)));
    const parts = partsOf(again, run, standing);
    for (const { path } of again) standing.delete(path);
    return await rollOut(context, {
      ...{ facts, record, pool },
      rules: { ...rules, isWaved },
      request: { ...request, parts },
      waves: wavesAgain(run, again, standing, options.order),
      unopened: run.targets.flatMap(({ path, wave }) => (wave === null ? (standing.get(path) ?? []) : [])),
      paths: run.targets.map(({ path }) => path),
      document: { head: run.head, unexamined: terms.unexamined, allowEmpty: true },
      legs: run.legs,
      startedAt: run.startedAt,
    });
  } finally {
    try {
      record?.close();
    } finally {
      await workers.close();
    }
  }
}

function retryOf(word: string): Retry {
  const known = RETRIES.find((one) => one === word);
  if (known !== undefined) return known;
  const [near] = nearest(word, RETRIES);
  const meant = near === undefined ? '' : `; the nearest is ${near}`;
  throw new FleetError('usage', `--retry does not know ${JSON.stringify(word)}${meant}`, {
    hint: `it takes ${RETRIES.join(', ')}`,
  });
}

/** Why there is nothing to go on with. */
interface Nothing {
  readonly run: RunHead;
  readonly message: string;
  readonly hasFailed: boolean;
}

/** @throws FleetError `usage` */
function runMeant(
  ledger: Ledger,
  named: string | undefined,
  retry: readonly Retry[],
): ResumableRun | Nothing | null {
  const [last] = ledger.realRuns();
  const head = named === undefined ? last : runNamed(ledger, named);
  if (head === undefined) return null;
  const run = ledger.readRun(head.runId);
  if (run === null) return null;
  if (run.dryRun) {
    throw refused(run, 'was a rehearsal', 'rehearse again; nothing was done that one could go on with');
  }
  return openTargets(run, retry).length > 0 || isUnjudged(run) ? run : done(run);
}

function runNamed(ledger: Ledger, named: string): RunHead {
  const found = ledger.askDeeds((deeds) => deeds.runsLike(named));
  const [first, second] = found;
  const whole = found.find(({ runId }) => runId === named) ?? (second === undefined ? first : undefined);
  if (whole === undefined) {
    const several =
      found.length > 1
        ? `${found.length} runs begin with ${named}`
        : `There is no run ${JSON.stringify(named)}`;
    throw new FleetError('usage', several, {
      hint: 'the reports of all runs are in the state directory, by their ids',
    });
  }
  const run = ledger.readRun(whole.runId);
  if (run === null) throw new Error(`${whole.runId} vanished from the ledger`);
  return run;
}

/** A run that did all, but has a wave to judge: it paused, or died, behind it. */
function isUnjudged({ waves, finishedAt }: ResumableRun): boolean {
  return (
    finishedAt === null || waves.some(({ verdict }) => verdict === 'refused' || verdict === 'interrupted')
  );
}

function done(run: ResumableRun): Nothing {
  const hasFailed = openTargets(run, ['failed']).length > 0;
  return { run, hasFailed, message: `Nothing to resume: run ${run.runId} (${run.command}) came to its end` };
}

function refused({ runId, command: verb }: RunHead, why: string, otherwise?: string): FleetError {
  return new FleetError('usage', `Run ${runId} (${verb}) cannot be gone on with: it ${why}`, {
    hint: otherwise ?? hint`do what is left by a new run: ${onFleet(verb === 'upgrade' ? verb : 'status')}`,
  });
}

function nothing(context: Context, why: Nothing | null): ResumeReport {
  const failed =
    why === null || !why.hasFailed
      ? null
      : hint`try again those that failed: ${command('resume', why.run.runId, { retry: ['failed'] })}`;
  return {
    contract: CONTRACT,
    command: 'resume',
    run: why?.run.runId ?? null,
    message: why?.message ?? 'Nothing to resume: no run has changed this fleet yet',
    ...tell(failed ?? hint`see what there is: ${onFleet('status')}`, { place: context.place, scope: {} }),
    exitCode: 0,
  };
}

function editedText(id: string, file: string) {
  return {
    event: 'problem' as const,
    message: `Revision ${id} was edited since the run began`,
    hint: `no target of the run has it, so ${file} is run as it is now`,
  };
}

function pick(values: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])));
}

/** Looks for targets by their ids; what is refused, or gone, has ended. */
async function findAgain(
  { dialect }: Context,
  open: readonly RecordedTarget[],
): Promise<{ readonly targets: readonly Target[]; readonly ended: readonly OutcomeDraft[] }> {
  const found = await dialect.discover(open.map(({ id }) => id));
  const targets = new Map(found.targets.map((target) => [target.id, target]));
  const refusals = new Map(found.refused.map((refusal) => [refusal.id, refusal]));
  const again: Target[] = [];
  const over: OutcomeDraft[] = [];
  for (const { id, path } of open) {
    const target = targets.get(id);
    const refusal = refusals.get(id);
    if (target !== undefined) {
      if (resolve(path) !== resolve(target.path)) throw elsewhere(path, target.path);
      again.push({ ...target, path });
    } else if (refusal !== undefined)
      over.push({ ...ended(refusal, 'failed', refusedReason(refusal)), path });
    else {
      const message = 'it is there no more';
      over.push(
        ended({ id, path }, 'skipped', { code: 'gone', step: 'discover', message, hint: hintFor('gone') }),
      );
    }
  }
  return { targets: again, ended: over };
}

function elsewhere(before: string, now: string): FleetError {
  return new FleetError('usage', `The run knows a target as ${before}, which is ${now} here`, {
    hint: 'go on from the directory in which the run was begun, with the same --data-dir',
  });
}

/** Nobody knows what became of it, or a person looked at it since. */
function isUnknown(row: RecordedTarget | undefined): boolean {
  return row?.kind === 'planned' || row?.kind === 'inDoubt';
}

/** What the run did to targets whose process died: only those that have a copy can have been changed. */
async function askAll(
  targets: readonly Target[],
  orders: Orders,
  pool: Pool,
  jobs: number,
): Promise<readonly OutcomeDraft[]> {
  const { backupDir } = orders.work;
  const copied = new Set(backupDir === null ? [] : copiesIn([backupDir]).map(({ named }) => named?.idHash));
  const changed = targets.filter(({ id }) => backupDir === null || copied.has(idHashOf(id)));
  const limit = pLimit(jobs);
  return Promise.all(changed.map((target) => limit(() => askEarlier(target, orders, pool))));
}

function isDone(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && outcome.outcome !== 'partial';
}

/** What earlier legs committed of ways that were cut in parts, by id. */
function partsOf(
  again: readonly Target[],
  { targets }: ResumableRun,
  standing: ReadonlyMap<string, Outcome>,
): ReadonlyMap<string, OutcomeDraft> {
  const before = new Map(targets.map(({ path, outcome }) => [path, outcome]));
  const parts = again.flatMap(({ id, path }): [string, OutcomeDraft][] => {
    const outcome = standing.get(path) ?? before.get(path);
    return outcome?.outcome === 'partial' ? [[id, { ...outcome, failure: null }]] : [];
  });
  return new Map(parts);
}

/** The waves of a run with the targets that are tried again; one that was in no wave joins the last. */
function wavesAgain(
  run: ResumableRun,
  again: readonly Target[],
  standing: ReadonlyMap<string, Outcome>,
  order: string | undefined,
): readonly Wave[] {
  const last = run.waves.at(-1)?.number ?? 1;
  const byPath = new Map(again.map((target) => [target.path, target]));
  return run.waves.map((wave): Wave => {
    const isIn = (row: RecordedTarget) => (row.wave ?? (byPath.has(row.path) ? last : null)) === wave.number;
    const rows = run.targets.filter(isIn);
    const targets = rows.flatMap(({ path }) => byPath.get(path) ?? []);
    return {
      ...wave,
      targets: inOrder(targets, order ?? 'size'),
      earlier: { ...wave, outcomes: rows.flatMap(({ path }) => standing.get(path) ?? []) },
    };
  });
}
