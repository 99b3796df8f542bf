// Differences in words: the object, what is there, what is expected. One line each, to be read by people.

import { fold } from './sql-text.js';
import type { ColumnAspect, SchemaDifference, IndexAspect, TableAspect } from './difference.js';
import type { Column, ForeignKey, Index, Key, Table } from './snapshot.js';
import type { SqlText } from './sql-text.js';

/** One difference as one line: `tasks: column priority is missing`. */
export function describe(difference: SchemaDifference): string {
  switch (difference.kind) {
    case 'tableMissing':
      return `table ${difference.table} is missing`;
    case 'tableExtra':
      return `table ${difference.table} is not expected${leftover(difference)}`;
    case 'tableDiffers':
      return `${difference.table}: ${tableDifference(difference.aspect, difference.expected, difference.actual)}`;
    case 'columnMissing':
      return `${difference.table}: column ${difference.expected.name} is missing`;
    case 'columnExtra':
      return `${difference.table}: column ${difference.actual.name} is not expected`;
    case 'columnDiffers':
      return `${difference.table}: column ${difference.expected.name} ${columnDifference(difference.aspect, difference.expected, difference.actual)}`;
    case 'primaryKeyMissing':
      return `${difference.table}: PRIMARY KEY ${describeKey(difference.expected)} is missing`;
    case 'primaryKeyExtra':
      return `${difference.table}: PRIMARY KEY ${describeKey(difference.actual)} is not expected`;
    case 'primaryKeyDiffers':
      return `${difference.table}: PRIMARY KEY is ${describeKey(difference.actual)}, expected ${describeKey(difference.expected)}`;
    case 'uniqueMissing':
      return `${difference.table}: UNIQUE ${describeKey(difference.expected)} is missing`;
    case 'uniqueExtra':
      return `${difference.table}: UNIQUE ${describeKey(difference.actual)} is not expected`;
    case 'uniqueDiffers':
      return `${difference.table}: UNIQUE is ${describeKey(difference.actual)}, expected ${describeKey(difference.expected)}`;
    case 'checkMissing':
      return `${difference.table}: CHECK (${difference.expected.expression.text}) is missing`;
    case 'checkExtra':
      return `${difference.table}: CHECK (${difference.actual.expression.text}) is not expected`;
    case 'checkDiffers':
      return `${difference.table}: CHECK is (${difference.actual.expression.text}), expected (${difference.expected.expression.text})`;
    case 'foreignKeyMissing':
      return `${difference.table}: ${foreignKeyText(difference.expected)} is missing`;
    case 'foreignKeyExtra':
      return `${difference.table}: ${foreignKeyText(difference.actual)} is not expected`;
    case 'foreignKeyDiffers':
      return `${difference.table}: ${foreignKeyDifference(difference.expected, difference.actual)}`;
    case 'indexMissing':
      return `index ${difference.expected.name} is missing`;
    case 'indexExtra':
      return `index ${difference.actual.name} is not expected`;
    case 'indexDiffers':
      return `index ${difference.expected.name} ${indexDifference(difference.aspect, difference.expected, difference.actual)}`;
    case 'viewMissing':
      return `view ${difference.expected.name} is missing`;
    case 'viewExtra':
      return `view ${difference.actual.name} is not expected`;
    case 'viewDiffers':
      return `view ${difference.expected.name} ${textDifference(difference.expected.definition, difference.actual.definition)}`;
    case 'triggerMissing':
      return `trigger ${difference.expected.name} is missing`;
    case 'triggerExtra':
      return `trigger ${difference.actual.name} is not expected`;
    case 'triggerDiffers':
      return `trigger ${difference.expected.name} ${textDifference(difference.expected.definition, difference.actual.definition)}`;
  }
}

function leftover(difference: Extract<SchemaDifference, { kind: 'tableExtra' }>): string {
  if (difference.leftover === null) return '';
  const { table, tool } = difference.leftover;
  return `: by its name, left behind by a rebuild of ${table ?? 'another table'} (${tool}) that did not finish`;
}

function tableDifference(aspect: TableAspect, expected: Table, actual: Table): string {
  switch (aspect) {
    case 'kind':
      return actual.virtual
        ? 'is a virtual table, expected an ordinary one'
        : 'is an ordinary table, expected a virtual one';
    case 'strict':
      return isOrNot('STRICT', actual.strict);
    case 'withoutRowid':
      return isOrNot('WITHOUT ROWID', actual.withoutRowid);
    case 'autoincrement':
      return actual.autoincrement ? 'has AUTOINCREMENT, expected none' : 'has no AUTOINCREMENT';
    case 'definition':
      return textDifference(expected.definition ?? EMPTY, actual.definition ?? EMPTY);
  }
}

function columnDifference(aspect: ColumnAspect, expected: Column, actual: Column): string {
  switch (aspect) {
    case 'type':
      return `has type ${actual.type.text || '(none)'}, expected ${expected.type.text || '(none)'}`;
    case 'notNull':
      return actual.notNull ? 'is NOT NULL, expected nullable' : 'is nullable, expected NOT NULL';
    case 'notNullConflict':
      return `has NOT NULL ON CONFLICT ${actual.notNullConflict}, expected ${expected.notNullConflict}`;
    case 'default':
      if (actual.default === null) return `has no default, expected ${expected.default?.text ?? 'none'}`;
      return `has default ${actual.default.text}, expected ${expected.default?.text ?? 'none'}`;
    case 'collation':
      return `has collation ${actual.collation}, expected ${expected.collation}`;
    case 'generated':
      return `is ${generatedText(actual)}, expected ${generatedText(expected)}`;
  }
}

function generatedText({ generated }: Column): string {
  if (generated === null) return 'not generated';
  return `generated as (${generated.expression.text}) ${generated.stored ? 'STORED' : 'VIRTUAL'}`;
}

function indexDifference(aspect: IndexAspect, expected: Index, actual: Index): string {
  switch (aspect) {
    case 'table':
      return `is on table ${actual.table}, expected ${expected.table}`;
    case 'unique':
      return isOrNot('unique', actual.unique);
    case 'columns':
      return `is on ${indexText(actual)}, expected ${indexText(expected)}`;
    case 'where':
      return `has ${whereText(actual)}, expected ${whereText(expected)}`;
  }
}

function whereText({ where }: Index): string {
  return where === null ? 'no WHERE' : `WHERE ${where.text}`;
}

function indexText({ columns }: Index): string {
  return list(columns.map(({ key, column, ...more }) => ({ name: column ?? key.text, ...more })));
}

/** A key in words: `(a, b COLLATE NOCASE)`. */
export function describeKey({ columns, onConflict }: Key): string {
  return list(columns) + (onConflict === 'ABORT' ? '' : ` ON CONFLICT ${onConflict}`);
}

function list(columns: readonly { name: string; collation: string; descending: boolean }[]): string {
  const parts = columns.map(
    ({ name, collation, descending }) =>
      name + (collation === 'BINARY' ? '' : ` COLLATE ${collation}`) + (descending ? ' DESC' : ''),
  );
  return `(${parts.join(', ')})`;
}

function foreignKeyText(key: ForeignKey): string {
  return `foreign key (${key.columns.join(', ')}) -> ${parentText(key)}`;
}

function parentText({ parent, parentColumns }: ForeignKey): string {
  return parentColumns === null ? parent : `${parent}(${parentColumns.join(', ')})`;
}

function foreignKeyDifference(expected: ForeignKey, actual: ForeignKey): string {
  const isSame = (a: readonly string[], b: readonly string[]): boolean =>
    a.map(fold).join() === b.map(fold).join();
  const differing = [
    isSame(expected.columns, actual.columns)
      ? null
      : [`is on (${actual.columns.join(', ')})`, `(${expected.columns.join(', ')})`],
    fold(parentText(expected)) === fold(parentText(actual))
      ? null
      : [`refers to ${parentText(actual)}`, parentText(expected)],
    expected.onDelete === actual.onDelete ? null : [`has ON DELETE ${actual.onDelete}`, expected.onDelete],
    expected.onUpdate === actual.onUpdate ? null : [`has ON UPDATE ${actual.onUpdate}`, expected.onUpdate],
    expected.deferred === actual.deferred
      ? null
      : actual.deferred
        ? ['is INITIALLY DEFERRED', 'checked at once']
        : ['is checked at once', 'INITIALLY DEFERRED'],
  ].flatMap((words) => (words === null ? [] : [words.join(', expected ')]));
  return `${foreignKeyText(expected)} ${differing.join(' and ')}`;
}

function isOrNot(word: string, actual: boolean): string {
  return actual ? `is ${word}, expected not to be` : `is not ${word}`;
}

const EMPTY: SqlText = { text: '', canonical: '' };
const SHOWN_WORDS = 8;

// Long texts are shown from where they part.
function textDifference(expected: SqlText, actual: SqlText): string {
  const [a, b] = [expected.canonical.split(' '), actual.canonical.split(' ')];
  const parted = a.findIndex((word, i) => word !== b[i]);
  const from = Math.max(0, (parted < 0 ? a.length : parted) - 2);
  const shown = (words: readonly string[]): string =>
    (from > 0 ? '... ' : '') +
    words.slice(from, from + SHOWN_WORDS).join(' ') +
    (words.length > from + SHOWN_WORDS ? ' ...' : '');
  return `is \`${shown(b)}\`, expected \`${shown(a)}\``;
}
