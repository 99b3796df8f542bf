// What is wrong with a file or a directory, and how to put it right. Apart, because all that looks at either says it so.

import type { ForeignCommand } from '../model/command.js';

export interface Fault {
  /** What is at fault. */
  readonly path: string;
  /** A clause with its path first: `/srv may be written by everybody (mode 0777)`. */
  readonly words: string;
  /** What to type, by its owner or root; none where the place has to be another one. */
  readonly commands: readonly ForeignCommand[];
}
