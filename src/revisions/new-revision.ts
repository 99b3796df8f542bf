// The name and text of a new revision file. Pure: chance, for ids that are not numbers, is passed in.

import { compareFiles, isNumeric } from './file-name.js';
import type { Graph } from './graph.js';

export interface NewRevision {
  /** Name of the file. */
  readonly name: string;
  readonly id: string;
  readonly text: string;
}

/** Width of the first number. */
const DIGITS = 4;

/**
 * The next revision: a number after numbers, else a new id that stands on all heads.
 * @param graph null where there are no revisions yet
 * @param message what the revision does; its letters and digits become the words of the file's name
 * @param randomId twelve hexadecimal digits
 */
export function newRevision(graph: Graph | null, message: string, randomId: string): NewRevision | null {
  const slug = message
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  if (slug === '') return null;
  const ids = graph?.order.map((revision) => revision.id) ?? [];
  const numeric = ids.every(isNumeric);
  const id = numeric ? nextNumber(ids) : randomId;
  const heads = graph?.heads ?? [];
  // File order says it too where the only head is the last file; any other shape has to be written down.
  const last = graph?.order.toSorted((a, b) => compareFiles(a.file, b.file)).at(-1);
  const isSaid = numeric && heads.every((head) => head === last?.id);
  const parents = isSaid ? [] : [`-- down_revision: ${heads.join(', ')}`];
  const header = [`-- revision: ${id}`, ...parents, `-- ${message.replaceAll(/\s+/g, ' ').trim()}`];
  return {
    name: `${id}_${slug}.sql`,
    id,
    text: [...header, '', '-- migrate:up', '', '', '-- migrate:down', '', ''].join('\n'),
  };
}

function nextNumber(ids: readonly string[]): string {
  const last = ids.reduce((most, id) => (BigInt(id) > most ? BigInt(id) : most), 0n);
  const width = Math.max(DIGITS, ...ids.map((id) => id.length));
  return String(last + 1n).padStart(width, '0');
}
