// What marks of a failed, undone or locked run of another tool mean, and what that tool's own way out of them is. Words
// alone: what a mark looks like in a table is known to whoever reads it.

import type { Claim } from '../model/claim.js';

/** `schema_migrations has 4 with dirty = 1: golang-migrate did not run it to its end`. */
export function stuckWords({ tool, table, stuck }: Claim): string {
  const [first] = stuck;
  if (first === undefined) return '';
  const more = stuck.length > 1 ? ` (and ${stuck.length - 1} more)` : '';
  if (first.kind === 'locked')
    return `${table} is locked (${first.found}): ${tool} is at work on it, or was stopped`;
  const what =
    first.kind === 'undone' ? `${tool} took it back, or did not run it` : `${tool} did not run it to its end`;
  return `${table} has ${first.name ?? 'a migration'} with ${first.found}${more}: ${what}`;
}

/** What to do about all of them, in the words of each tool. */
export function remediesOf(claims: readonly Claim[]): string {
  return [...new Set(claims.map(remedyOf))].join('; ');
}

function remedyOf({ tool, stuck }: Pick<Claim, 'tool' | 'stuck'>): string {
  const [first] = stuck;
  const name = first?.name ?? 'it';
  const isLocked = first?.kind === 'locked';
  switch (tool) {
    case 'golang-migrate':
      return `put right what version ${name} left, then tell golang-migrate the version that it is at: migrate force VERSION`;
    case 'Flyway':
      return `put right what ${name} left, then: flyway repair`;
    case 'Liquibase':
      return isLocked
        ? 'see that no run is going on, then: liquibase release-locks'
        : `put right what ${name} left, then run it again: liquibase update`;
    case 'goose':
      return `see which it is: goose status; run it again (goose up), or delete its row with is_applied = 0 where it was taken back`;
    case 'Prisma':
      return `put right what ${name} left, then: prisma migrate resolve --rolled-back ${name} (or --applied ${name})`;
    case 'sqlx':
      return `put right what ${name} left, delete its row from _sqlx_migrations, then: sqlx migrate run`;
    case 'Atlas':
      return `put right what ${name} left, then: atlas migrate set`;
    case 'knex':
      return 'see that no run is going on, then: knex migrate:unlock';
    case 'Kysely':
      return 'see that no run is going on, then set is_locked to 0 in kysely_migration_lock';
    case 'Entity Framework':
      return 'see that no run is going on, then delete the row of __EFMigrationsLock';
    case 'yoyo':
      return 'see that no run is going on, then: yoyo break-lock';
    default:
      return isLocked
        ? `see that no run of ${tool} is going on, then release its lock`
        : `put right what ${name} left, and finish it with ${tool}`;
  }
}
