// The pragmas that a revision may use. A list of what is allowed: a pragma that is new or unknown is refused.
// https://sqlite.org/pragma.html

/** Ask, and change nothing, with or without an argument. */
const READING = namesIn(`
  foreign_key_check integrity_check quick_check table_info table_xinfo table_list index_list index_info index_xinfo
  foreign_key_list database_list collation_list function_list module_list pragma_list compile_options data_version
  freelist_count page_count`);

/** Ask where they have no value; with one they are refused. */
const READING_WITHOUT_VALUE = namesIn('schema_version journal_mode page_size auto_vacuum encoding');

/** `foreign_keys` does nothing inside a transaction (https://sqlite.org/foreignkeys.html); scripts often have it. */
const CHANGING = namesIn(
  'defer_foreign_keys legacy_alter_table foreign_keys user_version application_id optimize',
);

/** Only outside a transaction. */
const OUTSIDE = namesIn(`
  journal_mode page_size auto_vacuum incremental_vacuum encoding journal_size_limit wal_autocheckpoint wal_checkpoint
  secure_delete`);

function namesIn(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((name) => name !== ''));
}

/**
 * Judges one pragma.
 * @param name in any case
 * @returns `inside`, `outside`: it needs a transaction, or none
 */
export function judgePragma(
  name: string,
  hasValue: boolean,
  transactional: boolean,
): 'allowed' | 'inside' | 'outside' | 'refused' {
  const word = name.toLowerCase();
  // Inside a transaction it does nothing; outside, it would bring the cascades back that are off for a reason.
  if (word === 'foreign_keys' && hasValue && !transactional) return 'inside';
  if (READING.has(word) || CHANGING.has(word)) return 'allowed';
  if (!hasValue && READING_WITHOUT_VALUE.has(word)) return 'allowed';
  if (!OUTSIDE.has(word)) return 'refused';
  return transactional ? 'outside' : 'allowed';
}
