// What is said of a directory of our own that is not safe: a fault of the whole run, with what puts it right.

import { FleetError } from '../model/errors.js';
import { foreign, hint, type Hint } from '../model/hint.js';
import type { Unsafe } from './safe-directory.js';

/**
 * @param what begins the sentence and names the directory: `The state directory data/.flotilla`
 * @param option the option that says where it is
 */
export function unsafeError(unsafe: Unsafe, what: string, option: string): FleetError {
  return new FleetError('stateDirectory', `${what} is not safe: ${unsafe.words}`, {
    hint: mend(unsafe, option),
  });
}

/** The clause that says what to type; `option` chooses another place. */
export function mend({ kind, commands, path }: Unsafe, option: string): Hint {
  const elsewhere = `choose another place with ${option}`;
  const [first] = commands;
  switch (kind) {
    case 'owner':
    case 'group':
    case 'world':
      return first === undefined
        ? elsewhere
        : hint`its owner or root can type: ${foreign(first.program, ...first.args)}; or ${elsewhere}`;
    case 'link':
      return `name the directory itself with ${option}, or move the link ${path} away`;
  }
}
