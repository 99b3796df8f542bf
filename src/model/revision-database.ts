// What a revision that is a program works with: the types for those who write one. Apart because users import them.

export type SqlValue = string | number | bigint | Uint8Array | null;

/** The database that `up(db)` and `down(db)` get: one target, inside the transaction of its upgrade. */
export interface RevisionDatabase {
  /** Runs one or more statements. */
  exec(sql: string): void;
  /** Runs one statement with parameters. */
  run(sql: string, ...parameters: readonly SqlValue[]): { readonly changes: number };
  /** All rows of a query. */
  all(sql: string, ...parameters: readonly SqlValue[]): readonly unknown[];
  /** The first row of a query. */
  get(sql: string, ...parameters: readonly SqlValue[]): unknown;
  /**
   * Changes a table in ways that ALTER TABLE cannot: it becomes what the definition says, and keeps its rows under
   * their numbers, its indexes, triggers and AUTOINCREMENT counter, the views over it, and the foreign keys that point
   * at it. A column takes its values from `copy`, else from the column of the same name, else its default.
   * @param definition one CREATE TABLE statement, with the table's own name
   * @throws Error where something would be lost, or a row breaks a rule of the definition
   */
  rebuild(table: string, definition: string, options?: RebuildOptions): void;
}

export interface RebuildOptions {
  /** By column of the new table: an SQL expression over the old one. `{ name: 'title' }` renames a column. */
  readonly copy?: Readonly<Record<string, string>>;
  /** Columns that go with what they hold; any other that nothing is copied from is refused as forgotten. */
  readonly drop?: readonly string[];
}

/** What a module revision exports; either direction may be absent. */
export interface RevisionModule {
  up?(db: RevisionDatabase): unknown;
  down?(db: RevisionDatabase): unknown;
  /** The keys of a SQL revision's header. */
  readonly meta?: Readonly<Record<string, string | boolean | readonly string[]>>;
}
