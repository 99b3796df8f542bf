// The supervisor's side of the port: what is known of a fleet of SQLite files without opening one of them.

import type { Dialect } from '../port.js';
import { discover, discoverFile, type DiscoverOptions } from './discovery/discover.js';
import { script } from './driver/history.js';
import { loadModule } from './driver/module.js';
import { orderScript } from './driver/order-script.js';
import { inTheWay } from './discovery/target-files.js';
import { sqliteVersion } from './driver/version.js';
import { DIFFERENCE_KINDS } from './schema/difference-kinds.js';
import { RULES } from './lint/rules.js';
import { fold } from './schema/sql-text.js';
import { sqliteSyntax } from './syntax/syntax.js';

/** @param options where the files are searched */
export function createSqliteDialect(options: DiscoverOptions): Dialect {
  return {
    name: 'sqlite',
    version: sqliteVersion,
    discover: (ids) => discover(options, ids),
    find: async (name) => discoverFile(name, options.trust),
    inTheWay: async (name) => inTheWay(name),
    differenceKinds: DIFFERENCE_KINDS,
    fold,
    syntax: sqliteSyntax,
    lintRules: RULES,
    async readModule(file) {
      const { up, down, meta } = await loadModule(file);
      return { up: up !== null, down: down === 'broken' ? down : down !== null, meta };
    },
    script,
    orderScript,
  };
}
