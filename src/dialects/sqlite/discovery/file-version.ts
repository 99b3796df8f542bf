// The version of a file and its sidecars as one text: equal texts mean that nothing was written in between.
// Apart because discovery writes it and the ledger must read the times in it.

/** What `lstat` says about one file, times in nanoseconds since 1970. */
export interface FileFacts {
  readonly sizeBytes: bigint;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  readonly inode: bigint;
}

/**
 * @param files the main file and each sidecar, in an order that never changes; null for one that is not there
 */
export function fileVersion(files: readonly (FileFacts | null)[]): string {
  return files
    .map((file) =>
      file === null ? '-' : `${file.sizeBytes}.${file.modifiedNs}.${file.changedNs}.${file.inode}`,
    )
    .join(' ');
}

/** The latest time in a version, in nanoseconds since 1970, to a microsecond or so; 0 where it has none. */
export function newestTimeNs(version: string): number {
  let newest = 0;
  for (const file of version.split(' ')) {
    if (file === '-') continue;
    const [, modified = 0, changed = 0] = file.split('.', 3);
    newest = Math.max(newest, Number(modified), Number(changed));
  }
  return newest;
}
