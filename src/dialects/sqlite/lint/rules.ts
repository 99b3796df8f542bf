// Every rule there is, SQLite's own and those that any dialect has. Adding one is adding a file and a line here. Their
// order decides between findings of one line.

import { allowance } from '../../../revisions/lint/allowances.js';
import { byPosition } from './rules/by-position.js';
import { cascade } from './rules/cascade.js';
import { changesValues, forgottenColumn, leftOutKey } from './rules/copies.js';
import { breaksApplication, everyRow, timeOrChance } from './rules/running-application.js';
import {
  duplicateIndex,
  foreignKeyIndex,
  intPrimaryKey,
  nullCheck,
  quotedDefault,
} from './rules/definitions.js';
import { unknownDeclaration } from './rules/unknown-declaration.js';
import { circularNeeds } from '../../../revisions/lint/rules/circular-needs.js';
import { doubleQuotedString } from './rules/double-quoted-string.js';
import { downBroken, downDiffers, downFails, downMissing } from '../../../revisions/lint/rules/down.js';
import { failsWithRows } from './rules/fails-with-rows.js';
import { foreignKeyTarget } from './rules/foreign-key-target.js';
import { ifNotExists } from './rules/if-not-exists.js';
import { missingReference } from './rules/missing-reference.js';
import { nameOrder } from '../../../revisions/lint/rules/name-order.js';
import { newerSyntax } from './rules/newer-syntax.js';
import { orderChanged } from '../../../revisions/lint/rules/order-changed.js';
import { rebuildLoses } from './rules/rebuild-loses.js';
import { severalHeads } from '../../../revisions/lint/rules/several-heads.js';
import type { SqliteRule } from './sqlite-rule.js';
import { statementFails } from './rules/statement-fails.js';
import { undeclaredLoss } from './rules/undeclared-loss.js';
import { unknownStatement } from '../../../revisions/lint/rules/unknown-statement.js';

export const RULES: readonly SqliteRule[] = [
  missingReference,
  statementFails,
  failsWithRows,
  leftOutKey,
  forgottenColumn,
  undeclaredLoss,
  cascade,
  unknownDeclaration,
  downBroken,
  downFails,
  downDiffers,
  severalHeads,
  circularNeeds,
  foreignKeyTarget,
  doubleQuotedString,
  changesValues,
  rebuildLoses,
  byPosition,
  newerSyntax,
  ifNotExists,
  downMissing,
  orderChanged,
  nameOrder,
  unknownStatement,
  breaksApplication,
  everyRow,
  timeOrChance,
  quotedDefault,
  nullCheck,
  intPrimaryKey,
  duplicateIndex,
  foreignKeyIndex,
  allowance,
];
