// How the content of a backup passes between a database and where its copies are kept: into a sink, out of a source.
// Apart from the port, because both sides of it make one of the two and neither knows how the other keeps bytes.

/** Takes the content of a backup. Making it durable, and reading it back, is the business of whoever made the sink. */
export interface BackupSink {
  /**
   * Takes the next bytes.
   * @param chunk must stay as it is until the backup is finished
   */
  write(chunk: Uint8Array): void;
  /**
   * Has the whole content written by `copy`, for what is too large to pass through memory.
   * @param copy gets the path of the file of the backup, which is empty
   */
  fill(copy: (path: string) => Promise<void>): Promise<void>;
}

/** Gives the content of a backup as its sink got it. */
export interface BackupSource {
  /** The size of the content in bytes. */
  readonly sizeBytes: number;
  /**
   * The whole content.
   * @throws DatabaseError `backupFailed` where it is not what was backed up
   */
  read(): Uint8Array;
  /**
   * Writes the whole content, for what is too large to pass through memory.
   * @param path a file that is not there yet
   * @throws DatabaseError `backupFailed` where it is not what was backed up
   */
  copyTo(path: string): void;
}
