// Where rows go, by DROP TABLE or DELETE: whether each of them, by its key, and each column that holds a value, is in a
// table that it was copied to. What is not is told as found; who may allow it is the caller's business.

import type { Database } from 'better-sqlite3';
import { fold, quoteName } from '../schema/sql-text.js';
import type { GoingRows } from '../syntax/row-effects.js';
import { hasNullKeys, number, type Side } from './compare-copy.js';
import type { Copy, TrackedTable } from './tracked-tables.js';

export interface Going {
  readonly table: TrackedTable;
  readonly side: Side;
  readonly copies: readonly Copy[];
  /** Columns, folded, whose values may go. */
  readonly mayGo: ReadonlySet<string>;
  /** Whether the rows may live on under other keys: how many there are is then counted elsewhere. */
  readonly moves: boolean;
  readonly rows: GoingRows;
  readonly parameters: readonly unknown[];
}

/** What it takes to ask for rows, and where they are. */
type Leaving = Pick<Going, 'side' | 'rows' | 'parameters' | 'copies'>;

export interface Uncovered {
  /** Rows that are nowhere else. */
  readonly rows: number;
  /** The first of them, by key. */
  readonly first: readonly string[];
  /** Columns whose values are nowhere else, and in how many rows. */
  readonly columns: readonly { readonly column: string; readonly rows: number }[];
  /** Columns of the key that a copy left out, where that is why. */
  readonly keyless: LeftOut | null;
}

interface LeftOut {
  readonly into: string;
  readonly columns: readonly string[];
  /** Whether the rows came to others that were there. */
  readonly isMerge: boolean;
}

/** As SQL, whether a row is in a copy; `1`: it is, `0`: it is not known to be. */
type There = ReadonlyMap<Copy, string>;

/** @returns null where nothing is lost */
export function findUncovered(db: Database, going: Going): Uncovered | null {
  const { side, moves, copies } = going;
  if (moves) return lostIn(db, going, new Map(copies.map((copy) => [copy, '1'])), '1');
  if (side.shape.key.length === 0 || hasNullKeys(db, side)) return asSets(db, going);
  const leaving = copies.find((copy) => keyLeftOut(going, copy).length > 0);
  const there = byKey(
    db,
    going,
    copies.filter((copy) => keyLeftOut(going, copy).length === 0),
  );
  const found = lostIn(db, going, there, anyOf([...there.values()]));
  if (found === null || found.rows === 0 || leaving === undefined) return found;
  // What such a copy holds is lost only as far as nobody knows whose it is.
  const own = columnsLost(db, going, new Map([...there, [leaving, '1']]));
  return {
    ...found,
    columns: own.filter(({ column }) => !side.shape.key.includes(column)),
    keyless: { into: leaving.into.name, columns: keyLeftOut(going, leaving), isMerge: leaving.before > 0 },
  };
}

/** @param rows whether a row is anywhere, as SQL */
function lostIn(db: Database, going: Going, there: There, rows: string): Uncovered | null {
  const lost = rows === '1' ? 0 : (counts(db, going, `count(*) FILTER (WHERE NOT ${rows})`)[0] ?? 0);
  // Rows that are lost are lost with all that they hold.
  const columns = columnsLost(db, going, there).filter((column) => column.rows > lost);
  if (lost === 0 && columns.length === 0) return null;
  return { rows: lost, first: lost === 0 ? [] : firstKeys(db, going, rows), columns, keyless: null };
}

function columnsLost(db: Database, going: Going, there: There): Uncovered['columns'] {
  const columns = valuesOf(going)
    .map((name) => ({
      name,
      is: anyOf([...there].filter(([copy]) => carries(copy, name)).map(([, sql]) => sql)),
    }))
    .filter(({ is }) => is !== '1');
  if (columns.length === 0) return [];
  const asked = columns.map(
    ({ name, is }) => `count(*) FILTER (WHERE ${columnIn(going, name)} IS NOT NULL AND NOT ${is})`,
  );
  const found = counts(db, going, asked.join(', '));
  return columns
    .map(({ name }, index) => ({ column: name, rows: found[index] ?? 0 }))
    .filter((column) => column.rows > 0);
}

function anyOf(said: readonly string[]): string {
  const known = [...new Set(said)].filter((one) => one !== '0');
  return known.includes('1') ? '1' : known.length === 0 ? '0' : `(${known.join(' OR ')})`;
}

/** Columns whose values may not go. */
function valuesOf({ side, mayGo, moves }: Going): readonly string[] {
  const { columns, key } = side.shape;
  return columns
    .filter(({ name, generated }) => !generated && !mayGo.has(fold(name)) && !(moves && key.includes(name)))
    .map(({ name }) => name);
}

/** Whether the values of a column are in a copy, as they are or in what was computed. */
function carries({ asIs, computed }: Copy, column: string): boolean {
  return asIs.has(fold(column)) || computed.has(fold(column));
}

/** Columns of the key that are neither in a copy nor may go. */
function keyLeftOut({ side, mayGo }: Going, copy: Copy): readonly string[] {
  return side.shape.key.filter((column) => !carries(copy, column) && !mayGo.has(fold(column)));
}

/** By keys that were copied as they are; where a key was computed, on purpose, by their number. */
function byKey(db: Database, going: Going, copies: readonly Copy[]): There {
  const isAsIs = ({ asIs }: Copy): boolean => going.side.shape.key.every((column) => asIs.has(fold(column)));
  const counted = copies.filter((copy) => !copy.isWhole && !isAsIs(copy));
  const enough = counted.length > 0 && areEnough(db, going, placesOf(counted)) ? '1' : '0';
  return new Map(
    copies.map((copy) => [copy, copy.isWhole ? '1' : isAsIs(copy) ? hasKey(going, copy) : enough]),
  );
}

/** Where others are there too, a row of this key may be one of them: then its values count as well. */
function hasKey(going: Going, { asIs, into, before, isMatched }: Copy): string {
  const { key, columns } = going.side.shape;
  const values =
    before === 0 && !isMatched ? [] : columns.map(({ name }) => name).filter((name) => !key.includes(name));
  return hasSame(going, { into, asIs }, { key, values });
}

/** Whether a row is there that has what one holds in these columns. */
function hasSame(
  going: Leaving,
  { asIs, into }: Pick<Copy, 'asIs' | 'into'>,
  { key, values }: { readonly key: readonly string[]; readonly values: readonly string[] },
): string {
  const same = [
    ...key.map((column) => {
      const there = `n.${quoteName(asIs.get(fold(column)) ?? column)}`;
      return `${there} IS ${columnIn(going, column)} COLLATE BINARY`;
    }),
    ...values.flatMap((column) => {
      const there = asIs.get(fold(column));
      if (there === undefined) return [];
      const [copied, held] = [`n.${quoteName(there)}`, columnIn(going, column)];
      return [`+${copied} COLLATE BINARY IS +${held} COLLATE BINARY`, `typeof(${copied}) = typeof(${held})`];
    }),
  ].join(' AND ');
  return `EXISTS (SELECT 1 FROM ${tableSql(into)} AS n WHERE ${same})`;
}

function areEnough(db: Database, { side }: Going, copies: readonly Copy[]): boolean {
  const there = copies.reduce((sum, { into, before }) => sum + sizeOf(db, tableSql(into)) - before, 0);
  return there >= sizeOf(db, side.sql);
}

const sizeOf = (db: Database, sql: string): number => number(db, `SELECT count(*) FROM ${sql}`);

/** Where nothing says which row is which, rows are their values, and each must be there as often as it goes. */
function asSets(db: Database, going: Going): Uncovered | null {
  const { copies } = going;
  const whole = copies.filter((copy) => copy.isWhole);
  if (whole.length > 0) return lostIn(db, going, new Map(whole.map((copy) => [copy, '1'])), '1');
  const places = placesOf(copies);
  const inAll = [...(copies[0]?.asIs.keys() ?? [])].filter((name) =>
    copies.every(({ asIs }) => asIs.has(name)),
  );
  const isCounted = copies.length > 0 && (inAll.length === 0 || copies.some((copy) => copy.isOld));
  const missing = isCounted
    ? { rows: areEnough(db, going, places) ? 0 : countGoing(db, going), first: [] }
    : missingSets(db, going, { places, columns: inAll });
  if (missing.rows > 0) return { ...missing, columns: [], keyless: null };
  // Which of the copies has a row is not known, so what it holds must be in each of them.
  const held = valuesOf(going).filter((name) => copies.every((copy) => carries(copy, name)));
  const lost = lostIn(db, { ...going, mayGo: new Set([...going.mayGo, ...held.map(fold)]) }, new Map(), '1');
  return lost === null || (!isCounted && areThereWhole(db, going, places)) ? null : lost;
}

/** Whether rows are there with all that they hold, though not each copy has each column: it may hold nothing there. */
function areThereWhole(db: Database, going: Going, places: readonly Copy[]): boolean {
  const columns = valuesOf(going).map(fold);
  const isCompared = columns.every((name) => places.every(({ computed }) => !computed.has(name)));
  return isCompared && missingSets(db, going, { places, columns }).rows === 0;
}

/** Copies by where their rows are now: a table that got rows by several of them has those once. */
function placesOf(copies: readonly Copy[]): readonly Copy[] {
  const places = new Map<TrackedTable, Copy>();
  for (const copy of copies) {
    const known = places.get(copy.into) ?? copy;
    places.set(copy.into, {
      ...copy,
      asIs: new Map([...copy.asIs, ...known.asIs]),
      computed: new Set([...copy.computed, ...known.computed]),
      before: Math.min(copy.before, known.before),
    });
  }
  return [...places.values()];
}

interface Compared {
  readonly places: readonly Copy[];
  /** Folded, of the table that goes; a place that has no such column has NULL there. */
  readonly columns: readonly string[];
}

function missingSets(
  db: Database,
  going: Going,
  { places, columns }: Compared,
): Pick<Uncovered, 'rows' | 'first'> {
  const { rows, parameters } = going;
  if (places.length === 0) {
    const lost = countGoing(db, going);
    return { rows: lost, first: lost === 0 ? [] : firstKeys(db, going, '0') };
  }
  const values = (names: readonly string[]): string =>
    names.map((name, index) => `+${name} COLLATE BINARY AS v${index}`).join(', ');
  const held = ({ asIs }: Copy, column: string): string => {
    const name = asIs.get(column);
    return name === undefined ? 'NULL' : quoteName(name);
  };
  const sides = [
    `SELECT 1 AS going, 0 AS there, ${values(columns.map((column) => columnIn(going, column)))} FROM ${fromOf(going)}`,
    ...places.map(
      (place) =>
        `SELECT 0, 1, ${values(columns.map((column) => held(place, column)))} FROM ${tableSql(place.into)}`,
    ),
  ];
  const groups = columns.map((_, index) => `v${index}, typeof(v${index})`).join(', ');
  const shown = columns.map((_, index) => `quote(v${index})`).join(` || ', ' || `);
  const missing = db
    .prepare<unknown[], [number, string]>(
      `${rows.with}SELECT sum(going) - sum(there), ${shown} FROM (${sides.join(' UNION ALL ')}) GROUP BY ${groups} HAVING sum(going) > sum(there)`,
    )
    .raw()
    .all(...parameters);
  return {
    rows: missing.reduce((sum, [count]) => sum + count, 0),
    first: missing.slice(0, FIRST_ROWS).map(([, row]) => `(${columns.join(', ')}) = (${row})`),
  };
}

export const tableSql = ({ database, name }: Pick<TrackedTable, 'database' | 'name'>): string =>
  `${quoteName(database)}.${quoteName(name)}`;

const columnIn = ({ rows }: Pick<Going, 'rows'>, column: string): string =>
  `${quoteName(rows.called)}.${quoteName(column)}`;

function fromOf({ side, rows }: Pick<Going, 'side' | 'rows'>): string {
  const where = rows.where === null ? '' : ` WHERE (${rows.where})`;
  return `${side.sql} AS ${quoteName(rows.called)}${where}`;
}

function counts(db: Database, going: Omit<Leaving, 'copies'>, asked: string): readonly number[] {
  const sql = `${going.rows.with}SELECT ${asked} FROM ${fromOf(going)}`;
  return (
    db
      .prepare<unknown[], number[]>(sql)
      .raw()
      .get(...going.parameters) ?? []
  );
}

/** How many rows go of which none of these tables took in what they hold by an UPDATE of its own rows. */
export function countUnmerged(db: Database, going: Leaving, to: readonly string[]): number {
  const merged = going.copies
    .filter(({ into, isMatched, asIs }) => isMatched && asIs.size > 0 && to.includes(fold(into.name)))
    .map((copy) => hasSame(going, copy, { key: [], values: [...copy.asIs.keys()] }));
  const covered = anyOf(merged);
  return counts(db, going, `count(*) FILTER (WHERE NOT ${covered})`)[0] ?? 0;
}

/** How many rows go. */
export function countGoing(db: Database, going: Omit<Leaving, 'copies'>): number {
  return number(db, `${going.rows.with}SELECT count(*) FROM ${fromOf(going)}`, going.parameters);
}

const FIRST_ROWS = 3;

function firstKeys(db: Database, going: Going, covered: string): readonly string[] {
  const { key, columns } = going.side.shape;
  const shown = key.length > 0 ? key : columns.slice(0, 3).map(({ name }) => name);
  const values = shown.map((column) => `quote(${columnIn(going, column)})`).join(` || ', ' || `);
  const where = going.rows.where === null ? '' : `(${going.rows.where}) AND `;
  const sql = `${going.rows.with}SELECT ${values} FROM ${going.side.sql} AS ${quoteName(going.rows.called)} WHERE ${where}NOT ${covered} LIMIT ${FIRST_ROWS}`;
  return db
    .prepare<unknown[], string>(sql)
    .pluck()
    .all(...going.parameters)
    .map((row) => `(${shown.join(', ')}) = (${row})`);
}
