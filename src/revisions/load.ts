// The one reader of the migrations directory: files -> graph. All other code of this folder is pure. Everything that is
// wrong is said at once, because whoever mends one file wants to know of the others.

import { statSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { compareFiles, readFileName, sameVersion, type Dialect, type FileName } from './file-name.js';
import { contentHashesOf } from './checksum.js';
import { blankDraft, parseRevision, type Draft, type DraftReading } from './parse.js';
import { FleetError, type Problem } from '../model/errors.js';
import { command, hint } from '../model/hint.js';
import { buildGraph, type Graph } from './graph.js';
import { readModuleRevision, type ReadModule } from './module.js';
import type { Revision } from '../model/revision.js';
import { assertOwnWork, unsafeBut } from '../trust/taken-on.js';
import { isUnread } from './not-run.js';
import { beforeOf } from './replaced.js';
import type { Syntax } from './syntax.js';

export interface LoadOptions {
  readonly directory: string;
  /** Directories whose files are taken on though others may write there. */
  readonly trust?: readonly string[];
  readonly dialect: Dialect;
  /** Of that dialect. */
  readonly syntax: Syntax;
  /**
   * Says what a module exports. Without it, modules are a problem; `unread`: none is run, and little is known of them.
   */
  readonly readModule?: ReadModule | 'unread';
}

/** Far more than anybody writes: data is loaded by other means. */
const BYTES_MAX = 64 * 1024 * 1024;

interface Entry {
  readonly file: string;
  readonly name: FileName;
}

/**
 * Reads all revisions.
 * @throws FleetError `migrations` with every problem, each with file and line
 */
export async function loadRevisions(options: LoadOptions): Promise<Graph> {
  const names = await listDirectory(options.directory);
  const problems: Problem[] = [];
  const entries = choose(names, options, problems);
  if (entries.length === 0 && problems.length === 0) throw noRevisions(options.directory, names);
  const find = unsafeBut(options.trust ?? []);
  for (const { file } of entries.filter(isPlain))
    assertOwnWork(file, find, {
      what: `The revision ${file}`,
      directory: resolve(options.directory),
      code: 'migrations',
    });
  const drafts: Draft[] = [];
  for (const entry of entries) {
    const reading = await read(entry, options);
    problems.push(...reading.problems);
    drafts.push(reading.draft);
  }
  const built = buildGraph(withParents(drafts, problems));
  if ('problems' in built) problems.push(...built.problems);
  if (problems.length === 0 && 'graph' in built) return built.graph;
  const what = problems.length === 1 ? 'A mistake' : `${problems.length} mistakes`;
  throw new FleetError(
    'migrations',
    `${what} in the revisions of ${options.directory}; no target was touched`,
    {
      hint: hint`correct what is listed, then: ${command('lint')}`,
      problems: problems.sort(
        (a, b) => compareFiles(a.file ?? '', b.file ?? '') || (a.line ?? 0) - (b.line ?? 0),
      ),
    },
  );
}

/** What is something else is a mistake, whoever made it. */
function isPlain({ file }: Entry): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    // Whoever reads it meets the same error.
    return false;
  }
}

async function listDirectory(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const [message, hint] =
      code === 'ENOENT'
        ? [
            `There is no migrations directory ${directory}`,
            'create it, or name another with `--migrations DIR`',
          ]
        : code === 'ENOTDIR'
          ? [
              `${directory} is a file, not a migrations directory`,
              'name its directory with `--migrations DIR`',
            ]
          : [`The migrations directory ${directory} cannot be read: ${String(cause)}`, 'make it readable'];
    throw new FleetError('migrations', message, { hint, cause });
  }
}

function noRevisions(directory: string, names: readonly string[]): FleetError {
  const shown = names.filter((name) => !name.startsWith('.')).sort(compareFiles);
  const others =
    shown.length === 0
      ? 'it is empty'
      : `it has ${shown.slice(0, 3).join(', ')}${shown.length > 3 ? ', ...' : ''}`;
  return new FleetError('migrations', `The migrations directory ${directory} has no revision: ${others}`, {
    hint: hint`write the first with: ${command('new', 'create tables')}; or name another directory with --migrations DIR; files are called <version>_<words>.sql`,
  });
}

/** The files of this dialect in file order, each revision once. */
function choose(names: readonly string[], options: LoadOptions, problems: Problem[]): Entry[] {
  const entries: Entry[] = [];
  for (const name of [...names].sort(compareFiles)) {
    const file = join(options.directory, name);
    const reading = readFileName(name);
    if (reading === null) continue;
    if ('message' in reading) problems.push({ ...reading, file });
    else if (reading.dialect === null || reading.dialect === options.dialect)
      entries.push({ file, name: reading });
  }
  const own = entries.filter(({ name }) => name.dialect !== null);
  const chosen = entries.filter(
    ({ name }) =>
      name.dialect !== null ||
      name.form === 'module' ||
      !own.some((other) => other.name.version === name.version && other.name.slug === name.slug),
  );
  // In file order equal versions stand next to each other.
  return chosen.filter((entry, index) => {
    const before = chosen[index - 1];
    if (before === undefined || !sameVersion(before.name.version, entry.name.version)) return true;
    const message = `Two files have the version ${entry.name.version}: ${before.file} and ${entry.file}`;
    problems.push({
      message,
      hint: 'rename the one that is not released yet to the next free number',
      file: entry.file,
    });
    return false;
  });
}

async function read({ file, name }: Entry, options: LoadOptions): Promise<DraftReading> {
  let text: string;
  try {
    const found = await stat(file);
    // A pipe might never come to its end.
    if (!found.isFile()) throw new Error('it is no plain file');
    if (found.size > BYTES_MAX) throw new Error(`it has more than ${BYTES_MAX / 1024 / 1024} MiB`);
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
  } catch (cause) {
    const isText = cause instanceof TypeError;
    const message = isText
      ? 'The file is not UTF-8 text'
      : `The file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    return {
      draft: blankDraft(file, name),
      problems: [
        {
          message,
          hint: isText ? 'save it as UTF-8' : 'put a readable file of SQL, or of a program, here',
          file,
        },
      ],
    };
  }
  if (name.form === 'sql') {
    const { draft, problems } = parseRevision(file, name, text, options.syntax);
    return { draft: { ...draft, contentHashes: contentHashesOf(text) }, problems };
  }
  return readModuleRevision(file, name, text, options.readModule);
}

/** Fills in the parents that headers leave open: the revision before, in file order. */
function withParents(drafts: readonly Draft[], problems: Problem[]): Revision[] {
  return drafts.map((draft): Revision => {
    const { version, downRevision, ...rest } = draft;
    const parents = downRevision ?? listOf(beforeOf({ ...rest, version }, drafts));
    if (parents !== null) return { ...rest, parents };
    // A file that could not be read may name its parents.
    if (rest.checksum === '') return { ...rest, parents: [] };
    const last = drafts[drafts.indexOf(draft) - 1]?.id ?? 'base';
    // A program that is not run may say it in a way that its text does not show.
    if (isUnread({ ...rest, parents: [] })) return { ...rest, parents: last === 'base' ? [] : [last] };
    problems.push({
      message: `${rest.file} has no number in its name, and does not say what it stands on`,
      hint: `add a line "-- down_revision: ${last}" at the top, with the id it stands on`,
      file: rest.file,
      line: 1,
    });
    return { ...rest, parents: [] };
  });
}

function listOf(before: string | null | undefined): readonly string[] | null {
  return before === undefined ? null : before === null ? [] : [before];
}
