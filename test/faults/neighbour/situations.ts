// Everything that a neighbour plants, by where.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { createJiti } from 'jiti';
import { superJournal } from '../../support/super-journal.js';
import {
  all,
  data,
  none,
  own,
  revisions,
  STRANGER,
  target,
  type Place,
  type Situation,
} from './situation.js';

/** Names of super-journals that SQLite would act on: each leads it elsewhere. */
const NAMES: Readonly<Record<string, (place: Place) => string | Buffer>> = {
  absolute: ({ canary }) => join(canary, 'victim'),
  relative: ({ root, canary }) => relative(root, join(canary, 'victim')),
  'with dots': ({ data: at, canary }) => `${at}/${relative(at, join(canary, 'victim'))}`,
  'with two slashes': ({ canary }) => `${canary}//victim`,
  'a database': ({ canary }) => join(canary, 'victim.db'),
  'like a super-journal elsewhere': ({ canary }) => join(canary, 'victim.db-mj0A1B2C9FF'),
  'in a directory below': ({ data: at }) => `${at}/sub/x.db-mj0A1B2C9FF`,
  'in the directory above': ({ root }) => `${root}/x.db-mj0A1B2C9FF`,
  'by dots to the directory above': ({ data: at }) => `${at}/../x.db-mj0A1B2C9FF`,
  'relative in the same directory': () => 'x.db-mj0A1B2C9FF',
  'relative by a dot': () => './x.db-mj0A1B2C9FF',
  'the neighbour database': ({ data: at }) => `${at}/project_2.db`,
  'the database itself': ({ target: at }) => at,
  'without digits': ({ data: at }) => `${at}/x.db-mj`,
  'with wrong digits': ({ data: at }) => `${at}/x.db-mjXYZ`,
  'with something behind the digits': ({ data: at }) => `${at}/x.db-mj0A1B2C9FF.txt`,
  'with a line break': ({ data: at }) => `${at}/x.db-mj0A1B2C9FF\n`,
  'cut by a zero byte': ({ canary, data: at }) => `${join(canary, 'victim')}\0${at}/x.db-mj0A1B2C9FF`,
  'no text': ({ data: at }) =>
    Buffer.concat([Buffer.from(`${at}/`), Buffer.from([0xff]), Buffer.from('-mj00')]),
  'with a blank before it': ({ canary }) => ` ${join(canary, 'victim')}`,
};

const journals = Object.entries(NAMES).map(([name, nameIn]): Situation => ({
  name: `journal/${name.replaceAll(' ', '-')}`,
  plant: (place) => {
    writeFileSync(`${place.target}-journal`, superJournal(nameIn(place)));
  },
  ends: target(/which may have been cut/),
}));

const THINGS: Readonly<Record<string, (path: string, place: Place) => void>> = {
  'link-to-a-file': (path, { canary }) => {
    symlinkSync(join(canary, 'victim'), path);
  },
  'link-to-a-database': (path, { canary }) => {
    symlinkSync(join(canary, 'victim.db'), path);
  },
  'link-to-nothing': (path, { canary }) => {
    symlinkSync(join(canary, 'made'), path);
  },
  'link-to-a-directory': (path, { canary }) => {
    symlinkSync(join(canary, 'sub'), path);
  },
  fifo: (path) => {
    execFileSync('mkfifo', [path]);
  },
  directory: (path) => {
    mkdirSync(path);
  },
  'second-name': (path, { canary }) => {
    linkSync(join(canary, 'victim.db'), path);
  },
};

const sidecars = ['-journal', '-wal', '-shm'].flatMap((suffix) =>
  Object.entries(THINGS).map(([name, make]): Situation => ({
    name: `sidecar/${suffix.slice(1)}-${name}`,
    plant: (place) => {
      make(`${place.target}${suffix}`, place);
    },
    ends: target(new RegExp(`has a ${suffix} that`)),
  })),
);

const targets = Object.entries(THINGS).map(([name, make]): Situation => ({
  name: `target/${name}`,
  plant: (place) => {
    rmSync(place.target);
    make(place.target, place);
  },
  ends: target(/refusedPath|is a |has \d names|symbolic link/),
}));

const directories: readonly Situation[] = [
  ...[0o777, 0o1777, 0o703, 0o733].map((mode): Situation => ({
    name: `data/mode-${mode.toString(8)}`,
    plant: ({ data: at }) => {
      chmodSync(at, mode);
    },
    ends: data(/may be written by everybody .* chmod o-w /),
  })),
  {
    name: 'data/directory-above-open',
    plant: ({ root }) => {
      chmodSync(root, 0o777);
    },
    ends: all(/may be written by everybody .* chmod o-w /),
  },
  {
    name: 'data/of-a-stranger',
    needsRoot: true,
    plant: ({ root }) => {
      chownSync(root, STRANGER, STRANGER);
    },
    ends: all(/belongs to another user \(uid 54321/),
  },
  {
    name: 'data/group-of-strangers',
    needsRoot: true,
    plant: ({ data: at }) => {
      chownSync(at, 0, STRANGER);
      chmodSync(at, 0o770);
    },
    ends: data(/may be written by a group that this user is not in/),
  },
  {
    name: 'data/link-of-a-stranger',
    needsRoot: true,
    plant: ({ data: at }) => {
      renameSync(at, `${at}.real`);
      symlinkSync(`${at}.real`, at);
      lchownSync(at, STRANGER, STRANGER);
    },
    ends: data(/is a link of another user/),
  },
  {
    name: 'data/directory-inside-open',
    plant: ({ data: at, target: path }) => {
      mkdirSync(join(at, 'eu'));
      renameSync(path, join(at, 'eu', 'project_1.db'));
      chmodSync(join(at, 'eu'), 0o1777);
    },
    ends: target(/lies where others may put files beside it/),
  },
  {
    name: 'data/directory-inside-is-a-link',
    plant: ({ data: at, canary }) => {
      symlinkSync(join(canary, 'fleet'), join(at, 'eu'));
    },
    ends: target(/symbolic link/),
  },
];

/** What a neighbour's program does. */
const MARKING = `import { writeFileSync } from 'node:fs';\nwriteFileSync(process.env.MARK, 'ran');\n`;
const PROGRAM = `${MARKING}export function up(db) { db.exec('CREATE TABLE u (a)'); }\nexport function down(db) { db.exec('DROP TABLE u'); }\n`;

function program({ migrations }: Place): string {
  const file = join(migrations, '0002_u.ts');
  rmSync(join(migrations, '0002_u.sql'));
  writeFileSync(file, PROGRAM);
  return file;
}

const SPOILS: readonly (readonly [string, (path: string) => void, true?])[] = [
  [
    'open',
    (path) => {
      chmodSync(path, 0o666);
    },
  ],
  [
    'of-a-stranger',
    (path) => {
      chownSync(path, STRANGER, STRANGER);
    },
    true,
  ],
];

const code: readonly Situation[] = [
  ...SPOILS.flatMap(([how, spoil, needsRoot]): readonly Situation[] => {
    const rights = needsRoot === undefined ? {} : ({ needsRoot } as const);
    return [
      {
        name: `code/revision-in-sql-${how}`,
        ...rights,
        plant: ({ migrations }) => {
          spoil(join(migrations, '0002_u.sql'));
        },
        ends: revisions(/may be another user's work/),
      },
      {
        name: `code/revision-that-is-a-program-${how}`,
        ...rights,
        plant: (place) => {
          spoil(program(place));
        },
        ends: revisions(/may be another user's work/),
      },
      ...['json', 'ts', 'mjs'].map((ending): Situation => ({
        name: `code/configuration-in-${ending}-${how}`,
        ...rights,
        plant: ({ root }) => {
          const file = join(root, `flotilla.config.${ending}`);
          writeFileSync(file, ending === 'json' ? '{}' : `${MARKING}export default {};\n`);
          spoil(file);
        },
        ends: all(/may be another user's work/),
      })),
      {
        name: `code/functions-${how}`,
        ...rights,
        plant: ({ root }) => {
          const file = join(root, 'functions.mjs');
          writeFileSync(file, `${MARKING}export const functions = { f: () => 1 };\n`);
          spoil(file);
        },
        words: ({ root }) => ['--sqlite-functions', join(root, 'functions.mjs')],
        ends: (command) =>
          command === 'heads' ? { codes: [0] } : { codes: [78], words: /may be another user's work/ },
      },
    ];
  }),
  {
    name: 'code/directory-of-revisions-open',
    plant: (place) => {
      program(place);
      chmodSync(place.migrations, 0o777);
    },
    ends: revisions(/may be another user's work/),
  },
  {
    name: 'code/link-of-a-stranger',
    needsRoot: true,
    plant: (place) => {
      program(place);
      renameSync(place.migrations, `${place.migrations}.real`);
      symlinkSync(`${place.migrations}.real`, place.migrations);
      lchownSync(place.migrations, STRANGER, STRANGER);
    },
    ends: revisions(/is a link of another user/),
  },
  {
    name: 'code/transpiled-before',
    plant: async (place) => {
      const file = program(place);
      writeFileSync(
        file,
        `const text: string = 'CREATE TABLE u (a)';\nexport function up(db: { exec(sql: string): void }): void { db.exec(text); }\nexport function down(db: { exec(sql: string): void }): void { db.exec('DROP TABLE u'); }\n`,
      );
      chmodSync(place.tmp, 0o1777);
      const cache = join(place.tmp, 'jiti');
      await createJiti(import.meta.url, { fsCache: cache, moduleCache: false }).import(file);
      for (const name of readdirSync(cache)) {
        const path = join(cache, name);
        writeFileSync(path, `require('node:fs').writeFileSync(process.env.MARK, 'ran');\n`, { flag: 'a' });
      }
    },
    ends: none,
  },
  {
    name: 'code/revision-that-is-a-fifo',
    plant: ({ migrations }) => {
      execFileSync('mkfifo', [join(migrations, '0003_x.sql')]);
    },
    ends: revisions(/it is no plain file/),
  },
  {
    name: 'code/revision-that-never-ends',
    plant: ({ migrations }) => {
      symlinkSync('/dev/zero', join(migrations, '0003_x.sql'));
    },
    ends: revisions(/it is no plain file/),
  },
  {
    name: 'code/revision-of-a-gigabyte',
    plant: ({ migrations }) => {
      writeFileSync(join(migrations, '0003_x.sql'), '');
      truncateSync(join(migrations, '0003_x.sql'), 2 ** 30);
    },
    ends: revisions(/it has more than 64 MiB/),
  },
  {
    name: 'code/configuration-that-is-a-fifo',
    plant: ({ root }) => {
      execFileSync('mkfifo', [join(root, 'flotilla.config.json')]);
    },
    ends: all(/it is no regular file/),
  },
  {
    name: 'code/configuration-that-never-ends',
    plant: ({ root }) => {
      symlinkSync('/dev/zero', join(root, 'flotilla.config.json'));
    },
    ends: all(/it is no regular file/),
  },
];

/** A ledger of ours, by a run that has been. */
function ledgerOf(place: Place): string {
  mkdirSync(place.state, { mode: 0o700, recursive: true });
  return join(place.state, 'ledger.db');
}

const ours: readonly Situation[] = [
  ...Object.entries(THINGS)
    .filter(([name]) => name !== 'directory')
    .map(([name, make]): Situation => ({
      name: `own/state-directory-${name}`,
      plant: (place) => {
        make(place.state, place);
      },
      ends: own,
    })),
  ...['ledger.db', 'run.lock'].flatMap((file) =>
    Object.entries(THINGS).map(([name, make]): Situation => ({
      name: `own/${file}-${name}`,
      plant: (place) => {
        mkdirSync(place.state, { mode: 0o700 });
        make(join(place.state, file), place);
      },
      ends: own,
    })),
  ),
  ...['reports', 'backups', 'scratch'].flatMap((directory) =>
    ['link-to-a-directory', 'link-to-nothing'].map((name): Situation => ({
      name: `own/${directory}-${name}`,
      plant: (place) => {
        mkdirSync(place.state, { mode: 0o700 });
        THINGS[name]?.(join(place.state, directory), place);
      },
      ends: own,
    })),
  ),
  ...[0o777, 0o1777].map((mode): Situation => ({
    name: `own/state-directory-mode-${mode.toString(8)}`,
    plant: ({ state }) => {
      mkdirSync(state);
      chmodSync(state, mode);
    },
    ends: own,
  })),
  {
    name: 'own/state-directory-of-a-stranger',
    needsRoot: true,
    plant: ({ state }) => {
      mkdirSync(state);
      chownSync(state, STRANGER, STRANGER);
    },
    ends: own,
  },
  {
    name: 'own/ledger-of-a-stranger',
    needsRoot: true,
    plant: (place) => {
      const path = ledgerOf(place);
      new Database(path).exec('CREATE TABLE x (a)').close();
      chownSync(path, STRANGER, STRANGER);
    },
    ends: own,
  },
  {
    name: 'own/ledger-of-another-shape',
    plant: (place) => {
      new Database(ledgerOf(place))
        .exec('CREATE TABLE run (a); CREATE TRIGGER t AFTER INSERT ON run BEGIN SELECT 1; END')
        .close();
    },
    ends: own,
  },
];

export const SITUATIONS: readonly Situation[] = [
  { name: 'none', plant: () => undefined, ends: none },
  ...journals,
  ...sidecars,
  ...targets,
  ...directories,
  ...code,
  ...ours,
];

/** Whether this process may give files away. */
export const isRoot = process.geteuid?.() === 0;
