// The kinds of differences by name, for those who type them.

import type { SchemaDifference } from './difference.js';

const KINDS: Readonly<Record<SchemaDifference['kind'], true>> = {
  tableMissing: true,
  tableExtra: true,
  tableDiffers: true,
  columnMissing: true,
  columnExtra: true,
  columnDiffers: true,
  primaryKeyMissing: true,
  primaryKeyExtra: true,
  primaryKeyDiffers: true,
  uniqueMissing: true,
  uniqueExtra: true,
  uniqueDiffers: true,
  checkMissing: true,
  checkExtra: true,
  checkDiffers: true,
  foreignKeyMissing: true,
  foreignKeyExtra: true,
  foreignKeyDiffers: true,
  indexMissing: true,
  indexExtra: true,
  indexDiffers: true,
  viewMissing: true,
  viewExtra: true,
  viewDiffers: true,
  triggerMissing: true,
  triggerExtra: true,
  triggerDiffers: true,
};

export const DIFFERENCE_KINDS: readonly string[] = Object.keys(KINDS);
