// The statements of a history as one line, to ask when a table or column came and went: every message about something
// that is missing names who took it away, and who brings it back.

import type { RevisionTrace, StepTrace, Trace } from '../../../revisions/lint/trace.js';
import type { Snapshot } from '../schema/snapshot.js';
import { changed, KINDS, tableNamed } from './lookup.js';
import { fold } from '../schema/sql-text.js';
import { treeOf } from '../syntax/tree.js';

/** One statement of the history. */
export interface Place {
  /** Its position, from 0. */
  readonly at: number;
  readonly step: StepTrace;
  readonly trace: RevisionTrace;
}

export type Holds = (structure: Snapshot) => boolean;

export class Timeline {
  readonly places: readonly Place[];
  readonly #byRevision = new Map<RevisionTrace, Place[]>();
  /** Statements that change the object of a name, in lower case, in order. */
  readonly #changes = new Map<string, Place[]>();

  constructor(trace: Trace) {
    const all = trace.revisions.flatMap((revision) =>
      revision.steps.map((step) => ({ step, trace: revision })),
    );
    this.places = all.map((place, at) => ({ ...place, at }));
    for (const place of this.places) {
      push(this.#byRevision, place.trace, place);
      for (const name of namesChanged(place.step)) push(this.#changes, name, place);
    }
  }

  placesOf(revision: RevisionTrace): readonly Place[] {
    return this.#byRevision.get(revision) ?? [];
  }

  /** The last statement before a position after which something about the object no longer holds. */
  lastLoss(before: number, object: string, holds: Holds): Place | null {
    return (
      this.#of(object).findLast(({ at, step }) => at < before && holds(step.before) && !holds(step.after)) ??
      null
    );
  }

  /** The last statement before a position since which something about the object holds. */
  lastGain(before: number, object: string, holds: Holds): Place | null {
    return (
      this.#of(object).findLast(({ at, step }) => at < before && !holds(step.before) && holds(step.after)) ??
      null
    );
  }

  /** The first statement after a position since which something about the object holds. */
  nextGain(after: number, object: string, holds: Holds): Place | null {
    return (
      this.#of(object).find(({ at, step }) => at > after && !holds(step.before) && holds(step.after)) ?? null
    );
  }

  /** The first statement after a position after which something about the object no longer holds. */
  nextLoss(after: number, object: string, holds: Holds): Place | null {
    return (
      this.#of(object).find(({ at, step }) => at > after && holds(step.before) && !holds(step.after)) ?? null
    );
  }

  #of(object: string): readonly Place[] {
    return this.#changes.get(fold(object)) ?? [];
  }

  /**
   * Where the new form of a table was written, when a statement took the old one away for a rebuild: the CREATE TABLE
   * of what got its name later in the same revision. Null where it was no rebuild.
   */
  rebuildAfter(loss: Place, table: string): Place | null {
    const gain = this.nextGain(loss.at, table, (structure) => tableNamed(structure, table) !== null);
    if (gain?.trace !== loss.trace) return null;
    const tree = treeOf(gain.step.statement);
    if (tree?.type !== 'AlterTableStmt' || tree.body.type !== 'RenameToAlterTableBody') return gain;
    const former = tree.tblName.objName.text;
    return this.lastGain(gain.at, former, (structure) => tableNamed(structure, former) !== null) ?? gain;
  }
}

/** `0020 (migrations/0020_rebuild.sql:4)`. */
export function placeText({ trace, step }: Place): string {
  return `${trace.revision.id} (${trace.revision.file}:${step.statement.line})`;
}

function push<K>(map: Map<K, Place[]>, key: K, place: Place): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [place]);
  else list.push(place);
}

/** Names, in lower case, of the objects that a statement changed. */
function namesChanged({ before, after }: StepTrace): ReadonlySet<string> {
  if (before === after) return new Set();
  return new Set(
    KINDS.flatMap((kind) => {
      const { gone, come } = changed<{ readonly name: string }>(before[kind], after[kind]);
      return [...gone, ...come].map((part) => fold(part.name));
    }),
  );
}
