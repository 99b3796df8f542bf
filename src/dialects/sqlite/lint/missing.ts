// Explains what is missing: who took it away, who brings it back and when, and what to write. The heart of `lint`:
// the mistake is told before a single target is touched.

import type { Column } from '../schema/snapshot.js';
import { ancestors, type Graph } from '../../../revisions/graph.js';
import { columnNamed, hasObject, KINDS, tableNamed } from './lookup.js';
import { positionText, type Holds, type Position, type Timeline } from './timeline.js';
import { fold } from '../schema/sql-text.js';
import { nearest } from '../../../model/nearest.js';
import { sentence } from '../../../model/sentence.js';
import { treeOf } from '../syntax/tree.js';

/** What is missing: a table, index, view or trigger (`column` null), or a column of a table. */
export interface Wanted {
  readonly object: string;
  readonly column: string | null;
}

export interface Explanation {
  /** A sentence. */
  readonly message: string;
  /** The same within another message. */
  readonly clause: string;
  readonly mend: string;
  /** Whether it was there before, or comes later: a misspelt name is neither. */
  readonly known: boolean;
}

/** @param position the statement that needs it */
export function explain(timeline: Timeline, graph: Graph, position: Position, wanted: Wanted): Explanation {
  const { object, column } = wanted;
  const holds = holdsOf(wanted);
  const loss = timeline.lastLoss(position.index, object, holds);
  const back = timeline.nextGain(position.index, object, holds);
  const what = column === null ? `there is no ${object} here` : `${object} has no column ${column} here`;
  // The name of a table keeps its letters.
  const formsOf = (said: string): Pick<Explanation, 'message' | 'clause'> => ({
    message: column === null ? sentence(said) : said,
    clause: said,
  });
  if (loss === null && back === null) {
    const { clause, mend } = unheardOf(timeline, position, wanted, what);
    return { ...formsOf(clause), mend, known: false };
  }
  const taken =
    loss === null ? 'no revision before this one makes it' : howLost(timeline, position, loss, wanted);
  const later =
    back === null
      ? 'no later revision brings it back'
      : `${positionText(back)} ${loss === null ? 'makes it' : 'brings it back'}, which is too late`;
  return {
    ...formsOf(`${what}: ${taken}, and ${later}`),
    mend: mendOf(graph, position, wanted, { loss, back }),
    known: true,
  };
}

/** Whether a structure has what is wanted. */
export function holdsOf({ object, column }: Wanted): Holds {
  return (structure) =>
    column === null ? hasObject(structure, object) : columnNamed(structure, object, column) !== null;
}

function howLost(timeline: Timeline, position: Position, loss: Position, { object, column }: Wanted): string {
  const who = positionText(loss);
  const tree = treeOf(loss.step.statement);
  const renamed = tree?.type === 'AlterTableStmt' && 'name' in tree.body ? tree.body.name.text : null;
  if (tree?.type === 'AlterTableStmt' && tree.body.type === 'RenameColumnAlterTableBody') {
    return `${who} renamed it to ${tree.body.new.text}`;
  }
  if (column !== null && tableNamed(position.step.before, object) !== null) {
    const rebuild = timeline.rebuildAfter(loss, object);
    return rebuild === null ? `${who} dropped it` : `${positionText(rebuild)} rebuilt ${object} without it`;
  }
  const kind = column === null ? 'it' : 'the table';
  return tree?.type === 'AlterTableStmt' && renamed !== null
    ? `${who} renamed ${kind} to ${renamed}`
    : `${who} dropped ${kind}`;
}

function mendOf(
  graph: Graph,
  position: Position,
  wanted: Wanted,
  { loss, back }: { readonly loss: Position | null; readonly back: Position | null },
): string {
  const id = position.trace.revision.id;
  if (back !== null) {
    const later = back.trace.revision.id;
    if (later === id) return 'move this statement below the one that makes it';
    const standsOn = ancestors(graph, [later]).has(id);
    return standsOn
      ? `let ${later} come before ${id}: give its file a number before ${id}, or exchange their down_revision`
      : `add "-- depends_on: ${later}" to the header of ${id}`;
  }
  const { object, column } = wanted;
  const lost = loss === null || column === null ? null : columnNamed(loss.step.before, object, column);
  if (lost === null) return 'make it again before this statement, or leave it out here';
  return `add it again before this statement, with ${addColumn(object, lost)}, or leave it out here`;
}

/** The statement that gives a table this column again. */
function addColumn(table: string, column: Column): string {
  const parts = [column.name, column.type.text];
  if (column.notNull && column.default !== null) parts.push('NOT NULL');
  if (column.default !== null) parts.push(`DEFAULT ${column.default.text}`);
  return `ALTER TABLE ${table} ADD COLUMN ${parts.filter((part) => part !== '').join(' ')}`;
}

/** Something that never was: a misspelt name, or the consequence of a statement that failed before. */
function unheardOf(
  timeline: Timeline,
  position: Position,
  { object, column }: Wanted,
  what: string,
): Pick<Explanation, 'clause' | 'mend'> {
  const failed = timeline.positions.find(
    ({ index, step }) =>
      index < position.index && step.error !== null && makes(step.statement, object, column),
  );
  if (failed !== undefined) {
    return {
      clause: `${what}, because the statement that makes it fails: ${positionText(failed)}`,
      mend: 'mend that statement first',
    };
  }
  const structure = position.step.before;
  const made = timeline.lastGain(position.index, object, (each) => hasObject(each, object));
  const known =
    column === null
      ? KINDS.flatMap((kind) => structure[kind].map((part) => part.name))
      : (tableNamed(structure, object)?.columns ?? []).map((each) => each.name);
  const near = nearest(column ?? object, new Set(known));
  const origin =
    column !== null && made !== null
      ? `; ${positionText(made)} made ${object} without it`
      : ', and no revision makes it';
  return {
    clause: `${what}${origin}`,
    mend: near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'make it first, or correct the name',
  };
}

function makes(statement: Position['step']['statement'], object: string, column: string | null): boolean {
  const tree = treeOf(statement);
  if (tree === null) return false;
  if (tree.type === 'AlterTableStmt') {
    const added = tree.body.type === 'AddColumnAlterTableBody' ? tree.body.column.colName.text : null;
    return (
      added !== null &&
      column !== null &&
      fold(added) === fold(column) &&
      fold(tree.tblName.objName.text) === fold(object)
    );
  }
  const created =
    tree.type === 'CreateTableStmt'
      ? tree.tblName
      : tree.type === 'CreateViewStmt'
        ? tree.viewName
        : tree.type === 'CreateIndexStmt'
          ? tree.idxName
          : tree.type === 'CreateTriggerStmt'
            ? tree.triggerName
            : null;
  return created !== null && fold(created.objName.text) === fold(object);
}
