// What a run is asked to do. Plain data: it is sent to worker processes and kept in the ledger.

import type { MatchOptions } from '../stamping/match.js';

/** What a run is asked to do, the same for every target. `goal`, where given, is what `to` was resolved to. */
export type Intent =
  | {
      readonly kind: 'upgrade';
      readonly to: string;
      readonly stamp: boolean;
      /** Kinds of differences that do not keep a drifted target from being upgraded. */
      readonly allowDrift: readonly string[];
      /** Whether a target may be matched and upgraded although it has tables that no revision knows. */
      readonly allowExtra?: boolean;
      /** With `stamp`: which revision it is where several have the structure and nothing else decides. */
      readonly at?: string;
      readonly goal?: readonly string[];
    }
  | {
      readonly kind: 'downgrade';
      readonly to: string;
      readonly goal?: readonly string[];
      /** The heads that were recorded when the run looked at the target: a downgrade leaves no rows that would tell. */
      readonly from?: readonly string[];
      /** The revisions to take back, where not all beyond the goal are meant. */
      readonly revisions?: readonly string[];
      /** Revisions that were recorded without being run, and whose rows go. */
      readonly unstamp?: readonly string[];
    }
  | {
      readonly kind: 'stamp';
      readonly to: string;
      readonly force: boolean;
      readonly allowExtra?: boolean;
      /** The same: `earliest`, `latest`, or a revision. */
      readonly at?: string;
    }
  | {
      readonly kind: 'repair';
      /**
       * Names of what may be dropped though it is not expected: `table`, `table.column`, or an index, view, trigger.
       */
      readonly dropExtra: readonly string[];
      /** Revisions whose files are accepted as what was applied, by id, or `all`; default none. */
      readonly checksums?: readonly string[];
      /** Whether the order of columns and the names of constraints are put right too; default false. */
      readonly columns?: boolean;
    }
  | {
      readonly kind: 'restore';
      /** Rows that the copy does not have may go. */
      readonly force: boolean;
      /** Which copy, as it was asked for: of a run, the newest from before a time, or a file; else the newest. */
      readonly run?: string;
      readonly before?: string;
      readonly from?: string;
      /** The path of the copy for the target at hand; left out where there is none. */
      readonly copy?: string;
      /** Of an undo: which run, and whether the target is proved to be as that run left it; else why it is not. */
      readonly undoes?: { readonly run: string; readonly isProved: boolean; readonly why: string };
    }
  | {
      readonly kind: 'undo';
      /** The id of the run that is taken back. */
      readonly run: string;
      readonly how: UndoWay;
      /** What was written since may go. */
      readonly force: boolean;
      /** What that run did to the target at hand. */
      readonly deed?: Deed;
    };

/** `restore`: by its copy alone; `downgrade`: by the revisions alone; `auto`: by its copy where that is exact. */
export type UndoWay = 'auto' | 'restore' | 'downgrade';

/** What a run did to one target, as far as its outcome tells. */
export interface Deed {
  /** `unstamped`: an undo took rows out of the history; `unknown`: the run has no outcome of it. */
  readonly what: 'upgraded' | 'downgraded' | 'stamped' | 'unstamped' | 'repaired' | 'restored' | 'unknown';
  /** The run's command. */
  readonly command: string;
  readonly from: string | null;
  readonly applied: readonly string[];
  /** The path of the copy of what was there before; null where there is none. */
  readonly copy: string | null;
}

export type UndoIntent = Extract<Intent, { kind: 'undo' }>;

/** The way of one target, as the run found it: to heads, for a restore to the path of a copy, back from a deed. */
export interface Way {
  /** The heads where it is, of a downgrade. */
  readonly from?: readonly string[];
  readonly goal: readonly string[];
  /** Of an undo. */
  readonly deed?: Deed;
}

/** The same intent for a target that goes this way. */
export function goingBy(intent: Intent, { deed, ...way }: Way): Intent {
  if (intent.kind === 'undo') return deed === undefined ? intent : { ...intent, deed };
  return intent.kind === 'downgrade' ? { ...intent, ...way } : withGoal(intent, way.goal);
}

/** The same intent, with what it was resolved to for a target: heads, or for a restore the path of a copy. */
export function withGoal(intent: Intent, goal: readonly string[]): Intent {
  if (intent.kind === 'restore') {
    const [copy] = goal;
    return copy === undefined ? intent : { ...intent, copy };
  }
  return intent.kind === 'upgrade' || intent.kind === 'downgrade' ? { ...intent, goal } : intent;
}

/** What an intent says of how to match a structure. */
export function matchOptions(intent: Intent | null): MatchOptions {
  if (intent === null || (intent.kind !== 'stamp' && intent.kind !== 'upgrade')) return {};
  const { allowExtra = false, at } = intent;
  return { allowExtra, ...(at === undefined ? {} : { at }) };
}
