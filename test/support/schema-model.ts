// A structure for tests apart from how it is written.

export interface SchemaModel {
  readonly tables: readonly TableModel[];
  /** `{name}` in a query is a name. */
  readonly views: readonly { readonly name: string; readonly query: string }[];
}

export interface TableModel {
  readonly name: string;
  readonly strict: boolean;
  readonly withoutRowid: boolean;
  readonly autoincrement: boolean;
  readonly columns: readonly ColumnModel[];
  /** Names of its columns; none: no primary key. */
  readonly primaryKey: readonly string[];
  readonly uniques: readonly { readonly columns: readonly string[]; readonly onConflict: string | null }[];
  readonly checks: readonly Expression[];
  readonly foreignKeys: readonly ForeignKeyModel[];
  readonly indexes: readonly IndexModel[];
  readonly triggers: readonly TriggerModel[];
}

export interface Expression {
  /** `{name}` is a name. */
  readonly expression: string;
  readonly columns: readonly string[];
}

export interface ColumnModel {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** Spellings of one default; none: no default. */
  readonly defaults: readonly string[];
  readonly collation: string | null;
  readonly generated: (Expression & { readonly stored: boolean }) | null;
}

export interface ForeignKeyModel {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
  readonly toPrimaryKey: boolean;
  readonly onDelete: string;
  readonly deferred: boolean;
}

export interface IndexModel {
  readonly name: string;
  readonly unique: boolean;
  readonly columns: readonly {
    readonly column: string | null;
    readonly expression: string | null;
    readonly collation: string | null;
    readonly descending: boolean;
  }[];
  readonly where: string | null;
}

export interface TriggerModel {
  readonly name: string;
  readonly time: 'before' | 'after';
  readonly event: string;
  readonly body: string;
}
