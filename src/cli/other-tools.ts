// Words that other migration tools use for what a command or an option does here: nobody who comes from one of them
// should have to guess. Apart from `nearest`, because these words are not near at all.

/** The command here, by the words of Alembic, dbmate, Flyway, knex, Prisma, Rails and others. */
const COMMANDS: Readonly<Record<string, string>> = {
  apply: 'upgrade',
  deploy: 'upgrade',
  latest: 'upgrade',
  migrate: 'upgrade',
  run: 'upgrade',
  up: 'upgrade',
  down: 'downgrade',
  revert: 'downgrade',
  rollback: 'downgrade',
  create: 'new',
  generate: 'new',
  make: 'new',
  revision: 'new',
  info: 'status',
  list: 'discover',
  log: 'history',
  diff: 'drift',
  fix: 'repair',
  validate: 'lint',
};

/** The option here, by the letters of other command lines. */
const OPTIONS: Readonly<Record<string, string>> = {
  '-V': '--version',
  '-c': '--config',
  '-j': '--jobs',
  '-n': '--dry-run',
  '-q': '--quiet',
  '-v': '--verbose',
};

/** The id of a run, or the beginning of one. */
const RUN_ID = /^\d{8}T\d*(Z(-[0-9a-f]*)?)?$/;

/**
 * What another tool's word is called here, `migrate:latest` by its last part; undefined where none is known to use it.
 * @param argument what follows it: what is rolled back may be a run
 */
export function commandHere(word: string, argument = ''): string | undefined {
  const last = word.slice(word.lastIndexOf(':') + 1);
  if (RUN_ID.test(argument) && COMMANDS[last] === 'downgrade') return `undo ${argument}`;
  return Object.hasOwn(COMMANDS, last) ? COMMANDS[last] : undefined;
}

/** What another tool's letter is called here; undefined where none is known to use it. */
export function optionHere(letter: string): string | undefined {
  return Object.hasOwn(OPTIONS, letter) ? OPTIONS[letter] : undefined;
}
