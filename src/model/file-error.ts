// What the file system says, in Flotilla's words: one table for backups, private copies and the driver. Node's errors
// carry the name of the error as `code`, and its number, negative, as `errno`.

import type { FailureCode } from './outcome.js';

/** EDQUOT, the end of a quota, which Node has no name for: 122 on Linux, 69 on macOS and BSD. */
const QUOTA_ERRNOS = [-122, -69];

/** @returns null where the error is none of the file system's, or says nothing of the machine */
export function fileFailureCode(error: unknown): FailureCode | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  if ('errno' in error && typeof error.errno === 'number' && QUOTA_ERRNOS.includes(error.errno))
    return 'diskFull';
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'diskFull';
    case 'EIO':
    case 'EFBIG':
    case 'EMFILE':
    case 'ENFILE':
      return 'io';
    case 'EROFS':
      return 'readOnly';
    case 'EACCES':
    case 'EPERM':
      return 'permission';
    default:
      return null;
  }
}
