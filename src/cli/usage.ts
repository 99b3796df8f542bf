// The fault of a command line: what is wrong in one sentence, and where to read on. Apart because names, values and
// commands are checked in different places and refused alike.

import { FleetError } from '../index.js';

/** @param command whose help says more; null: that of the program */
export function usage(message: string, command: string | null): FleetError {
  const about = command === null ? 'flotilla --help' : `flotilla ${command} --help`;
  return new FleetError('usage', message, { hint: `type \`${about}\` for what there is` });
}
