// Structures as the rest sees them: opaque but for the names of tables and views, compared, rendered and repaired by
// their dialect alone. Apart from the port because these are the nouns that stamping, repair and reports work with.

/** The structure of a database, as its dialect keeps it. */
export interface Structure {
  readonly tables: readonly Named[];
  readonly views: readonly Named[];
}

export interface Named {
  readonly name: string;
}

/** What a dialect does with structures. Pure. */
export interface Structures {
  readonly fingerprint: (structure: Structure) => string;
  /** How `actual` differs from `expected`; none exactly where the fingerprints are equal. */
  readonly compare: (expected: Structure, actual: Structure) => readonly Difference[];
  /**
   * Hash of what a structure may have otherwise and still be the same: the order of columns, and the names of
   * constraints.
   */
  readonly layout: (structure: Structure) => string;
  /** What is otherwise in the layout of `actual`, as far as both have the same tables, columns and constraints. */
  readonly compareSoft: (expected: Structure, actual: Structure) => readonly SoftDifference[];
  /** A name as the database compares names: equal texts are one name. */
  readonly fold: (name: string) => string;
  readonly render: (structure: Structure) => Rendering;
  readonly planRepair: (request: RepairRequest) => Repair;
}

/** One difference between the structure that is expected and the one that is there. Plain data. */
export interface Difference {
  /** `tableExtra`, `columnMissing`, ..: users name kinds, and they are never renamed. */
  readonly kind: string;
  /** `tasks: column priority is missing`. */
  readonly words: string;
  /** How many objects, columns and properties differ: for comparing candidates, not an absolute measure. */
  readonly weight: number;
  /** Whether it is nothing but something that is not expected. */
  readonly isExtra: boolean;
  /**
   * The name that lets a person drop it: `table`, `table.column`, or an index, a view, a trigger; null where no name
   * does.
   */
  readonly dropName: string | null;
  /** The whole table that is not expected; null where it is another difference. */
  readonly extraTable: ExtraTable | null;
}

/** One difference in layout: no drift, and in the way only of SQL that leans on it. */
export interface SoftDifference {
  readonly kind: 'columnOrder' | 'constraintName';
  /** `users: columns are in the order id, phone, email, expected id, email, phone`. */
  readonly words: string;
}

export interface ExtraTable {
  readonly name: string;
  /** Whether a tool's unfinished rebuild of another table left it. */
  readonly isLeftover: boolean;
}

/** A structure as the statements that make it from nothing, and those that take it away, in order. */
export interface Rendering {
  readonly up: readonly string[];
  readonly down: readonly string[];
  readonly counts: Readonly<Record<'tables' | 'indexes' | 'views' | 'triggers', number>>;
}

export interface RepairRequest {
  readonly actual: Structure;
  readonly expected: Structure;
  /**
   * Names of what may be dropped though it is not expected: `table`, `table.column`, or an index, a view, a trigger.
   * What is on a table or a column goes with it. Without its name nothing goes: it may hold data, or be in use.
   */
  readonly dropExtra: readonly string[];
  /** Whether soft differences are mended too; default false. */
  readonly arrange?: boolean;
}

/** What mends a structure. Invariant: in one transaction, with no row in the way, the statements leave the goal. */
export interface Repair {
  /** In order; none where there is nothing to mend but what is left. */
  readonly statements: readonly RepairStatement[];
  /** No row may be found by any of these: the statements would fail, or change or lose a value. */
  readonly obstacles: readonly RowCheck[];
  /** What will differ afterwards. */
  readonly left: readonly Difference[];
  /** Why nothing may be run, in words that say what to do first: something would be cut off from what it needs. */
  readonly refused: readonly string[];
  /** The soft differences that are mended, in words. */
  readonly arranged: readonly string[];
  /** Of the structure afterwards. */
  readonly fingerprint: string;
  /** Of the structure afterwards; null where it was not asked for. */
  readonly layout: string | null;
  /** Tables that go, with their rows. */
  readonly dropped: readonly string[];
}

export interface RepairStatement {
  readonly sql: string;
  /** The differences that it is for, in words. */
  readonly mends: string;
}

/** A query that finds rows, and what is wrong with them. */
export interface RowCheck {
  readonly table: string;
  /** What is wrong with the rows: `with NULL in owner, expected NOT NULL`. */
  readonly words: string;
  /** What the query calls a row by; its first columns. */
  readonly key: readonly string[];
  /** Lists the rows. */
  readonly sql: string;
}
