// Strings in double quotes in views and triggers of old databases, which SQLite takes for names first, and for strings
// where there is no such name (https://sqlite.org/quirks.html#dblquote). Apart from those in tables and indexes,
// because here all the tables that a query reads say what is a name.
// Invariant: what may be a name stays one; no text is changed where a name might come from what is not known.

import { parseStmt, traverse, type AstNodeMap, type Stmt } from 'sqlite3-parser';
import type { SchemaFacts } from './facts.js';
import { fold, ROWID_NAMES, textSql, unquote } from './sql-text.js';

/** Gives the text of a view or trigger with its old strings in single quotes. */
export type StringReader = (sql: string | null) => string | null;

/** @param columns of ordinary tables, by their folded names */
export function createStringReader(
  objects: SchemaFacts['objects'],
  columns: ReadonlyMap<string, SchemaFacts['columns']>,
): StringReader {
  const views = new Map(
    objects.filter(({ type }) => type === 'view').map(({ name, sql }) => [fold(name), sql ?? '']),
  );
  const given = new Map<string, ReadonlySet<string> | null>();

  /** The names of columns that a table or view gives, folded; null where they are not known. */
  function givenBy(source: string): ReadonlySet<string> | null {
    const known = given.get(source);
    if (known !== undefined) return known;
    // Until it is known: a view that reads itself gives nothing.
    given.set(source, null);
    const view = views.get(source);
    const parts = view === undefined ? null : partsOf(view);
    const own = columns.get(source)?.map(({ name }) => fold(name));
    const names = parts === null ? own && new Set([...own, ...ROWID_NAMES]) : namesIn(parts);
    given.set(source, names ?? null);
    return names ?? null;
  }

  /** Every name that means a column in a statement, or in one that reads it. */
  function namesIn({ sources, labels }: Parts): ReadonlySet<string> | null {
    const names = new Set(labels);
    for (const source of sources) {
      const more = givenBy(source);
      if (more === null) return null;
      for (const name of more) names.add(name);
    }
    return names;
  }

  return (sql) => {
    if (sql === null || !sql.includes('"')) return sql;
    const parts = partsOf(sql);
    const names = parts === null ? null : namesIn(parts);
    if (parts === null || names === null) return sql;
    let text = sql;
    for (const { offset, length } of parts.quoted.toReversed()) {
      const value = unquote(sql.slice(offset, offset + length));
      if (!names.has(fold(value)))
        text = text.slice(0, offset) + textSql(value) + text.slice(offset + length);
    }
    return text;
  };
}

type Span = Pick<AstNodeMap['Id']['span'], 'offset' | 'length'>;

/** Names are folded. */
interface Parts {
  /** Tables and views that are read or changed. */
  readonly sources: readonly string[];
  /** Names that it gives to columns; a column without one is named by its text. */
  readonly labels: readonly string[];
  /** Where names in double quotes may be strings, in order. */
  readonly quoted: readonly Span[];
}

/** Null where the parser does not know the statement, or it reads what has other columns than it says. */
function partsOf(sql: string): Parts | null {
  const parsed = parseStmt(sql);
  if (parsed.status !== 'ok') return null;
  const tree: Stmt = parsed.root;
  const sources = new Set<string>();
  const common = new Set<string>();
  const labels: string[] = [];
  const quoted: Span[] = [];
  const unknown: string[] = [];
  const source = ({ objName }: AstNodeMap['QualifiedName']) => void sources.add(fold(objName.text));
  traverse(tree, {
    nodes: {
      TableSelectTable: ({ tblName }) => {
        source(tblName);
      },
      TableCallSelectTable: ({ tblName }) => void unknown.push(tblName.objName.text),
      InTableExpr: ({ rhs }) => {
        source(rhs);
      },
      CreateTriggerStmt: ({ tblName }) => {
        source(tblName);
      },
      InsertTriggerCmd: ({ tblName }) => {
        source(tblName);
      },
      UpdateTriggerCmd: ({ tblName }) => {
        source(tblName);
      },
      DeleteTriggerCmd: ({ tblName }) => {
        source(tblName);
      },
      CreateViewStmt: ({ columns }) => {
        for (const { colName } of columns ?? []) labels.push(fold(colName.text));
      },
      CommonTableExpr: ({ tblName, columns }) => {
        common.add(fold(tblName.text));
        for (const { colName } of columns ?? []) labels.push(fold(colName.text));
      },
      AsAs: ({ name }) => void labels.push(fold(name.text)),
      ElidedAs: ({ name }) => void labels.push(fold(name.text)),
      ExprResultColumn: ({ expr, alias }) => {
        if (alias === undefined)
          labels.push(fold(sql.slice(expr.span.offset, expr.span.offset + expr.span.length)));
      },
      Id: (node, parent) => {
        if (sql[node.span.offset] !== '"') return;
        // A column of a view that has no other name is named by its text, quotes and all.
        const isName =
          parent?.type === 'ExprResultColumn' && tree.type === 'CreateViewStmt' && parent.alias === undefined;
        const isFunction = parent !== undefined && 'name' in parent && parent.name === node;
        if (!isName && !isFunction) quoted.push(node.span);
      },
    },
  });
  if (unknown.length > 0) return null;
  return { sources: [...sources].filter((name) => !common.has(name)), labels, quoted };
}
