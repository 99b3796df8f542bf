// What a driver reads of a structure: the rows of sqlite_schema and of pragmas, of the main database alone, by names
// that say what they are. Apart from the snapshot so that building one stays pure.

export interface SchemaFacts {
  readonly objects: readonly {
    readonly type: 'table' | 'index' | 'view' | 'trigger';
    readonly name: string;
    readonly table: string;
    readonly sql: string | null;
  }[];
  /** https://sqlite.org/pragma.html#pragma_table_list */
  readonly tables: readonly {
    readonly name: string;
    readonly type: 'table' | 'virtual' | 'shadow' | 'view';
    readonly withoutRowid: number;
    readonly strict: number;
  }[];
  /** https://sqlite.org/pragma.html#pragma_table_xinfo of ordinary tables, in declared order. */
  readonly columns: readonly {
    readonly table: string;
    readonly name: string;
    readonly type: string;
    readonly notNull: number;
    readonly defaultValue: string | null;
    /** Position in the primary key, from 1; 0 outside it. */
    readonly primaryKey: number;
    /** 2: virtual, 3: stored generated column. */
    readonly hidden: number;
  }[];
  /** https://sqlite.org/pragma.html#pragma_foreign_key_list, the last declared first. */
  readonly foreignKeys: readonly {
    readonly table: string;
    readonly id: number;
    readonly parent: string;
    readonly column: string;
    readonly parentColumn: string | null;
    readonly onUpdate: string;
    readonly onDelete: string;
  }[];
  /** https://sqlite.org/pragma.html#pragma_index_list */
  readonly indexes: readonly {
    readonly table: string;
    readonly name: string;
    readonly unique: number;
    /** `c`: CREATE INDEX, `u`: UNIQUE, `pk`: PRIMARY KEY. */
    readonly origin: 'c' | 'u' | 'pk';
    readonly partial: number;
  }[];
  /** The key columns of https://sqlite.org/pragma.html#pragma_index_xinfo, in order. */
  readonly indexColumns: readonly {
    readonly index: string;
    /** Null for an expression. */
    readonly name: string | null;
    readonly descending: number;
    readonly collation: string;
  }[];
}
