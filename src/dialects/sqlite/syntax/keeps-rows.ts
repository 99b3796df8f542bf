// Whether a statement can run a second time on a database of its structure without a change of rows. Apart because
// only what is listed is known to be harmless: whatever is not may change rows.

import type { Stmt } from 'sqlite3-parser';

/** A table that is dropped takes its rows along, and so does a column; `CREATE TABLE AS` adds rows. */
export function keepsRows(statement: Stmt): boolean {
  switch (statement.type) {
    case 'CreateTableStmt':
      return statement.body.type === 'ColumnsAndConstraintsCreateTableBody';
    case 'AlterTableStmt':
      return statement.body.type !== 'DropColumnAlterTableBody';
    case 'AnalyzeStmt':
    case 'CreateIndexStmt':
    case 'CreateTriggerStmt':
    case 'CreateViewStmt':
    case 'CreateVirtualTableStmt':
    case 'DropIndexStmt':
    case 'DropTriggerStmt':
    case 'DropViewStmt':
    case 'ExplainStmt':
    case 'PragmaStmt':
    case 'ReindexStmt':
    case 'SelectStmt':
    case 'VacuumStmt':
      return true;
    case 'AttachStmt':
    case 'BeginStmt':
    case 'CommitStmt':
    case 'DeleteStmt':
    case 'DetachStmt':
    case 'DropTableStmt':
    case 'InsertStmt':
    case 'ReleaseStmt':
    case 'RollbackStmt':
    case 'SavepointStmt':
    case 'UpdateStmt':
      return false;
  }
}
