// Explains what is missing: who took it away, who brings it back and when, and what to write. The heart of `lint`:
// the mistake is told before a single target is touched.

import type { Column } from '../../schema/snapshot.js';
import { ancestors, type Graph } from '../graph.js';
import { columnNamed, hasObject, KINDS, tableNamed } from './lookup.js';
import { placeText, type Holds, type Place, type Timeline } from './timeline.js';
import { fold } from '../../schema/sql-text.js';
import { nearest } from '../../model/nearest.js';
import { treeOf } from '../tree.js';

/** What is missing: a table, index, view or trigger (`column` null), or a column of a table. */
export interface Wanted {
  readonly object: string;
  readonly column: string | null;
}

export interface Explanation {
  readonly message: string;
  readonly mend: string;
  /** Whether it was there before, or comes later: a misspelt name is neither. */
  readonly known: boolean;
}

/** @param place the statement that needs it */
export function explain(timeline: Timeline, graph: Graph, place: Place, wanted: Wanted): Explanation {
  const { object, column } = wanted;
  const holds = holdsOf(wanted);
  const loss = timeline.lastLoss(place.at, object, holds);
  const back = timeline.nextGain(place.at, object, holds);
  const what = column === null ? `there is no ${object} here` : `${object} has no column ${column} here`;
  if (loss === null && back === null) return { ...unheardOf(timeline, place, wanted, what), known: false };
  const taken =
    loss === null ? 'no revision before this one makes it' : howLost(timeline, place, loss, wanted);
  const later =
    back === null
      ? 'no later revision brings it back'
      : `${placeText(back)} ${loss === null ? 'makes it' : 'brings it back'}, which is too late`;
  return {
    message: `${what}: ${taken}, and ${later}`,
    mend: mendOf(graph, place, wanted, loss, back),
    known: true,
  };
}

/** Whether a structure has what is wanted. */
export function holdsOf({ object, column }: Wanted): Holds {
  return (structure) =>
    column === null ? hasObject(structure, object) : columnNamed(structure, object, column) !== null;
}

function howLost(timeline: Timeline, place: Place, loss: Place, { object, column }: Wanted): string {
  const who = placeText(loss);
  const tree = treeOf(loss.step.statement);
  const renamed = tree?.type === 'AlterTableStmt' && 'name' in tree.body ? tree.body.name.text : null;
  if (tree?.type === 'AlterTableStmt' && tree.body.type === 'RenameColumnAlterTableBody') {
    return `${who} renamed it to ${tree.body.new.text}`;
  }
  if (column !== null && tableNamed(place.step.before, object) !== null) {
    const rebuild = timeline.rebuildAfter(loss, object);
    return rebuild === null ? `${who} dropped it` : `${placeText(rebuild)} rebuilt ${object} without it`;
  }
  const kind = column === null ? 'it' : 'the table';
  return tree?.type === 'AlterTableStmt' && renamed !== null
    ? `${who} renamed ${kind} to ${renamed}`
    : `${who} dropped ${kind}`;
}

function mendOf(graph: Graph, place: Place, wanted: Wanted, loss: Place | null, back: Place | null): string {
  const id = place.trace.revision.id;
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
  place: Place,
  { object, column }: Wanted,
  what: string,
): Omit<Explanation, 'known'> {
  const failed = timeline.places.find(
    ({ at, step }) => at < place.at && step.error !== null && makes(step.statement, object, column),
  );
  if (failed !== undefined) {
    return {
      message: `${what}, because the statement that makes it fails: ${placeText(failed)}`,
      mend: 'mend that statement first',
    };
  }
  const structure = place.step.before;
  const made = timeline.lastGain(place.at, object, (each) => hasObject(each, object));
  const known =
    column === null
      ? KINDS.flatMap((kind) => structure[kind].map((part) => part.name))
      : (tableNamed(structure, object)?.columns ?? []).map((each) => each.name);
  const near = nearest(column ?? object, new Set(known));
  const origin =
    column !== null && made !== null
      ? `; ${placeText(made)} made ${object} without it`
      : ', and no revision makes it';
  return {
    message: `${what}${origin}`,
    mend: near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'make it first, or correct the name',
  };
}

function makes(statement: Place['step']['statement'], object: string, column: string | null): boolean {
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
