// Putting a copy back: whether the target has its content already, and which rows would go that the copy does not have.
// Decided from the target itself, which may be damaged: that is what a copy is for.

import { DatabaseError, type Session } from '../../dialects/port.js';
import type { HistoryRow } from '../../model/history.js';
import { again, hint, onTarget, type Hint } from '../../model/hint.js';
import type { OutcomeCopy, Reason } from '../../model/outcome.js';
import { headsOf, type Graph } from '../../revisions/graph.js';
import { appliedIn } from '../../revisions/squash.js';
import type { Intent } from '../intent.js';
import type { Decision, NoChange, Plan } from '../plan.js';
import { current } from './evidence.js';

export type RestoreIntent = Extract<Intent, { kind: 'restore' }>;

/** @param copy what the copy is, as far as its name and its file tell; its own history tells the revision */
export async function decideRestore(
  session: Session,
  backup: Session,
  { intent, copy, graph }: { intent: RestoreIntent; copy: OutcomeCopy; graph: Graph },
): Promise<Decision> {
  const history = await ifSound(() => session.readHistory());
  const from = revisionOf(history, graph);
  const to = revisionOf(await backup.readHistory(), graph);
  const told = { ...copy, revision: to };
  if ((await ifSound(() => areAlike(session, backup))) === true) return { ...current(from), copy: told };
  const { force, undoes } = intent;
  const isProved = undoes?.isProved === true;
  const beyond = isProved ? {} : await ifSound(() => session.countBeyond(backup));
  const loses = beyond === null || Object.keys(beyond).length > 0;
  if (!force && !isProved && (loses || undoes !== undefined)) {
    const lost = loses ? await inWords(beyond, session, backup) : NO_ROW_GOES;
    const message = undoes === undefined ? lost : `${undoes.why}; by its copy, ${lost}`;
    const failure = changedSince(message, copy, intent);
    return { kind: 'noChange', outcome: 'skipped', from, failure, copy: told };
  }
  const plan = restorePlan(from, to, told, await backup.fingerprint());
  return loses && beyond !== null ? { ...plan, lost: beyond } : plan;
}

const NO_ROW_GOES = 'no row would go, and values that were changed since would be what they were';

/** A target without a copy to put back. */
export function noCopy({ run, before }: Pick<RestoreIntent, 'run' | 'before'>): NoChange {
  const which = run !== undefined ? ` of run ${run}` : before !== undefined ? ` from before ${before}` : '';
  const failure: Reason = {
    code: 'backupFailed',
    step: 'read',
    message: `there is no copy of it${which}`,
    hint: hint`see which there are: ${onTarget('backup', {}, 'list')}`,
  };
  return { kind: 'noChange', outcome: 'skipped', from: null, failure };
}

/** A copy that must not be put back. */
export function badCopy({ problem, mayForce }: CopyFault, { undoes }: RestoreIntent): NoChange {
  const others =
    undoes === undefined
      ? hint`take another copy, one that is good: ${onTarget('backup', {}, 'verify')}`
      : hint`take it back by the revisions: ${again({ how: 'downgrade' })}`;
  const failure: Reason = {
    code: 'backupFailed',
    step: 'read',
    message: problem,
    hint: mayForce ? hint`${others}; or restore it all the same: ${again({ force: true })}` : others,
  };
  return { kind: 'noChange', outcome: 'failed', from: null, failure };
}

/** What is wrong with a copy, in words. */
export interface CopyFault {
  readonly problem: string;
  /** It is only that rows in it break a rule of their table. */
  readonly mayForce: boolean;
}

/** Whether two have the same content. */
export async function areAlike(one: Session, other: Session): Promise<boolean> {
  return (await one.content()) === (await other.content());
}

/** Null where the database is too damaged to tell. */
export async function ifSound<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'corrupt') return null;
    throw error;
  }
}

/** The recorded heads, joined by commas; null is base. Without any files, the last one that is recorded. */
export function revisionOf(history: readonly HistoryRow[] | null, graph: Graph): string | null {
  const applied = [...appliedIn(history ?? [], graph)];
  if (graph.order.length === 0) return applied.at(-1) ?? null;
  const lost = applied.filter((id) => !graph.byId.has(id));
  return [...headsOf(graph, new Set(applied)), ...lost].join(',') || null;
}

function restorePlan(from: string | null, to: string | null, copy: OutcomeCopy, fingerprint: string): Plan {
  return {
    kind: 'plan',
    outcome: 'restored',
    from,
    to,
    baseline: [],
    steps: [],
    resumeAt: 0,
    goal: null,
    forget: [],
    fingerprint,
    after: null,
    allowed: [],
    copy,
  };
}

function changedSince(message: string, { runId }: OutcomeCopy, intent: RestoreIntent): Reason {
  const { run, before, from, undoes } = intent;
  if (undoes !== undefined) {
    const undone = hint`undo it all the same, so that what came since stays in no place but the backup that is made first: ${again({ force: true })}`;
    return { code: 'changedSince', step: 'read', message, hint: undone };
  }
  // The newest copy may be another one by then.
  const isNewest = run === undefined && before === undefined && from === undefined;
  const which = isNewest && runId !== null ? { run: runId } : {};
  const said: Hint = hint`restore it all the same, so that they stay in no place but the backup that is made first: ${again({ ...which, force: true })}`;
  return { code: 'changedSince', step: 'read', message, hint: said };
}

/** Tables that a message names. */
const TABLES_SHOWN = 8;

/** @param beyond by table, rows that the copy does not have; null where that cannot be told */
async function inWords(
  beyond: Readonly<Record<string, number>> | null,
  session: Session,
  backup: Session,
): Promise<string> {
  if (beyond === null)
    return 'it is damaged, so that nobody can tell which of its rows the copy does not have';
  const [own, there] = [await session.countRows(), await backup.countRows()];
  const tables = Object.entries(beyond).sort(([, a], [, b]) => b - a);
  const said = tables
    .slice(0, TABLES_SHOWN)
    .map(
      ([table, rows]) =>
        `${table} ${rows} (it has ${own[table] ?? rows}, the copy ${there[table] ?? 'no such table'})`,
    );
  const more = tables.length - said.length;
  const rest = more === 0 ? '' : `, and rows of ${more} more tables`;
  return `rows would go that the copy does not have: ${said.join(', ')}${rest}`;
}
