// The statements of a history as one line, to ask when a table or column came and went: every message about something
// that is missing names who took it away, and who brings it back.

import type { SqliteRevisionTrace, SqliteStepTrace, SqliteTrace } from './sqlite-trace.js';
import type { Snapshot } from '../schema/snapshot.js';
import { changed, KINDS, tableNamed } from './lookup.js';
import { fold } from '../schema/sql-text.js';
import { treeOf } from '../syntax/tree.js';

/** One statement of the history, by where it stands there. */
export interface Position {
  /** From 0. */
  readonly index: number;
  readonly step: SqliteStepTrace;
  readonly trace: SqliteRevisionTrace;
}

export type Holds = (structure: Snapshot) => boolean;

export class Timeline {
  readonly positions: readonly Position[];
  readonly #byRevision = new Map<SqliteRevisionTrace, Position[]>();
  /** Statements that change the object of a name, in lower case, in order. */
  readonly #changes = new Map<string, Position[]>();

  constructor(trace: SqliteTrace) {
    const all = trace.revisions.flatMap((revision) =>
      revision.steps.map((step) => ({ step, trace: revision })),
    );
    this.positions = all.map((statement, index) => ({ ...statement, index }));
    for (const position of this.positions) {
      push(this.#byRevision, position.trace, position);
      for (const name of namesChanged(position.step)) push(this.#changes, name, position);
    }
  }

  positionsOf(revision: SqliteRevisionTrace): readonly Position[] {
    return this.#byRevision.get(revision) ?? [];
  }

  /** The last statement before an index after which something about the object no longer holds. */
  lastLoss(before: number, object: string, holds: Holds): Position | null {
    return (
      this.#of(object).findLast(
        ({ index, step }) => index < before && holds(step.before) && !holds(step.after),
      ) ?? null
    );
  }

  /** The last statement before an index since which something about the object holds. */
  lastGain(before: number, object: string, holds: Holds): Position | null {
    return (
      this.#of(object).findLast(
        ({ index, step }) => index < before && !holds(step.before) && holds(step.after),
      ) ?? null
    );
  }

  /** The first statement after an index since which something about the object holds. */
  nextGain(after: number, object: string, holds: Holds): Position | null {
    return (
      this.#of(object).find(({ index, step }) => index > after && !holds(step.before) && holds(step.after)) ??
      null
    );
  }

  /** The first statement after an index after which something about the object no longer holds. */
  nextLoss(after: number, object: string, holds: Holds): Position | null {
    return (
      this.#of(object).find(({ index, step }) => index > after && holds(step.before) && !holds(step.after)) ??
      null
    );
  }

  /** The statements after an index that change the structure. */
  changesAfter(index: number): readonly Position[] {
    return this.positions.slice(index + 1).filter(({ step }) => step.before !== step.after);
  }

  #of(object: string): readonly Position[] {
    return this.#changes.get(fold(object)) ?? [];
  }

  /**
   * Where the new form of a table was written, when a statement took the old one away for a rebuild: the CREATE TABLE
   * of what got its name later in the same revision. Null where it was no rebuild.
   */
  rebuildAfter(loss: Position, table: string): Position | null {
    const gain = this.nextGain(loss.index, table, (structure) => tableNamed(structure, table) !== null);
    if (gain?.trace !== loss.trace) return null;
    const tree = treeOf(gain.step.statement);
    if (tree?.type !== 'AlterTableStmt' || tree.body.type !== 'RenameToAlterTableBody') return gain;
    const former = tree.tblName.objName.text;
    return this.lastGain(gain.index, former, (structure) => tableNamed(structure, former) !== null) ?? gain;
  }
}

/** `0020 (migrations/0020_rebuild.sql:4)`. */
export function positionText({ trace, step }: Position): string {
  return `${trace.revision.id} (${trace.revision.file}:${step.statement.line})`;
}

function push<K>(map: Map<K, Position[]>, key: K, position: Position): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [position]);
  else list.push(position);
}

/** Names, in lower case, of the objects that a statement changed. */
function namesChanged({ before, after }: SqliteStepTrace): ReadonlySet<string> {
  if (before === after) return new Set();
  return new Set(
    KINDS.flatMap((kind) => {
      const { gone, come } = changed<{ readonly name: string }>(before[kind], after[kind]);
      return [...gone, ...come].map((part) => fold(part.name));
    }),
  );
}
