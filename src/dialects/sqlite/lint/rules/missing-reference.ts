// Uses of tables, columns, indexes, views and triggers that are not there at that point of the history: in statements,
// and in the views and triggers that a revision leaves broken.

import { parseStmt, type Stmt } from 'sqlite3-parser';
import type { LintContext, Mistake, Rule } from '../../../../revisions/lint/rule.js';
import { explain, holdsOf } from '../missing.js';
import type { Broken, RevisionTrace } from '../../../../revisions/lint/trace.js';
import type { Place } from '../timeline.js';
import type { Snapshot } from '../../schema/snapshot.js';
import { fold } from '../../schema/sql-text.js';
import { resolveMissing } from '../resolve.js';
import { treeOf } from '../../syntax/tree.js';

export const missingReference: Rule = {
  id: 'missing-reference',
  severity: 'error',
  why: 'The revision would fail on every target that comes to this point, and on every new one.',
  check: (context) => [
    ...context.timeline.places.flatMap((place) => checkStatement(context, place)),
    ...context.trace.revisions.flatMap((trace) =>
      trace.broken.flatMap((broken) => checkBroken(context, trace, broken)),
    ),
  ],
};

function checkStatement({ timeline, graph }: LintContext, place: Place): Mistake[] {
  const { error, statement } = place.step;
  if (error === null) return [];
  const missing = resolveMissing(timeline, place, error, treeOf(statement));
  if (missing.kind !== 'missing') return [];
  const { message, mend } = explain(timeline, graph, place, missing);
  return [{ revision: place.trace.revision, line: statement.line, message, mend }];
}

/** A view or trigger is broken where it is made, or by the statement that takes away what it names. */
function checkBroken({ timeline, graph }: LintContext, trace: RevisionTrace, broken: Broken): Mistake[] {
  const places = timeline.placesOf(trace);
  const last = places.at(-1);
  if (last === undefined) return [];
  const isThere = (structure: Snapshot): boolean => definitionOf(structure, broken) !== null;
  const made = places.findLast(({ step }) => !isThere(step.before) && isThere(step.after));
  // The point at which it does not work: after the revision, or after it was made where it does not outlive that.
  const then = broken.passing && made !== undefined ? made : last;
  const structure = then === last ? trace.after : then.step.after;
  const end: Place = { ...then, at: then.at + 1, step: { ...then.step, before: structure } };
  const missing = resolveMissing(timeline, end, broken.error, treeOfDefinition(structure, broken));
  const what = `${broken.kind} ${broken.name}`;
  if (missing.kind !== 'missing') {
    const { line } = (made ?? then).step.statement;
    return [
      {
        revision: trace.revision,
        line,
        message: `${what} does not work: ${broken.error}`,
        mend: 'correct its definition',
      },
    ];
  }
  const loss = timeline.lastLoss(end.at, missing.object, holdsOf(missing));
  const blamed = made ?? (loss?.trace === trace ? loss : then);
  const rebuild = made === undefined ? timeline.rebuildAfter(blamed, missing.object) : null;
  const { message, mend } = explain(timeline, graph, end, missing);
  const mended =
    !broken.passing &&
    (timeline.nextGain(last.at, missing.object, holdsOf(missing)) !== null ||
      timeline.nextLoss(last.at, broken.name, isThere) !== null);
  return [
    {
      revision: trace.revision,
      line: (rebuild ?? blamed).step.statement.line,
      message: `${what} does not work after this: ${message}`,
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
