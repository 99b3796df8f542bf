// Statements that go by the position of columns in a table that was there before. A database may have them in another
// order, because order is no difference in structure: there the upgrade stops before such a statement. Tables that the
// revision itself makes have the order that its text says.

import type { Hint } from '../../../../model/hint.js';
import type { Revision, Script, Statement } from '../../../../model/revision.js';
import type { Mistake } from '../../../../revisions/lint/rule.js';
import { fold } from '../../schema/sql-text.js';
import type { Snapshot } from '../../schema/snapshot.js';
import { treeOf } from '../../syntax/tree.js';
import { hasObject, tableNamed } from '../lookup.js';
import type { SqliteRule } from '../sqlite-rule.js';
import type { SqliteRevisionTrace } from '../sqlite-trace.js';
import { positionText, type Position, type Timeline } from '../timeline.js';
import { runsOf } from '../trace-run.js';
import { crossed, pairingOf, writtenOut } from '../written-out.js';

export const byPosition: SqliteRule = {
  id: 'by-position',
  severity: 'warning',
  why: 'Databases of one structure may have their columns in different orders; where it is another than here, the upgrade stops.',
  check: ({ trace: { revisions, timeline } }) =>
    revisions.flatMap((trace) => [...checkUp(trace, timeline), ...checkDown(trace)]),
};

function checkUp(trace: SqliteRevisionTrace, timeline: Timeline): Mistake[] {
  const { revision, before: start } = trace;
  if (revision.up.kind === 'module') return checkProgram(revision, revision.up, start);
  const own = new OwnTables();
  return timeline.positionsOf(trace).flatMap((position): Mistake[] => {
    const { statement, before, after, skipped, error } = position.step;
    if (skipped || error !== null) return [];
    const mistake = checkStatement(statement, before, own, (table) =>
      guardedChange(timeline, position, table),
    );
    own.follow(statement, before !== after);
    return mistake === null ? [] : [{ revision: trace.revision, ...mistake }];
  });
}

/** Between the statements of a way back no structure is known: which tables it makes itself is read from its text. */
function checkDown({ revision, after }: SqliteRevisionTrace): Mistake[] {
  if (revision.down?.kind === 'module') return checkProgram(revision, revision.down, after);
  if (revision.down === null) return [];
  const own = new OwnTables();
  return revision.down.statements.flatMap((statement): Mistake[] => {
    const mistake = checkStatement(statement, after, own, () => null);
    own.follow(statement, true);
    return mistake === null ? [] : [{ revision, ...mistake }];
  });
}

/** Of a program, what it ran is known, each statement of a line once. */
function checkProgram(
  revision: Revision,
  script: Extract<Script, { kind: 'module' }>,
  structure: Snapshot,
): Mistake[] {
  const found = new Map<string, Mistake>();
  for (const statements of runsOf(script)) {
    const own = new OwnTables();
    for (const statement of statements) {
      const mistake = checkStatement(statement, structure, own, () => null);
      own.follow(statement, true);
      if (mistake !== null) found.set(`${statement.line} ${statement.sql}`, { revision, ...mistake });
    }
  }
  return [...found.values()];
}

/** Tables that a revision has made itself so far, under the names that they have by then. */
class OwnTables {
  readonly #made = new Set<string>();
  /** Names that were given to other tables. */
  readonly #renamed = new Set<string>();

  follow(statement: Statement, isChange: boolean): void {
    const tree = treeOf(statement);
    if (tree?.type === 'CreateTableStmt' && (isChange || tree.temporary)) {
      this.#made.add(fold(tree.tblName.objName.text));
    } else if (tree?.type === 'DropTableStmt') {
      this.#made.delete(fold(tree.tblName.objName.text));
    } else if (tree?.type === 'AlterTableStmt' && tree.body.type === 'RenameToAlterTableBody') {
      const [from, to] = [fold(tree.tblName.objName.text), fold(tree.body.name.text)];
      if (this.#made.delete(from)) this.#made.add(to);
      else this.#renamed.add(to);
    }
  }

  /** Whether a name is that of a table or view that was there before, and has more than one column to mistake. */
  isOld(name: string, structure: Snapshot): boolean {
    if (this.#made.has(fold(name))) return false;
    if (this.#renamed.has(fold(name))) return true;
    return hasObject(structure, name) && tableNamed(structure, name)?.columns.length !== 1;
  }
}

type Found = Pick<Mistake, 'line' | 'message' | 'mend' | 'severity'>;

function checkStatement(
  statement: Statement,
  structure: Snapshot,
  own: OwnTables,
  otherOrder: (table: string) => string | null,
): Found | null {
  const tables = statement.byPosition ?? [];
  const tree = tables.length === 0 ? null : treeOf(statement);
  const pairing = tree === null ? null : pairingOf(tree, structure);
  const pair = pairing === null ? null : crossed(pairing);
  const text = pairing === null ? null : writtenOut(statement.sql, pairing);
  const mend: Hint =
    text === null ? 'write the columns out, so that it goes by their names' : `write: ${text}`;
  const { line } = statement;
  if (pair !== null) {
    const message = `By position, ${pair.into} gets what ${pair.from} holds`;
    return { line, message, mend, severity: 'error' };
  }
  const old = tables.filter((table) => own.isOld(table, structure));
  if (old.length === 0) return null;
  const message = `It goes by the position of columns in ${old.join(', ')}`;
  const other = old.map(otherOrder).find((words) => words !== null);
  return other === undefined
    ? { line, message, mend }
    : { line, message: `${message}, and ${other}`, mend, severity: 'error' };
}

/**
 * The order is certain to differ where a guard adds a column to some databases only, and the table was not rebuilt
 * since.
 */
function guardedChange(timeline: Timeline, { index }: Position, table: string): string | null {
  const made = timeline.lastGain(index, table, (structure) => tableNamed(structure, table) !== null);
  const guarded = timeline.positions
    .slice((made?.index ?? -1) + 1, index)
    .findLast(({ step: { statement } }) => {
      if (statement.guard === undefined) return false;
      const tree = treeOf(statement);
      const isAdd = tree?.type === 'AlterTableStmt' && tree.body.type === 'AddColumnAlterTableBody';
      return isAdd && fold(tree.tblName.objName.text) === fold(table);
    });
  return guarded === undefined ? null : `${positionText(guarded)} adds a column to some databases only`;
}
