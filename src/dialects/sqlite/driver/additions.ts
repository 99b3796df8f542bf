// What the application gives its own connections, by the settings: loadable extensions, and a program with SQL
// functions, aggregates and virtual tables. Both are code of whoever runs Flotilla, run in workers alone. A mistake in
// them is a mistake in the configuration, and told before any target is opened.

import { dirname, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { FleetError } from '../../../model/errors.js';
import { assertOwnWork, unsafeBut } from '../../../trust/taken-on.js';
import type { DriverSettings } from '../../port.js';
import { connect, equipAll, type Equip } from './connect.js';

/** @throws FleetError `configuration` */
export async function loadAdditions({ extensions, functions, trust }: DriverSettings): Promise<void> {
  const find = unsafeBut(trust);
  const own = (file: string, what: string): void => {
    assertOwnWork(file, find, { what, directory: dirname(resolve(file)), code: 'configuration' });
  };
  for (const file of extensions) own(file, `The extension ${file}`);
  if (functions !== null) own(functions, `The program of functions ${functions}`);
  const steps = [
    ...extensions.map(extensionStep),
    ...(functions === null ? [] : [await functionsStep(functions)]),
  ];
  if (steps.length === 0) return;
  equipAll((db) => {
    for (const step of steps) step(db);
  });
  connect(':memory:').close();
}

function extensionStep(path: string): Equip {
  // SQLite leaves the search to the system where a path has no directory
  // (https://sqlite.org/c3ref/load_extension.html).
  const file = resolve(path);
  return (db) => {
    try {
      db.loadExtension(file);
    } catch (cause) {
      throw unusable(`The extension ${path} cannot be loaded: ${messageOf(cause)}`, EXTENSIONS, cause);
    }
  };
}

async function functionsStep(file: string): Promise<Equip> {
  // Loaded only where it is wanted.
  const { createJiti } = await import('jiti');
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false });
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await jiti.import(resolve(file));
  } catch (cause) {
    throw unusable(`The functions ${file} cannot be loaded: ${messageOf(cause)}`, FUNCTIONS, cause);
  }
  const steps = KINDS.flatMap(({ name, add }) =>
    Object.entries(asTable(file, name, exported[name])).map(([key, value]): Equip => (db) => {
      try {
        add(db, key, value);
      } catch (cause) {
        throw unusable(
          `${file} exports ${name}.${key}, which is no use: ${messageOf(cause)}`,
          FUNCTIONS,
          cause,
        );
      }
    }),
  );
  const { default: register } = exported;
  if (isFunction(register)) {
    steps.push((db) => {
      try {
        const done = register(faceOf(db));
        if (done instanceof Promise)
          throw new TypeError('it returns a promise, and a connection does not wait');
      } catch (cause) {
        throw unusable(
          `The function that ${file} exports by default fails: ${messageOf(cause)}`,
          FUNCTIONS,
          cause,
        );
      }
    });
  }
  if (steps.length > 0)
    return (db) =>
      steps.forEach((step) => {
        step(db);
      });
  throw unusable(`${file} exports no functions, aggregates or tables`, FUNCTIONS);
}

/** What a module may export, and how it comes to a connection: by name, in the shapes of better-sqlite3. */
const KINDS: readonly {
  readonly name: string;
  readonly add: (db: Database.Database, name: string, value: unknown) => void;
}[] = [
  { name: 'functions', add: addFunction },
  {
    name: 'aggregates',
    add: (db, name, value) => {
      db.aggregate(name, value as Database.AggregateOptions);
    },
  },
  {
    name: 'tables',
    add: (db, name, value) => {
      db.table(name, value as Parameters<Database.Database['table']>[1]);
    },
  },
];

type SqlFunction = (...parameters: unknown[]) => unknown;
const isFunction = (value: unknown): value is SqlFunction => typeof value === 'function';

/** A function, or an object with the options of better-sqlite3 and the function as `call`. */
function addFunction(db: Database.Database, name: string, value: unknown): void {
  if (isFunction(value)) {
    db.function(name, value);
    return;
  }
  if (typeof value !== 'object' || value === null || !('call' in value) || !isFunction(value.call))
    throw new TypeError('it is neither a function nor an object with a function `call`');
  const { call, ...options } = value;
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined)
    throw new TypeError(`there is no option ${unknown}; there are ${OPTIONS.join(', ')}`);
  db.function(name, options, call);
}

const OPTIONS = ['deterministic', 'varargs', 'directOnly', 'safeIntegers'];

/** All that a program gets of a connection. */
function faceOf(db: Database.Database): Pick<Database.Database, 'function' | 'aggregate' | 'table'> {
  return {
    function: db.function.bind(db),
    aggregate: db.aggregate.bind(db),
    table: db.table.bind(db),
  };
}

function asTable(file: string, name: string, value: unknown): object {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw unusable(`${file} exports ${name}, which is no object`, FUNCTIONS);
}

const EXTENSIONS = 'name a loadable extension for this machine in `sqlite.extensions` (--sqlite-extensions)';
const FUNCTIONS =
  'mend the program that `sqlite.functions` (--sqlite-functions) names: export const functions = { norm: { deterministic: true, call: (text) => .. } }; also aggregates and tables, as better-sqlite3 takes them';

function unusable(message: string, hint: string, cause?: unknown): FleetError {
  return new FleetError('configuration', message, { hint, cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
