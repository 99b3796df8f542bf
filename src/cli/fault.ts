// What a thing that was thrown is to the user. Apart from the program because a bug may show before it is loaded.

import { FleetError, VERSION } from '../index.js';

/** A fault with a hint, an interruption, a limit of the machine, or a bug of ours. */
export function faultOf(error: unknown, signal: AbortSignal): FleetError {
  if (error instanceof FleetError) return error;
  const cause = error;
  const message = error instanceof Error ? error.message : String(error);
  if (signal.aborted) {
    const hint = 'type the same command again to go on';
    return new FleetError('interrupted', `Interrupted: ${message}`, { hint, cause });
  }
  // What is loaded only when it is wanted meets the limits of the machine then.
  if (/^E[MN]FILE\b/.test(message)) {
    const hint = 'see the limits of this user: ulimit -a (open files)';
    return new FleetError('installation', message, { hint, cause });
  }
  return new FleetError('internal', message, { hint: bugHint(), cause });
}

/** What to do about a bug of ours. */
export function bugHint(): string {
  return `this is a bug of Flotilla ${VERSION}, not a mistake of yours; please report it, with the command and what --verbose prints`;
}
