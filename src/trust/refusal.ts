// What is said of a place of our own that is not safe: a fault of the whole run, with what puts it right.

import { FleetError } from '../model/errors.js';
import { foreign, hint, type Hint } from '../model/hint.js';
import type { Fault } from './fault.js';

/**
 * @param what begins the sentence and names the directory: `The state directory data/.flotilla`
 * @param option the option that says where it is
 */
export function unsafeError(fault: Fault, what: string, option: string): FleetError {
  return new FleetError('stateDirectory', `${what} is not safe: ${fault.words}`, {
    hint: mend(fault, option),
  });
}

/** The clause that says what to type; `option` chooses another place. */
export function mend({ path, commands: [first] }: Fault, option: string): Hint {
  return first === undefined
    ? `name the directory itself with ${option}, or move the link ${path} away`
    : hint`its owner or root can type: ${foreign(first.program, ...first.args)}; or choose another place with ${option}`;
}
