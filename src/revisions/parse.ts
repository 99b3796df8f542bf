// One file's text -> a draft of its revision, and everything that is wrong with it. Pure. Only the parent may still be
// open in a draft: the default is the revision before it, which one file alone cannot know.

import type { BrokenScript, Revision, Script } from '../model/revision.js';
import { readAllowances } from './allowance.js';
import { checksumsOf, normalizeText } from './checksum.js';
import { misplacedKeys, NOTHING_DECLARED, readHeader } from './header.js';
import { readStatements, type SectionReading } from './statements.js';
import type { Comment, Syntax, Token } from './syntax.js';
import type { FileName } from './file-name.js';
import type { Problem } from '../model/errors.js';
import { nearest } from '../model/nearest.js';

/** A revision whose parents may still be open. */
export interface Draft extends Omit<Revision, 'parents'> {
  readonly version: string;
  /** As the header says; null: the revision before it in file order. */
  readonly downRevision: readonly string[] | null;
}

/**
 * A draft, and all that is wrong with its file but for its way back, which has its mistakes in itself. Where anything
 * is, the draft is what could be read, for the graph alone.
 */
export interface DraftReading {
  readonly draft: Draft;
  readonly problems: readonly Problem[];
}

/** What a file's name alone says, for a file that cannot be read. */
export function blankDraft(file: string, name: FileName): Draft {
  return {
    id: name.version,
    version: name.version,
    name: name.slug.replaceAll('_', ' '),
    file,
    downRevision: null,
    dependsOn: [],
    transactional: true,
    ...NOTHING_DECLARED,
    up: { kind: 'sql', statements: [] },
    down: null,
    checksum: '',
    downChecksum: '',
    formerChecksum: '',
  };
}

interface Mark {
  readonly direction: 'up' | 'down';
  readonly option: string;
  readonly comment: Comment;
}

/**
 * Reads one SQL file.
 * @param file path, for messages and the revision
 * @param text as it is on disk
 * @param syntax of the dialect that the file is written for
 */
export function parseRevision(file: string, name: FileName, text: string, syntax: Syntax): DraftReading {
  const problems: Problem[] = [];
  const normalized = normalizeText(text);
  const fault = syntax.faultOf(normalized);
  if (fault !== null) return { draft: blankDraft(file, name), problems: [{ ...fault, file }] };
  const { tokens, comments } = syntax.tokensOf(normalized);
  const marks = readMarks(comments, problems);
  const [up, down] = [marks.find(isUp), marks.find((mark) => !isUp(mark))];
  const first = marks[0]?.comment.offset ?? Infinity;
  const headerComments = comments.filter(({ offset }) => offset < first);
  const { header, problems: headerProblems } = readHeader(headerComments);
  problems.push(...headerProblems, ...misplacedKeys(comments.filter(({ offset }) => offset > first)));
  const [stray] = syntax.split(tokens.filter(({ offset }) => offset < first));
  const faults = faultsOfMarks(marks, stray?.[0], header.transaction);
  problems.push(...faults.up);
  const transactional = header.transaction ?? !(up !== undefined && isOutside(up));

  const section = (mark: Mark | undefined): SectionReading | null => {
    if (mark === undefined) return null;
    const end = marks.find((other) => other.comment.offset > mark.comment.offset)?.comment.offset ?? Infinity;
    const within = ({ offset }: Token | Comment): boolean => offset > mark.comment.offset && offset < end;
    const own = { tokens: tokens.filter(within), comments: comments.filter(within) };
    return readStatements({ text: normalized, ...own, transactional }, syntax);
  };
  const [upSection, downSection] = [section(up), section(down)];
  const allows = readAllowances(
    headerComments,
    comments.filter(({ offset }) => offset > first),
    [...(upSection?.lines ?? []), ...(downSection?.lines ?? [])],
  );
  problems.push(...(upSection?.problems ?? []));
  const placed = (found: readonly Problem[]): readonly Problem[] =>
    found.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)).map((problem) => ({ ...problem, file }));
  const { downRevision, dependsOn, declared, replaces } = header;
  const meaning = { downRevision, dependsOn, transactional, losesRows: declared.losesRows };
  return {
    draft: {
      ...blankDraft(file, name),
      ...meaning,
      ...(replaces.length === 0 ? {} : { replaces }),
      ...declared,
      id: header.revision ?? name.version,
      ...(allows.length === 0 ? {} : { allows }),
      up: scriptOf(upSection ?? { statements: [] }),
      down:
        downSection === null
          ? null
          : wayBackOf(downSection, placed([...faults.down, ...downSection.problems])),
      ...checksumsOf({ ...meaning, up: upSection?.meant ?? [], down: downSection?.meant ?? null }),
    },
    problems: placed(problems),
  };
}

function scriptOf({ statements }: Pick<SectionReading, 'statements'>): Script {
  return { kind: 'sql', statements };
}

function wayBackOf(section: SectionReading, problems: readonly Problem[]): Script | BrokenScript {
  if (problems.length === 0) return scriptOf(section);
  return { kind: 'broken', statements: section.statements, problems };
}

const MARKS = ['migrate:up', 'migrate:down'];
const isUp = (mark: Mark): boolean => mark.direction === 'up';
const isOutside = (mark: Mark): boolean => /^transaction\s*:\s*false$/i.test(mark.option);

/** The lines `-- migrate:up` and `-- migrate:down`; what only looks like one is a problem, never a comment. */
function readMarks(comments: readonly Comment[], problems: Problem[]): Mark[] {
  return comments.flatMap((comment): Mark[] => {
    const written = comment.text.split('\n', 1)[0] ?? '';
    const found = /^migrate\s*:\s*(up|down)(?:\s+(.*))?$/i.exec(written);
    if (found !== null && comment.ownLine) {
      const direction = found[1]?.toLowerCase() === 'up' ? 'up' : 'down';
      return [{ direction, option: (found[2] ?? '').trim(), comment }];
    }
    const looksLikeMark =
      found !== null ||
      /^migrate\s*:\s*\S*(\s+transaction\s*:.*)?$/i.test(written) ||
      [written, written.split(/\s/, 1)[0] ?? ''].some((word) => nearest(word, MARKS, 2).length > 0);
    if (looksLikeMark) {
      problems.push({
        message: `"${written}" looks like a section and is none`,
        hint: 'write `-- migrate:up` or `-- migrate:down` on a line of its own, or reword the comment',
        line: comment.line,
      });
    }
    return [];
  });
}

/**
 * What is wrong with the marks, `down` with that of the way back alone.
 * @param before the first token that stands before every mark
 */
function faultsOfMarks(
  marks: readonly Mark[],
  before: Token | undefined,
  header: boolean | null,
): Record<Mark['direction'], Problem[]> {
  const found: Record<Mark['direction'], Problem[]> = { up: [], down: [] };
  const { up: problems } = found;
  const ups = marks.filter(isUp);
  const downs = marks.filter((mark) => !isUp(mark));
  if (ups.length === 0) {
    const hint = 'put a line `-- migrate:up` above the first statement';
    problems.push({ message: 'The file has no `-- migrate:up`', hint, line: before?.line ?? 1 });
  } else if (before !== undefined) {
    const message = `SQL stands before \`-- migrate:${marks[0]?.direction ?? 'up'}\``;
    problems.push({ message, hint: 'move it below `-- migrate:up`', line: before.line });
  }
  for (const [word, all] of [
    ['up', ups],
    ['down', downs],
  ] as const) {
    for (const second of all.slice(1)) {
      const message = `A second \`-- migrate:${word}\`; the first is on line ${all[0]?.comment.line ?? 1}`;
      found[word].push({
        message,
        hint: 'put all of it into one section, or into two files',
        line: second.comment.line,
      });
    }
  }
  const [up, down] = [ups[0], downs[0]];
  if (up !== undefined && down !== undefined && down.comment.offset < up.comment.offset) {
    const message = '`-- migrate:down` stands before `-- migrate:up`';
    problems.push({ message, hint: 'put the section for up first', line: down.comment.line });
  }
  for (const mark of marks) {
    if (mark.option === '' || /^transaction\s*:\s*true$/i.test(mark.option)) continue;
    const { line } = mark.comment;
    if (!isOutside(mark)) {
      const message = `"${mark.option}" behind \`migrate:${mark.direction}\` is no option that is known`;
      found[mark.direction].push({ message, hint: 'the only option is `transaction:false`', line });
    } else if (header === true || (!isUp(mark) && header !== false && (up === undefined || !isOutside(up)))) {
      const message = '`transaction:false` stands for one part of the revision only';
      found[mark.direction].push({
        message,
        hint: 'write "-- transaction: false" in the header: it holds for both directions',
        line,
      });
    }
  }
  return found;
}
