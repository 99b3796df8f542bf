// One difference between the structure that is expected and the one that is there: enough to say it in words and to
// plan its repair. Plain data, so that reports carry it as JSON.

import type { Leftover } from './version-tables.js';
import type { Check, Column, ForeignKey, Index, Key, Table, Trigger, View } from './snapshot.js';

/** `expected` is what should be there, `actual` what is; a difference that has only one of them has no counterpart. */
export type SchemaDifference =
  | {
      readonly kind: 'tableMissing';
      readonly table: string;
      readonly expected: Table;
      /** What is on the table, and is not reported apart. */
      readonly indexes: readonly Index[];
      readonly triggers: readonly Trigger[];
    }
  | {
      readonly kind: 'tableExtra';
      readonly table: string;
      readonly actual: Table;
      /** Set where a tool's unfinished rebuild of another table left it. */
      readonly leftover: Leftover | null;
    }
  | {
      readonly kind: 'tableDiffers';
      readonly table: string;
      readonly aspect: TableAspect;
      readonly expected: Table;
      readonly actual: Table;
    }
  | { readonly kind: 'columnMissing'; readonly table: string; readonly expected: Column }
  | { readonly kind: 'columnExtra'; readonly table: string; readonly actual: Column }
  | {
      readonly kind: 'columnDiffers';
      readonly table: string;
      readonly aspect: ColumnAspect;
      readonly expected: Column;
      readonly actual: Column;
    }
  | Piece<'primaryKey', Key>
  | Piece<'unique', Key>
  | Piece<'check', Check>
  | Piece<'foreignKey', ForeignKey>
  | { readonly kind: 'indexMissing'; readonly expected: Index }
  | { readonly kind: 'indexExtra'; readonly actual: Index }
  | {
      readonly kind: 'indexDiffers';
      readonly aspect: IndexAspect;
      readonly expected: Index;
      readonly actual: Index;
    }
  | {
      readonly kind: 'viewMissing';
      readonly expected: View;
      /** What is on the view, and is not reported apart. */
      readonly triggers: readonly Trigger[];
    }
  | { readonly kind: 'viewExtra'; readonly actual: View }
  | { readonly kind: 'viewDiffers'; readonly expected: View; readonly actual: View }
  | { readonly kind: 'triggerMissing'; readonly expected: Trigger }
  | { readonly kind: 'triggerExtra'; readonly actual: Trigger }
  | { readonly kind: 'triggerDiffers'; readonly expected: Trigger; readonly actual: Trigger };

/** A constraint of a table: missing, not expected, or another than expected. */
type Piece<K extends string, T> =
  | { readonly kind: `${K}Missing`; readonly table: string; readonly expected: T }
  | { readonly kind: `${K}Extra`; readonly table: string; readonly actual: T }
  | { readonly kind: `${K}Differs`; readonly table: string; readonly expected: T; readonly actual: T };

export type TableAspect = 'kind' | 'strict' | 'withoutRowid' | 'autoincrement' | 'definition';
export type ColumnAspect = 'type' | 'notNull' | 'notNullConflict' | 'default' | 'collation' | 'generated';
export type IndexAspect = 'table' | 'unique' | 'columns' | 'where';
