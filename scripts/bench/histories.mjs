// Histories for measuring how long revisions take to be read: made up, of the sizes and shapes that old applications
// have. Each is a list of files, by name, with their text.

/** @typedef {Readonly<Record<string, string>>} History */

/**
 * Sixty tables made, then altered and filled in turn; each revision with its way back, and the last of them wrong.
 * @param {number} count
 * @returns {History}
 */
export function alteredTables(count) {
  const step = (/** @type {number} */ n) => {
    const table = `t${n % 60}`;
    if (n < 60) return revision(`${tableSql(table)}\n${indexSql(table)}`, `DROP TABLE ${table};`);
    const column = `c${n}`;
    return revision(
      `ALTER TABLE ${table} ADD COLUMN ${column} TEXT DEFAULT '';
UPDATE ${table} SET ${column} = name WHERE up IS NOT NULL;`,
      `ALTER TABLE ${table} DROP COLUMN ${column};`,
    );
  };
  return { ...named(range(count).map(step)), '9999_wrong.sql': revision('UPDATE t1 SET missing = 1;', '') };
}

/**
 * As many tables as revisions: half of the revisions make two tables each, the others alter one and fill it.
 * @param {number} count
 * @returns {History}
 */
export function manyTables(count) {
  const half = Math.floor(count / 2);
  const made = range(half).map((n) => {
    const [one, other] = [`t${2 * n}`, `t${2 * n + 1}`];
    return revision(
      `${tableSql(one)}\n${indexSql(one)}\n${tableSql(other, one)}\n${indexSql(other)}`,
      `DROP TABLE ${other};\nDROP TABLE ${one};`,
    );
  });
  const altered = range(count - half).map((n) => {
    const table = `t${2 * n}`;
    return revision(
      `ALTER TABLE ${table} ADD COLUMN label TEXT;\nUPDATE ${table} SET label = name WHERE up IS NOT NULL;`,
      `ALTER TABLE ${table} DROP COLUMN label;`,
    );
  });
  return named([...made, ...altered]);
}

/**
 * Forty tables under views over views and triggers that write into other tables, and then what years bring: columns,
 * indexes, rows, rebuilds, renamed columns, views and triggers made anew.
 * @param {{ revisions: number, views: number, triggers: number }} size
 * @returns {History}
 */
export function viewsAndTriggers({ revisions, views, triggers }) {
  const tables = 40;
  const columns = range(tables).map(() => ['name', 'state', 'note']);
  const view = (/** @type {number} */ n) => {
    const below = range(2).flatMap((k) => (n >= 15 ? `JOIN v${n - 15 + k} AS v${k} ON v${k}.id = a.id` : []));
    const joins = range(3).map((k) => `LEFT JOIN t${(n + k + 1) % tables} AS b${k} ON b${k}.up = a.id`);
    return `CREATE VIEW v${n} AS SELECT a.id AS id, a.name AS name, b0.state AS state, b1.note AS note, coalesce(b2.name, a.name) AS label,
  CASE WHEN b0.state = 'closed' THEN 1 WHEN b1.state IN ('open', 'closed') THEN 2 ELSE 3 END AS rank,
  (SELECT count(*) FROM log AS l WHERE l.row = a.id AND l.what = 'v${n}') AS entries
  FROM t${n % tables} AS a ${[...joins, ...below].join(' ')} WHERE a.state <> 'closed';`;
  };
  const trigger = (/** @type {number} */ n) => {
    const event = ['INSERT', 'UPDATE OF name, state', 'DELETE'][n % 3] ?? '';
    const row = event === 'DELETE' ? 'old' : 'new';
    return `CREATE TRIGGER g${n} AFTER ${event} ON t${n % tables} WHEN ${row}.state <> 'closed' BEGIN
  UPDATE t${(n + 1) % tables} SET note = ${row}.name WHERE up = ${row}.id;
  UPDATE t${(n + 2) % tables} SET note = (SELECT label FROM v${n % views} WHERE id = ${row}.id) WHERE up = ${row}.id;
  INSERT INTO log (what, row) SELECT 'g${n}', ${row}.id WHERE ${row}.name IS NOT NULL;
  DELETE FROM log WHERE what = 'g${n}' AND row < ${row}.id - 100;
END;`;
  };
  const made = [
    revision(
      'CREATE TABLE log (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, row INTEGER);',
      'DROP TABLE log;',
    ),
    ...range(tables).map((n) =>
      revision(`${tableSql(`t${n}`, `t${Math.max(0, n - 1)}`)}\n${indexSql(`t${n}`)}`, `DROP TABLE t${n};`),
    ),
    ...range(views).map((n) => revision(view(n), `DROP VIEW v${n};`)),
    ...range(triggers).map((n) => revision(trigger(n), `DROP TRIGGER g${n};`)),
  ];
  const later = range(Math.max(0, revisions - made.length)).map((n) => {
    const at = (n * 7) % tables;
    const table = `t${at}`;
    const own = columns[at] ?? [];
    const column = `c${n}`;
    switch (n % 6) {
      case 0: {
        own.push(column);
        return revision(
          `ALTER TABLE ${table} ADD COLUMN ${column} TEXT;\nCREATE INDEX ix_${column} ON ${table} (${column});`,
          `DROP INDEX ix_${column};\nALTER TABLE ${table} DROP COLUMN ${column};`,
        );
      }
      case 1:
        return revision(
          range(100)
            .map(
              (
                row,
              ) => `INSERT INTO ${table} (name, state) VALUES ('row ${row}', 'open'), ('more ${row}', 'open');
UPDATE ${table} SET note = 'seen' WHERE name = 'row ${row}';`,
            )
            .join('\n'),
          '',
        );
      case 2: {
        const more = own.filter((name) => !['name', 'state', 'note'].includes(name));
        const made = range(triggers).filter((each) => each % tables === at);
        const on = [`name`, `state`, `note`, ...more];
        return revision(
          `PRAGMA legacy_alter_table = ON;
CREATE TABLE ${table}_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, up INTEGER REFERENCES t${Math.max(0, at - 1)} (id),
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', '${n}')), note TEXT${more.map((name) => `, ${name} TEXT`).join('')});
INSERT INTO ${table}_new (id, up, ${on.join(', ')}) SELECT id, up, ${on.join(', ')} FROM ${table};
DROP TABLE ${table};
ALTER TABLE ${table}_new RENAME TO ${table};
PRAGMA legacy_alter_table = OFF;
${indexSql(table)}
${more.map((name) => `CREATE INDEX ix_${name} ON ${table} (${name});`).join('\n')}
${made.map(trigger).join('\n')}`,
          null,
        );
      }
      case 3: {
        own.push(`${column}_new`);
        return revision(
          `ALTER TABLE ${table} ADD COLUMN ${column} TEXT;\nALTER TABLE ${table} RENAME COLUMN ${column} TO ${column}_new;
CREATE INDEX ix_${column}_new ON ${table} (${column}_new);`,
          `DROP INDEX ix_${column}_new;\nALTER TABLE ${table} DROP COLUMN ${column}_new;`,
        );
      }
      case 4:
        return revision(
          `DROP VIEW v${views - 1 - (n % 10)};\n${view(views - 1 - (n % 10))}`,
          `DROP VIEW v${views - 1 - (n % 10)};\n${view(views - 1 - (n % 10))}`,
        );
      default:
        return revision(
          `DROP TRIGGER g${n % triggers};\n${trigger(n % triggers)}\nDELETE FROM log WHERE what = 'g${n}';`,
          '',
        ).replace('-- migrate:up', '-- loses_rows: log\n-- migrate:up');
    }
  });
  return named([...made, ...later]);
}

/**
 * @param {string} table
 * @param {string} parent
 */
function tableSql(table, parent = 't0') {
  return `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, up INTEGER REFERENCES ${parent} (id),
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')), note TEXT);`;
}

/** @param {string} table */
function indexSql(table) {
  return `CREATE INDEX ix_${table} ON ${table} (name);`;
}

/**
 * @param {string} up
 * @param {string | null} down null: there is none
 */
function revision(up, down) {
  return `-- migrate:up\n${up}\n${down === null ? '' : `-- migrate:down\n${down}\n`}`;
}

/**
 * @param {readonly string[]} texts
 * @returns {History}
 */
function named(texts) {
  return Object.fromEntries(texts.map((text, n) => [`${String(n + 1).padStart(4, '0')}_step.sql`, text]));
}

/** @param {number} count */
function range(count) {
  return Array.from({ length: count }, (_, index) => index);
}
