// The version of a file and its sidecars as one text: equal texts mean that nothing was written in between.
// Apart because it is kept in ledgers: what is written here must not change without a reason.

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
