// Is what a target records of a revision what its file says now? The one place that decides it, for rows of today and
// for those that 0.1.0 wrote.

import type { HistoryEntry } from '../model/history.js';
import type { Revision } from '../model/revision.js';
import type { Basis } from './basis.js';

/** What a history says of the files of its revisions. */
export interface Records {
  /** Revisions that were applied otherwise than their files have it now, in the order of application. */
  readonly edited: readonly Edited[];
  /** Revisions that count as applied and are recorded in the form of 0.1.0. */
  readonly former: readonly string[];
}

export interface Edited {
  readonly id: string;
  readonly file: string;
  /** Recorded by 0.1.0: it may be the header or `down` that has changed. */
  readonly isFormer: boolean;
}

export const NO_RECORDS: Records = { edited: [], former: [] };

/**
 * @param history of known revisions, each applied to its end
 * @param isAsReplayed whether the structure of the target is what its revisions leave
 */
export async function readRecords(
  history: readonly HistoryEntry[],
  known: readonly Revision[],
  isAsReplayed: boolean,
  { replay }: Pick<Basis, 'replay'>,
): Promise<Records> {
  const changesStructure = async (revision: Revision): Promise<boolean> => {
    const at = known.indexOf(revision);
    const before = await replay.fingerprint(known.slice(0, at));
    return before !== (await replay.fingerprint(known.slice(0, at + 1)));
  };
  const edited: Edited[] = [];
  const former: string[] = [];
  for (const entry of history) {
    const revision = known.find(({ id }) => id === entry.revision);
    if (revision === undefined || entry.sqlChecksum === revision.checksum) continue;
    const { id, file } = revision;
    const isFormer = FORMER.test(entry.sqlChecksum);
    // Its header and its `down` counted too: where they alone have changed, the structure is the proof.
    const isProved =
      isRecorded(entry, revision) || (isFormer && isAsReplayed && (await changesStructure(revision)));
    if (isProved) former.push(id);
    else edited.push({ id, file, isFormer });
  }
  return { edited, former };
}

/** Whether a row is of the very script that the file has now; of one that is leaving, that is `down`. */
export function isRecorded({ status, sqlChecksum }: HistoryEntry, revision: Revision): boolean {
  const own = status === 'leaving' ? revision.downChecksum : revision.checksum;
  return sqlChecksum === own || sqlChecksum === revision.formerChecksum;
}

/** What 0.1.0 wrote. */
const FORMER = /^[0-9a-f]{64}$/;
