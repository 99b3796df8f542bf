// The file of `--report`: opened before the run, so that a path that cannot be written is refused before anything is
// done, and written after it. Never overwrites a file that is not a report.

import { lstat, open, readFile, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { FleetError } from '../index.js';

export interface ReportFile {
  /** Replaces the content and closes the file. @returns null, or in a sentence why the report is not there */
  write(text: string): Promise<string | null>;
}

/**
 * Opens the file for a report, and makes it where there is none.
 * @throws FleetError `usage` where it cannot be written, or is something else than a report
 */
export async function openReportFile(path: string): Promise<ReportFile> {
  if (await isForeign(path)) {
    throw refused(path, `${path} exists and is no report`, 'it would be lost');
  }
  let handle: FileHandle;
  try {
    handle = await open(path, 'a');
  } catch (error) {
    throw refused(path, `The report cannot be written to ${path}`, wordsOf(error));
  }
  return {
    async write(text) {
      try {
        try {
          if ((await handle.stat()).isFile()) await handle.truncate(0);
          await handle.writeFile(text);
        } finally {
          await handle.close();
        }
        return null;
      } catch (error) {
        return `The report could not be written to ${path}: ${wordsOf(error)}`;
      }
    },
  };
}

/** Whether an existing plain file is something else than a report. Only files named .json are opened to see. */
async function isForeign(path: string): Promise<boolean> {
  let real: string;
  try {
    real = await realpath(path);
  } catch {
    // Nothing is there, or opening it will tell why not.
    return false;
  }
  const found = await lstat(real);
  if (!found.isFile() || found.size === 0) return false;
  if (!real.endsWith('.json')) return true;
  return !(await readFile(real, 'utf8')).startsWith('{"contract":');
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refused(path: string, what: string, why: string): FleetError {
  return new FleetError('usage', `${what}: ${why}`, {
    hint: `name a file that can be written with --report, instead of ${path}; a report that is there is replaced`,
  });
}
