// Keeps the report of a run under the state directory, durably and whole or not at all. If it cannot be
// written, that is reported; the work on the targets is not affected.

import { closeSync, fsyncSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RunReport } from '../model/report.js';
import { makeOwnDirectory, openTemporary, type NewFile } from '../trust/own-files.js';
import { assertSafe, syncDirectory } from './state-directory.js';

/** Characters that are gathered for one write. */
const CHUNK = 65_536;

/**
 * Writes `reports/<run-id>.json`.
 * @param mode of the state directory
 * @returns null, or why it is not there
 */
export function keepReport(stateDir: string, report: RunReport, mode?: number): string | null {
  const directory = join(stateDir, 'reports');
  const path = join(directory, `${report.runId}.json`);
  let temporary: NewFile | null = null;
  try {
    assertSafe(stateDir);
    makeOwnDirectory(directory, mode);
    syncDirectory(stateDir);
    temporary = openTemporary(path, mode);
    writeDurably(temporary.file, documentOf(report));
    renameSync(temporary.path, path);
    syncDirectory(directory);
    return null;
  } catch (error) {
    if (temporary !== null) removeQuietly(temporary.path);
    return `The report could not be kept in ${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The error of the write is reported; failing to remove the file has the same cause.
  }
}

/** The document in pieces, a target a line, because that of 100,000 targets need not be in memory at once. */
function* documentOf(report: RunReport): Iterable<string> {
  let separator = '{\n';
  for (const [key, value] of Object.entries(report)) {
    yield `${separator}${JSON.stringify(key)}: `;
    separator = ',\n';
    if (key !== 'targets') yield JSON.stringify(value);
    else yield* linesOf(report.targets);
  }
  yield '\n}\n';
}

function* linesOf(targets: RunReport['targets']): Iterable<string> {
  let separator = '[\n';
  for (const target of targets) {
    yield `${separator}${JSON.stringify(target)}`;
    separator = ',\n';
  }
  yield targets.length === 0 ? '[]' : '\n]';
}

/** The descriptor is closed, whatever happens. */
function writeDurably(descriptor: number, pieces: Iterable<string>): void {
  try {
    let chunk = '';
    for (const piece of pieces) {
      chunk += piece;
      if (chunk.length < CHUNK) continue;
      writeAll(descriptor, chunk);
      chunk = '';
    }
    writeAll(descriptor, chunk);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A write may take less than it was given, on a disk that is nearly full. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.byteLength;) at += writeSync(descriptor, bytes, at);
}
