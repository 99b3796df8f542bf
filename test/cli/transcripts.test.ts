// What a person sees, from the first look to the last report: the commands as typed, what they print.
// Run ids, times and hashes are replaced, because they differ each time.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildDatabase, buildSampleFleet } from '../../data-fixtures/build-sample-fleet.mjs';
import { MIGRATIONS, runCli } from '../support/cli.js';
import { temporaryDirectory } from '../support/fleet.js';

/** Types the lines one after the other, and gives back what the screen then shows. */
async function transcript(cwd: string, ...lines: string[]): Promise<string> {
  let screen = '';
  for (const line of lines) {
    const { code, stdout, stderr } = await runCli(line.split(' '), { cwd });
    screen += `$ flotilla ${line}\n${settled(stdout + stderr)}[exit ${code ?? 'by signal'}]\n\n`;
  }
  return screen;
}

function settled(text: string): string {
  return text
    .replaceAll(/\d{8}T\d{6}Z-[0-9a-f]{6}/g, 'RUN')
    .replaceAll(/\b[0-9a-f]{8}\b/g, 'a-shape-')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/"durationMs":\d+/g, '"durationMs":0')
    .replaceAll(/\b\d+(\.\d)? m?s\b/g, 'TIME');
}

test('a fleet of legacy databases is looked at, rehearsed, stamped and upgraded', async () => {
  const cwd = temporaryDirectory();
  writeFileSync(join(cwd, 'flotilla.config.json'), JSON.stringify({ migrations: MIGRATIONS }));
  buildSampleFleet(join(cwd, 'data'));
  expect(
    await transcript(
      cwd,
      'status',
      'upgrade --stamp --dry-run',
      'stamp',
      'upgrade --only eu/*',
      'upgrade',
      'check',
      'current --only project_3,eu/*',
    ),
  ).toMatchInlineSnapshot(`
    "$ flotilla status
    11 targets under data: 11 legacy. Head is b81d57e3c60a.

      State   Revision           Pending             Shape     Targets  Example
      legacy  like e6e5369fb4d1  4f0c2a9d7b13 to     a-shape-        7  eu/project_7
                                 b81d57e3c60a (2)
      legacy  like 4f0c2a9d7b13  b81d57e3c60a        a-shape-        3  project_3
      legacy  like b81d57e3c60a  -                   a-shape-        1  project_10

    Problems
      7 targets: noBaseline, revision e6e5369fb4d1
        it has tables and no history; its structure is that of revision e6e5369fb4d1
        also: it has tables and no history; its structure is that of revision
        e6e5369fb4d1; alembic_version says e6e5369fb4d1 (project_2)
        for example: eu/project_7
        hint: baseline it: flotilla stamp (or in one pass: flotilla upgrade --stamp)

      3 targets: noBaseline, revision 4f0c2a9d7b13
        it has tables and no history; its structure is that of revision
        4f0c2a9d7b13; alembic_version says 4f0c2a9d7b13
        also: it has tables and no history; its structure is that of revision
        4f0c2a9d7b13 (project_8)
        for example: project_3
        hint: baseline it: flotilla stamp (or in one pass: flotilla upgrade --stamp)

      1 target: noBaseline, revision b81d57e3c60a
        it has tables and no history; its structure is that of revision b81d57e3c60a
        target: project_10
        hint: baseline it: flotilla stamp (or in one pass: flotilla upgrade --stamp)

    Next
      flotilla stamp --dry-run
          rehearses to record what evidence says of the legacy targets
    [exit 0]

    $ flotilla upgrade --stamp --dry-run
    Rehearsal on private copies: no target was changed.
    10 of 11 targets would be upgraded, 1 stamped; TIME.

      Outcome   Revision                      Targets  Example
      upgraded  e6e5369fb4d1 -> b81d57e3c60a        7  eu/project_7
      upgraded  4f0c2a9d7b13 -> b81d57e3c60a        3  project_3
      stamped   b81d57e3c60a                        1  project_10

    Report   data/.flotilla/reports/RUN.json

    Next
      flotilla upgrade --stamp
          does what was rehearsed
    [exit 0]

    $ flotilla stamp
    All 11 targets stamped; TIME.

      Outcome  Revision              Targets  Example
      stamped  base -> e6e5369fb4d1        7  eu/project_7
      stamped  base -> 4f0c2a9d7b13        3  project_3
      stamped  base -> b81d57e3c60a        1  project_10

    Backups  data/.flotilla/backups/RUN (11 files)
    Report   data/.flotilla/reports/RUN.json

    Next
      flotilla status
          shows the fleet as it is now
      flotilla undo RUN
          takes back what this run did
    [exit 0]

    $ flotilla upgrade --only eu/*
    1 of 1 target upgraded; TIME.

      Outcome   Revision                      Targets  Example
      upgraded  e6e5369fb4d1 -> b81d57e3c60a        1  eu/project_7

    Backups  data/.flotilla/backups/RUN (1 file)
    Report   data/.flotilla/reports/RUN.json

    Next
      flotilla status --only 'eu/*'
          shows the fleet as it is now
      flotilla undo RUN
          takes back what this run did
    [exit 0]

    $ flotilla upgrade
    9 of 11 targets upgraded, 2 current already; TIME.

      Outcome   Revision                      Targets  Example
      upgraded  e6e5369fb4d1 -> b81d57e3c60a        6  project_1
      upgraded  4f0c2a9d7b13 -> b81d57e3c60a        3  project_3
      current   b81d57e3c60a                        2  eu/project_7

    Backups  data/.flotilla/backups/RUN (9 files)
    Report   data/.flotilla/reports/RUN.json

    Next
      flotilla status
          shows the fleet as it is now
      flotilla undo RUN
          takes back what this run did
    [exit 0]

    $ flotilla check
    11 targets under data: 11 current. Head is b81d57e3c60a.

      State    Revision      Pending  Shape     Targets  Example
      current  b81d57e3c60a  -        a-shape-       11  eu/project_7
    [exit 0]

    $ flotilla current --only project_3,eu/*
      eu/project_7  b81d57e3c60a  (head)
      project_3     b81d57e3c60a  (head)
    [exit 0]

    "
  `);
});

test('a revision that fails on the data of some targets is told once, with what to do', async () => {
  const cwd = temporaryDirectory();
  for (const directory of ['data', 'migrations']) mkdirSync(join(cwd, directory));
  const revision = (name: string, ...sql: string[]) => {
    writeFileSync(join(cwd, 'migrations', name), ['-- migrate:up', ...sql, ''].join('\n'));
  };
  revision('0001_tasks.sql', 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, owner TEXT);');
  revision(
    '0002_owner_required.sql',
    'CREATE TABLE new_tasks (id INTEGER PRIMARY KEY, owner TEXT NOT NULL);',
    'INSERT INTO new_tasks',
    '  SELECT id, owner FROM tasks;',
    'DROP TABLE tasks;',
    'ALTER TABLE new_tasks RENAME TO tasks;',
  );
  for (let number = 1; number <= 5; number += 1) {
    const owner = number % 2 === 0 ? 'NULL' : `'somebody'`;
    const sql = `CREATE TABLE tasks (id INTEGER PRIMARY KEY, owner TEXT);\nINSERT INTO tasks (owner) VALUES (${owner});\n`;
    buildDatabase(sql, join(cwd, `data/project_${number}.db`));
  }
  expect(await transcript(cwd, 'plan --stamp', 'upgrade --stamp', 'status', 'upgrade --limit 1 --ndjson'))
    .toMatchInlineSnapshot(`
      "$ flotilla plan --stamp
      On the way to 0002: 5 targets in 1 cohort.

      5 targets like project_1 (legacy): 0002
        0002  owner required  migrations/0002_owner_required.sql

      Next
        flotilla plan --stamp --sql
            prints the SQL of it
        flotilla upgrade --stamp --dry-run
            rehearses it on private copies
      [exit 0]

      $ flotilla upgrade --stamp
      3 of 5 targets upgraded, 2 failed; TIME.

        Outcome   Revision      Targets  Example
        upgraded  0001 -> 0002        3  project_1
        failed    0001                2  project_2

      Failed; every one is as it was before the run
        2 targets: migrationFailed, revision 0002, line 3 of
        migrations/0002_owner_required.sql
          NOT NULL constraint failed: new_tasks.owner
            INSERT INTO new_tasks
              SELECT id, owner FROM tasks
          for example: project_2
          hint: mend the rows that stand in the way, or the revision; rehearse with:
          flotilla upgrade --stamp --dry-run --only project_2

      Backups  data/.flotilla/backups/RUN (3 files)
      Report   data/.flotilla/reports/RUN.json

      Next
        flotilla upgrade --stamp --dry-run --only project_2
            rehearses again, once the cause is mended
        flotilla upgrade --stamp
            does the rest; what is done stays done
        flotilla undo RUN
            takes back what this run did
      [exit 2]

      $ flotilla status
      5 targets under data: 3 current, 2 legacy. Head is 0002.

        State    Revision   Pending  Shape     Targets  Example
        current  0002       -        a-shape-        3  project_1
        legacy   like 0001  0002     a-shape-        2  project_2

      Problems
        2 targets: noBaseline, revision 0001
          it has tables and no history; its structure is that of revision 0001
          for example: project_2
          hint: baseline it: flotilla stamp (or in one pass: flotilla upgrade --stamp)

      Next
        flotilla stamp --dry-run
            rehearses to record what evidence says of the legacy targets
      [exit 0]

      $ flotilla upgrade --limit 1 --ndjson
      {"event":"run","command":"upgrade","dryRun":false,"planned":2,"startedAt":"TIME","runId":"RUN","at":"TIME"}
      {"event":"target","id":"project_2","path":"data/project_2.db","backup":null,"durationMs":0,"rows":{},"match":{"kind":"exact","revision":"0001","candidates":["0001"],"difference":[]},"outcome":"skipped","from":null,"to":null,"applied":[],"failure":{"code":"noBaseline","step":"read","message":"it has tables and no history; its structure is that of revision 0001","hint":"baseline it: flotilla stamp --limit 1   (or in one pass: flotilla upgrade --stamp --limit 1)","commands":[{"verb":"stamp","options":{"limit":1}},{"verb":"upgrade","options":{"stamp":true,"limit":1}}],"revision":"0001"},"runId":"RUN","at":"TIME"}
      {"event":"target","id":"project_4","path":"data/project_4.db","backup":null,"durationMs":0,"rows":{},"match":{"kind":"exact","revision":"0001","candidates":["0001"],"difference":[]},"outcome":"skipped","from":null,"to":null,"applied":[],"failure":{"code":"noBaseline","step":"read","message":"it has tables and no history; its structure is that of revision 0001","hint":"baseline it: flotilla stamp --limit 1   (or in one pass: flotilla upgrade --stamp --limit 1)","commands":[{"verb":"stamp","options":{"limit":1}},{"verb":"upgrade","options":{"stamp":true,"limit":1}}],"revision":"0001"},"runId":"RUN","at":"TIME"}
      {"event":"summary","at":"TIME","contract":1,"command":"upgrade","runId":"RUN","dryRun":false,"head":["0002"],"startedAt":"TIME","finishedAt":"TIME","durationMs":0,"summary":{"planned":2,"skipped":2},"failures":[{"code":"noBaseline","outcome":"skipped","count":2,"message":"it has tables and no history; its structure is that of revision 0001","wordings":1,"revision":"0001","example":"project_2","hint":"baseline it: flotilla stamp --limit 1   (or in one pass: flotilla upgrade --stamp --limit 1)","commands":[{"verb":"stamp","options":{"limit":1}},{"verb":"upgrade","options":{"stamp":true,"limit":1}}]}],"unexamined":0,"report":"data/.flotilla/reports/RUN.json","exitCode":1}
      [exit 1]

      "
    `);
});

test('what cannot be used is told with the reason, and the next command', async () => {
  const cwd = temporaryDirectory();
  writeFileSync(join(cwd, 'flotilla.config.json'), JSON.stringify({ migrations: MIGRATIONS }));
  mkdirSync(join(cwd, 'data'));
  writeFileSync(join(cwd, 'data/project_1.db'), '');
  writeFileSync(join(cwd, 'data/project_2.db'), 'This is a text, and no database. '.repeat(20));
  expect(
    await transcript(cwd, 'discover', 'upgrade', 'discover --data-dir nowhere', 'upgrade --only project_7'),
  ).toMatchInlineSnapshot(`
    "$ flotilla discover
    1 target under data, 660 B in all.

      project_2  660 B  data/project_2.db

    Refused: 1 path
      data/project_1.db
        is empty (0 bytes), so it is no database
        hint: let its application fill it, put the database or its backup here, or
        delete the file if nobody misses it

    Next
      flotilla status
          shows at which revision each of them is
    [exit 1]

    $ flotilla upgrade
    0 of 2 targets upgraded, 1 left alone, 1 failed; TIME.

      Outcome     Revision  Targets  Example
      failed      -               1  project_2
      left alone  -               1  project_1

    Failed; every one is as it was before the run
      1 target: notADatabase
        file is not a database
        target: project_2
        hint: it is not a SQLite file, or it is encrypted; move it away, or leave it
        out with --exclude

    Left alone
      1 target: refusedPath
        is empty (0 bytes), so it is no database
        target: project_1
        hint: let its application fill it, put the database or its backup here, or
        delete the file if nobody misses it

    Report   data/.flotilla/reports/RUN.json

    Next
      flotilla upgrade --dry-run --only project_2
          rehearses again, once the cause is mended
      flotilla upgrade
          does the rest; what is done stays done
    [exit 2]

    $ flotilla discover --data-dir nowhere
    error: The data directory "nowhere" does not exist
    hint: name the directory of the databases with --data-dir
    [exit 78]

    $ flotilla upgrade --only project_7
    error: No target has the id "project_7"
    hint: did you mean project_2 or project_1? list the ids with: flotilla discover; --missing skip passes over such names
    [exit 64]

    "
  `);
});
