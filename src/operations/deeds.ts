// What an undo has to do with each target: what the run did to it, by the ledger, and whether a later run touched it. What
// needs no look at a target is decided here.

import { basename, dirname } from 'node:path';
import { copiesIn, copyAt, idHashOf } from '../backup/copies.js';
import { limited } from '../discovery/select.js';
import type { RecordedChange, RecordedDeed, RecordedRun } from '../ledger/deeds.js';
import type { RunOptions } from '../model/api.js';
import { hint, onTarget } from '../model/hint.js';
import type { Reason } from '../model/outcome.js';
import type { Deed, UndoIntent, Way } from '../target/intent.js';
import type { OutcomeDraft } from '../target/progress.js';
import { hintFor } from '../target/reason.js';
import type { Context, Selected } from './context.js';
import { directoriesOf, withLedger } from './copies.js';

export interface Chosen {
  readonly all: Selected;
  /** By id; null where they are found by a look. */
  readonly ways: ReadonlyMap<string, Way> | null;
  /** How targets end that are not opened. */
  readonly ahead: readonly OutcomeDraft[];
}

export function mayHaveChanged({ outcome }: Pick<RecordedDeed, 'outcome'>): boolean {
  return outcome !== 'current' && outcome !== 'skipped' && outcome !== 'failed';
}

/** @param selected without a limit */
export function deedsFor(
  context: Context,
  selected: Selected,
  intent: UndoIntent,
  options: RunOptions,
): Chosen {
  const { limit, only, exclude, backupDir } = options;
  return withLedger(context, options, (ledger) => {
    const place = backupDir === undefined ? {} : { backupDir };
    const directories = directoriesOf(context, ledger, place).filter((path) => basename(path) === intent.run);
    const [deeds, changes, run] = ledger?.askDeeds((asked) => [
      asked.deedsOf(intent.run),
      asked.changesAfter(intent.run),
      asked.runsLike(intent.run)[0],
    ]) ?? [[], [], undefined];
    const byId = new Map(deeds.map((deed) => [deed.id, deed]));
    const later = laterRuns(changes, intent.run);
    const copyOf = copiesOf(directories, deeds);
    const ways = new Map<string, Way>();
    const ahead: OutcomeDraft[] = [];
    for (const { id, path } of selected.targets) {
      const deed = byId.get(id);
      if (deed === undefined) continue;
      const last = later.get(id);
      const copy = copyOf(deed);
      const isIdle = !mayHaveChanged(deed) || (deed.outcome === 'planned' && copy === null && copyOf.isAny);
      if (isIdle || last?.undoes === intent.run) ahead.push(left({ id, path }, 'current', null, deed.to));
      else if (last !== undefined)
        ahead.push(left({ id, path }, 'skipped', touched(last, intent.run), deed.to));
      else if (run !== undefined) ways.set(id, { goal: [], deed: deedOf(deed, run, copy) });
    }
    // Only a search of the whole fleet tells what is there no more.
    if (only === undefined && exclude === undefined) {
      const there = new Set([...selected.targets, ...selected.refused].map(({ id }) => id));
      for (const deed of deeds)
        if (mayHaveChanged(deed) && !there.has(deed.id)) ahead.push(left(deed, 'skipped', gone(), null));
    }
    const targets = selected.targets.filter(({ id }) => ways.has(id));
    const refused = selected.refused.filter(({ id }) => byId.has(id));
    return { all: { ...selected, ...limited({ targets, refused }, limit) }, ways, ahead };
  });
}

/**
 * By id, the run that must be undone first, or that has undone this one. A run that was taken back by a later one counts
 * no more, and neither does that one; an undo that came to no end has undone nothing.
 */
function laterRuns(changes: readonly RecordedChange[], run: string): ReadonlyMap<string, RecordedChange> {
  const standing = new Map<string, RecordedChange[]>();
  for (const change of changes) {
    const { id, outcome, undoes } = change;
    if (undoes === run && (outcome === 'partial' || outcome === 'inDoubt')) continue;
    const before = standing.get(id) ?? [];
    if (undoes !== null && before.at(-1)?.runId === undoes) before.pop();
    else before.push(change);
    standing.set(id, before);
  }
  const found = [...standing].flatMap(([id, all]): [string, RecordedChange][] => {
    const [first] = all;
    const last = first?.undoes === run ? first : all.at(-1);
    return last === undefined ? [] : [[id, last]];
  });
  return new Map(found);
}

type CopyOf = ((deed: RecordedDeed) => string | null) & { readonly isAny: boolean };

/** The copy of before that a run made of a target: the one that it recorded or, of several, the first. */
function copiesOf(directories: readonly string[], deeds: readonly RecordedDeed[]): CopyOf {
  const recorded = deeds.flatMap(({ backup }) => (backup === null ? [] : [dirname(backup)]));
  const first = new Map<string, string>();
  for (const { path, named } of copiesIn(new Set([...recorded, ...directories])))
    if (named !== null) first.set(named.idHash, path);
  const find = ({ id, backup }: RecordedDeed): string | null => {
    const own = backup === null ? null : copyAt(backup);
    return own?.path ?? first.get(idHashOf(id)) ?? null;
  };
  return Object.assign(find, { isAny: first.size > 0 });
}

function deedOf(deed: RecordedDeed, { command }: RecordedRun, copy: string | null): Deed {
  const { from, applied } = deed;
  return { what: whatOf(deed, command), command, from, applied, copy };
}

function whatOf(
  { outcome, applied }: Pick<RecordedDeed, 'outcome' | 'applied'>,
  command: RecordedRun['command'],
): Deed['what'] {
  switch (outcome) {
    case 'upgraded':
    case 'downgraded':
    case 'repaired':
    case 'restored':
      return outcome;
    case 'stamped':
      return command === 'undo' && applied.length === 0 ? 'unstamped' : outcome;
    case 'partial':
      return command === 'upgrade' ? 'upgraded' : command === 'downgrade' ? 'downgraded' : 'unknown';
    case 'planned':
    case 'inDoubt':
    case 'current':
    case 'skipped':
    case 'failed':
      return 'unknown';
  }
}

function left(
  { id, path }: Pick<RecordedDeed, 'id' | 'path'>,
  outcome: 'current' | 'skipped',
  failure: Reason | null,
  at: string | null,
): OutcomeDraft {
  const common = { applied: [], backup: null, durationMs: 0, rows: {} };
  return { id, path, outcome, from: at, to: at, ...common, failure };
}

function touched({ runId, command }: RecordedChange, run: string): Reason {
  return {
    code: 'changedSince',
    step: 'read',
    message: `run ${runId} (${command}) has changed it since run ${run}`,
    hint: hint`undo that one first: ${onTarget('undo', {}, runId)}`,
  };
}

function gone(): Reason {
  return {
    code: 'gone',
    step: 'discover',
    message: 'it is not there any more',
    hint: hintFor('gone'),
  };
}
