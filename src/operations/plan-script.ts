// A plan as a script for the database's own shell: for those who must hand SQL to somebody else. It does what `upgrade`
// does to a target of the cohort, history included, and stops at the first error; it makes no backup and verifies
// nothing.

import type { Dialect } from '../dialects/port.js';
import type { SkippedStatement } from '../model/outcome.js';
import type { BrokenScript, Revision, Script, Statement } from '../model/revision.js';
import { VERSION } from '../model/version.js';
import { pending, type Graph } from '../revisions/graph.js';
import { historyRow } from '../target/history-rows.js';
import type { Plan } from '../target/plan.js';

/** The revisions of a plan, those of later parts included. */
export function revisionsOf(plan: Plan, graph: Graph, applied: ReadonlySet<string>): readonly Revision[] {
  const first = plan.steps.map((step) => step.revision);
  if (plan.goal === null) return first;
  const done = new Set([...applied, ...[...plan.baseline, ...first].map((revision) => revision.id)]);
  return [...first, ...pending(graph, done, plan.goal)];
}

/** @param skipped statements that their guards keep from running */
export function scriptOf(
  plan: Plan,
  revisions: readonly Revision[],
  dialect: Pick<Dialect, 'script'>,
  skipped: readonly SkippedStatement[],
): string {
  let stamped = plan.baseline;
  let restate = plan.restate ?? [];
  const parts = partsOf(revisions).map((part) => {
    const add = [
      ...stamped.map((revision) => row(revision, 'stamped')),
      ...part.map((revision) => row(revision, 'applied')),
    ];
    const record = { remove: [], add, restate };
    stamped = [];
    restate = [];
    const sql = part.flatMap((revision) => [
      `-- revision ${revision.id}: ${revision.name} (${revision.file})`,
      upOf(revision, skipped),
    ]);
    return { transactional: part[0]?.transactional !== false, sql, record };
  });
  return dialect.script(parts);
}

/** The text of a script, as it would be run; that of a broken one under what is wrong with it. */
export function sqlOf(script: Script | BrokenScript): string {
  switch (script.kind) {
    case 'sql':
      return script.statements.map(statementText).join('\n');
    case 'module':
      return `-- the program ${script.file}: it cannot be written as SQL`;
    case 'broken':
      return [
        ...script.problems.map(({ message, line }) => `-- never run: line ${line ?? 1}: ${message}`),
        ...script.statements.map(statementText),
      ].join('\n');
  }
}

function upOf({ id, up }: Revision, skipped: readonly SkippedStatement[]): string {
  if (up.kind === 'module') return sqlOf(up);
  return up.statements
    .map((statement) => {
      const isSkipped = skipped.some(({ revision, line }) => revision === id && line === statement.line);
      const text = statementText(statement);
      return isSkipped ? `-- left out by its guard:\n${text.replaceAll(/^(?!--)/gm, '-- ')}` : text;
    })
    .join('\n');
}

function statementText({ sql, guard }: Statement): string {
  const condition =
    guard === undefined
      ? ''
      : `-- only where ${guard.object} ${guard.when === 'missing' ? 'is missing' : 'exists'}:\n`;
  return `${condition}${sql};`;
}

/** The parts of the script: what runs in one transaction, and each revision that runs outside of any. */
function partsOf(revisions: readonly Revision[]): readonly (readonly Revision[])[] {
  const parts: Revision[][] = [];
  for (const revision of revisions) {
    const last = parts.at(-1);
    if (last !== undefined && revision.transactional && last[0]?.transactional === true) last.push(revision);
    else parts.push([revision]);
  }
  return parts.length === 0 ? [[]] : parts;
}

function row(revision: Revision, status: 'stamped' | 'applied') {
  return historyRow(revision, { status, work: { runId: 'script', toolVersion: VERSION }, now: 0 });
}
