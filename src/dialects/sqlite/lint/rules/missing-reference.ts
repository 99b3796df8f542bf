// Uses of tables, columns, indexes, views and triggers that are not there at that point of the history: in statements,
// and in the views and triggers that a revision leaves broken.

import { parseStmt, type Stmt } from 'sqlite3-parser';
import { sentence } from '../../../../model/sentence.js';
import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteContext, SqliteRule } from '../sqlite-rule.js';
import { explain, holdsOf } from '../missing.js';
import type { Broken, SqliteRevisionTrace } from '../sqlite-trace.js';
import type { Position } from '../timeline.js';
import type { Snapshot } from '../../schema/snapshot.js';
import { fold } from '../../schema/sql-text.js';
import { resolveMissing } from '../resolve.js';
import { treeOf } from '../../syntax/tree.js';

export const missingReference: SqliteRule = {
  id: 'missing-reference',
  severity: 'error',
  why: 'The revision would fail on every target that comes to this point, and on every new one.',
  check: (context) => [
    ...context.trace.timeline.positions.flatMap((position) => checkStatement(context, position)),
    ...context.trace.revisions.flatMap((trace) =>
      trace.broken.flatMap((broken) => checkBroken(context, trace, broken)),
    ),
  ],
};

function checkStatement({ trace: { timeline }, graph }: SqliteContext, position: Position): Mistake[] {
  const { error, statement } = position.step;
  if (error === null) return [];
  const missing = resolveMissing(timeline, position, error, treeOf(statement));
  if (missing.kind !== 'missing') return [];
  const { message, mend } = explain(timeline, graph, position, missing);
  return [{ revision: position.trace.revision, line: statement.line, message, mend }];
}

/** A view or trigger is broken where it is made, or by the statement that takes away what it names. */
function checkBroken(
  { trace: { timeline }, graph }: SqliteContext,
  trace: SqliteRevisionTrace,
  broken: Broken,
): Mistake[] {
  const positions = timeline.positionsOf(trace);
  const last = positions.at(-1);
  if (last === undefined) return [];
  const isThere = (structure: Snapshot): boolean => definitionOf(structure, broken) !== null;
  const made = positions.findLast(({ step }) => !isThere(step.before) && isThere(step.after));
  // Where it is broken: after the revision, or right after its creation if the same revision drops it again.
  const then = broken.passing && made !== undefined ? made : last;
  const structure = then === last ? trace.after : then.step.after;
  const end: Position = { ...then, index: then.index + 1, step: { ...then.step, before: structure } };
  const missing = resolveMissing(timeline, end, broken.error, treeOfDefinition(structure, broken));
  const what = `${broken.kind} ${broken.name}`;
  if (missing.kind !== 'missing') {
    const { line } = (made ?? then).step.statement;
    return [
      {
        revision: trace.revision,
        line,
        message: `${sentence(what)} does not work: ${broken.error}`,
        mend: 'correct its definition',
      },
    ];
  }
  const loss = timeline.lastLoss(end.index, missing.object, holdsOf(missing));
  const blamed = made ?? (loss?.trace === trace ? loss : then);
  const rebuild = made === undefined ? timeline.rebuildAfter(blamed, missing.object) : null;
  const { clause, mend } = explain(timeline, graph, end, missing);
  const mended =
    !broken.passing &&
    (timeline.nextGain(last.index, missing.object, holdsOf(missing)) !== null ||
      timeline.nextLoss(last.index, broken.name, isThere) !== null);
  return [
    {
      revision: trace.revision,
      line: (rebuild ?? blamed).step.statement.line,
      message: `${sentence(what)} does not work after this: ${clause}`,
      mend:
        made === undefined
          ? `drop the ${what} before, and make it anew without what is gone; or: ${mend}`
          : mend,
      ...(mended ? { severity: 'warning' as const } : {}),
    },
  ];
}

function definitionOf(structure: Snapshot, { kind, name }: Broken): string | null {
  const parts = kind === 'view' ? structure.views : structure.triggers;
  return parts.find((part) => fold(part.name) === fold(name))?.definition.text ?? null;
}

function treeOfDefinition(structure: Snapshot, broken: Broken): Stmt | null {
  const definition = definitionOf(structure, broken) ?? '';
  const parsed = parseStmt(`CREATE ${broken.kind} x ${definition}`);
  return parsed.status === 'ok' ? parsed.root : null;
}
