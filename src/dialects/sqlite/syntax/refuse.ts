// What no revision may contain, because it would end the transaction around it, reach outside the database, switch a
// safeguard off, or write to the history. Decided on the syntax tree; on tokens where the parser has no tree.

import { traverse, type AstNode, type Stmt } from 'sqlite3-parser';
import { HISTORY_TABLE } from '../../../model/history.js';
import type { Token } from '../../../revisions/syntax.js';
import { nameOf } from './tokens.js';
import { judgePragma } from './pragmas.js';

/** What is wrong with one statement. */
export interface Refusal {
  readonly message: string;
  readonly hint: string;
}

const OWN_TRANSACTION =
  'delete it: Flotilla runs each revision in one transaction; for what cannot run in one, write "-- transaction: false" in the header';

/** What a statement stands in. */
export interface Surroundings {
  readonly transactional: boolean;
  /** Whether values come with the statement, as in a program; default false. */
  readonly parameters?: boolean;
}

/**
 * Everything that is refused in one statement.
 * @param tokens of the statement, without its semicolon; at least one
 * @param tree null where the parser has none: then tokens decide, and refuse when in doubt
 */
export function refusalsOf(
  tokens: readonly Token[],
  tree: Stmt | null,
  { transactional, parameters = false }: Surroundings,
): Refusal[] {
  const found: Refusal[] = [];
  const first = tokens[0];
  if (first === undefined) return found;
  switch (first.kind) {
    case 'BEGIN':
    case 'COMMIT':
    case 'END':
    case 'ROLLBACK':
    case 'SAVEPOINT':
    case 'RELEASE':
      return [{ message: `${first.text.toUpperCase()} is not allowed in a revision`, hint: OWN_TRANSACTION }];
    case 'ATTACH':
    case 'DETACH':
      return [
        {
          message: `${first.kind} is not allowed: a revision changes the one database it runs on`,
          hint: 'delete it; what must come from elsewhere belongs in the statements themselves',
        },
      ];
    case 'VACUUM':
      return refuseVacuum(tokens, transactional);
    case 'PRAGMA':
      return refusePragma(tokens, transactional);
    default:
  }
  // In the definition of a table or trigger it says what happens later. Where a statement of a revision sets it off,
  // SQLite ends the transaction and fails the statement, and the revision with it: nothing is half done.
  const isDefinition = first.kind === 'CREATE' || first.kind === 'ALTER';
  if (!isDefinition && (tree === null ? tokensRollBack(tokens) : treeRollsBack(tree))) {
    found.push({
      message: 'ROLLBACK as the answer to a conflict would end the transaction of the revision',
      hint: 'write ABORT in its place: the statement fails and the whole revision is rolled back',
    });
  }
  if (tree === null ? tokens.some((token) => isHistory(nameOf(token))) : writesHistory(tree)) {
    found.push({
      message: `A revision may not write to ${HISTORY_TABLE}`,
      hint: 'delete the statement: Flotilla records revisions itself; see `flotilla stamp --help`',
    });
  }
  if (!parameters && tokens.some((token) => token.kind === 'VARIABLE')) {
    found.push({
      message: 'A parameter such as ? or :name has no value in a revision, and SQLite would read it as NULL',
      hint: 'write the value itself',
    });
  }
  return found;
}

function refuseVacuum(tokens: readonly Token[], transactional: boolean): Refusal[] {
  if (tokens.some((token) => token.kind === 'INTO')) {
    return [{ message: 'VACUUM INTO is not allowed: it writes another file', hint: 'delete it' }];
  }
  if (!transactional) return [];
  return [
    {
      message: 'VACUUM cannot run in a transaction',
      hint: 'put it into a revision of its own with "-- transaction: false" in the header',
    },
  ];
}

function refusePragma(tokens: readonly Token[], transactional: boolean): Refusal[] {
  const qualified = tokens[2]?.kind === 'DOT';
  const name = nameOf(tokens[qualified ? 3 : 1]);
  switch (judgePragma(name, tokens.length > (qualified ? 4 : 2), transactional)) {
    case 'allowed':
      return [];
    case 'inside':
      return [
        {
          message: `PRAGMA ${name} would take effect here, outside a transaction, and rows would be deleted by cascade`,
          hint: 'delete it: foreign keys are off during a revision',
        },
      ];
    case 'outside':
      return [
        {
          message: `PRAGMA ${name} has no effect, or fails, in a transaction`,
          hint: 'put it into a revision of its own with "-- transaction: false" in the header',
        },
      ];
    case 'refused':
      return [
        {
          message: `PRAGMA ${name} is not allowed in a revision`,
          hint: 'delete it: Flotilla sets up the connection itself, and a pragma that it does not know may switch a safeguard off',
        },
      ];
  }
}

function tokensRollBack(tokens: readonly Token[]): boolean {
  return tokens.some((token, index) => {
    return token.kind === 'ROLLBACK' && tokens[index - 1]?.kind === 'OR';
  });
}

function treeRollsBack(tree: Stmt): boolean {
  let found = false;
  traverse(tree, {
    enter(node) {
      found ||= 'orConflict' in node && node.orConflict === 'Rollback';
    },
  });
  return found;
}

const isHistory = (name: string): boolean => name.toLowerCase() === HISTORY_TABLE;

function writesHistory(tree: Stmt): boolean {
  let found = false;
  traverse(tree, {
    enter(node) {
      found ||= written(node).some(isHistory);
    },
  });
  return found;
}

const WRITING: ReadonlySet<AstNode['type']> = new Set<AstNode['type']>([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'InsertTriggerCmd',
  'UpdateTriggerCmd',
  'DeleteTriggerCmd',
  'AlterTableStmt',
  'CreateTableStmt',
  'CreateVirtualTableStmt',
  'CreateIndexStmt',
  'CreateTriggerStmt',
  'DropTableStmt',
]);

/** Names that a node creates, changes or drops, or hangs something on. */
function written(node: AstNode): readonly string[] {
  if ('tblName' in node && WRITING.has(node.type)) {
    return [node.tblName.type === 'Name' ? node.tblName.text : node.tblName.objName.text];
  }
  if ('viewName' in node) return [node.viewName.objName.text];
  return node.type === 'RenameToAlterTableBody' ? [node.name.text] : [];
}
