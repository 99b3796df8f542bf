// Whose process this is. Apart, and the one place outside the command line that asks the process: what a directory must
// be like depends on it in every room, and root may have given its rights up since it was last asked.

export interface User {
  readonly uid: number;
  /** Every group of the process. */
  readonly gids: readonly number[];
}

/** By its effective rights; null where the system has no such thing (Windows). */
export function thisUser(): User | null {
  const uid = process.geteuid?.();
  const gid = process.getegid?.();
  if (uid === undefined || gid === undefined) return null;
  return { uid, gids: [gid, ...(process.getgroups?.() ?? [])] };
}
