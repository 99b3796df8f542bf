// A plan as a script for the database's own shell: for those who must hand SQL to somebody else. It does what `upgrade`
// does to a target of the cohort, history included, and stops at the first error; it makes no backup and verifies
// nothing.

import { inLine } from '../model/command.js';
import type { ColumnOrders, Dialect } from '../dialects/port.js';
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

/** What a script is made with besides its plan. */
export interface Scripting {
  readonly dialect: Pick<Dialect, 'script' | 'orderScript'>;
  /** Statements that their guards keep from running. */
  readonly skipped: readonly SkippedStatement[];
  /** What statements by position are held against, by the id of their revision. */
  readonly orders: ReadonlyMap<string, readonly ColumnOrders[]>;
}

export function scriptOf(plan: Plan, revisions: readonly Revision[], scripting: Scripting): string {
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
      `-- ${inLine(`revision ${revision.id}: ${revision.name} (${revision.file})`)}`,
      upOf(revision, scripting),
    ]);
    return { transactional: part[0]?.transactional !== false, sql, record };
  });
  return scripting.dialect.script(parts);
}

/** The text of a script, as it would be run; that of a broken one under what is wrong with it. */
export function sqlOf(script: Script | BrokenScript): string {
  switch (script.kind) {
    case 'sql':
      return script.statements.map(statementText).join('\n');
    case 'module':
      return `-- the program ${inLine(script.file)}: it cannot be written as SQL`;
    case 'broken':
      return [
        ...script.problems.map(({ message, line }) => `-- never run: line ${line ?? 1}: ${message}`),
        ...script.statements.map(statementText),
      ].join('\n');
  }
}

/** Whoever runs a script by hand runs it on what they take for a target of the cohort: where order counts, it looks. */
function upOf({ id, up }: Revision, { dialect, skipped, orders }: Scripting): string {
  if (up.kind === 'module') return sqlOf(up);
  return up.statements
    .map((statement, index) => {
      const isSkipped = skipped.some(({ revision, line }) => revision === id && line === statement.line);
      const text = statementText(statement);
      if (isSkipped) return `-- left out by its guard:\n${text.replaceAll(/^(?!--)/gm, '-- ')}`;
      const accepted = (orders.get(id) ?? [])
        .map(({ at }) => at.get(index))
        .filter((one) => one !== undefined);
      return [...dialect.orderScript(accepted).map((sql) => `${sql};`), text].join('\n');
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
