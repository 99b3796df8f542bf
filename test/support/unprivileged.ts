// Permissions mean nothing to root, so a test of them runs as nobody where it was started by root.

const NOBODY = 65_534;

/** Runs `work` without the rights of root; what it touches must be open to others. */
export async function withoutPrivilege<T>(work: () => T | Promise<T>): Promise<T> {
  const user = process.geteuid?.();
  if (user !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(user);
  }
}
