// What is compared before and after a change, inside its transaction: any doubt ends in a rollback.

import { DatabaseError, type Depth, type IntegrityFault, type Session } from '../dialects/port.js';
import type { Outcome } from '../model/outcome.js';
import type { Revision } from '../model/revision.js';
import type { Basis } from '../stamping/basis.js';
import { inWords, listDifference } from '../stamping/match.js';
import type { Plan } from './plan.js';

/** What was found before a change, and how thoroughly it was looked for. */
export interface Facts {
  readonly depth: Depth;
  readonly violations: readonly string[];
  readonly rows: Readonly<Record<string, number>>;
}

/** @throws DatabaseError `corrupt`, or `integrity` where rows break the rules of their table already */
export async function readFacts(session: Session, depth: Depth): Promise<Facts> {
  await assertIntegrity(session, depth, 'before the change');
  return { depth, violations: await session.foreignKeyViolations(), rows: await session.countRows() };
}

/**
 * @returns rows of each table before and after
 * @throws DatabaseError `integrity`, `foreignKeyViolation`, `schemaMismatch`
 */
export async function verify(
  session: Session,
  plan: Plan,
  before: Facts,
  basis: Basis,
): Promise<Outcome['rows']> {
  const after = afterText(plan);
  await assertIntegrity(session, before.depth, after);
  assertNoNewViolation(before.violations, await session.foreignKeyViolations(), after);
  if ((await session.fingerprint()) !== plan.fingerprint) await assertAllowed(session, plan, basis);
  await assertArranged(session, plan);
  const rows = await session.countRows();
  const tables = new Set([...Object.keys(before.rows), ...Object.keys(rows)]);
  return Object.fromEntries(
    [...tables].sort().map((name) => [name, [before.rows[name] ?? 0, rows[name] ?? 0]]),
  );
}

/** What was done, for messages: `after revisions 0002, 0003`. */
function afterText({ steps }: Plan): string {
  const ids = steps.map(({ revision }) => revision.id).join(', ');
  if (ids === '') return 'after the change';
  const way = steps[0]?.direction === 'down' ? 'taking back ' : '';
  return `after ${way}${steps.length === 1 ? 'revision' : 'revisions'} ${ids}`;
}

/** The revision at fault, where the plan has just one; else null. */
export function onlyRevision({ steps: [step, ...others] }: Plan): Revision | null {
  return step === undefined || others.length > 0 ? null : step.revision;
}

/** A structure that differs passes only where every single difference was allowed beforehand. */
async function assertAllowed(session: Session, plan: Plan, { replay, structures }: Basis): Promise<void> {
  const left = plan.repair?.left ?? [];
  const differences =
    plan.after === null
      ? []
      : structures.compare(await replay.structure(plan.after), await session.structure());
  const refused = differences.filter(
    ({ kind, words }) => !plan.allowed.includes(kind) && !left.includes(words),
  );
  if (differences.length > 0 && refused.length === 0 && plan.repair === undefined) return;
  const gone = left.filter((words) => !differences.map(inWords).includes(words));
  throw new DatabaseError(
    'schemaMismatch',
    `the structure after the change is not that of revision ${plan.to ?? 'base'}: ${listDifference([...refused.map(inWords), ...gone.map((words) => `not any more: ${words}`)])}`,
  );
}

/** Of a repair that puts columns in order: no fingerprint tells whether it did. */
async function assertArranged(session: Session, { repair }: Plan): Promise<void> {
  const layout = repair?.layout ?? null;
  if (layout === null || (await session.observe()).layout === layout) return;
  const message =
    'the order of columns or the names of constraints after the repair are not the expected ones';
  throw new DatabaseError('schemaMismatch', message);
}

async function assertIntegrity(session: Session, depth: Depth, when: string): Promise<void> {
  const fault = await session.checkIntegrity(depth);
  if (fault !== null) throw integrityError(fault, when);
}

export function integrityError({ code, problems }: IntegrityFault, when: string): DatabaseError {
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new DatabaseError(code, `the integrity check ${when} says: ${problems[0] ?? ''}${more}`);
}

/** Violations that were there before are not the change's fault; only new ones are. */
function assertNoNewViolation(before: readonly string[], now: readonly string[], after: string): void {
  const known = new Map<string, number>();
  for (const line of before) known.set(line, (known.get(line) ?? 0) + 1);
  const added = now.filter((line) => {
    const remaining = known.get(line) ?? 0;
    known.set(line, remaining - 1);
    return remaining <= 0;
  });
  const [first] = added;
  if (first === undefined) return;
  const more = added.length > 1 ? ` (and ${added.length - 1} more)` : '';
  throw new DatabaseError('foreignKeyViolation', `${after}, ${first}${more}`);
}
