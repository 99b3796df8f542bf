// What databases are compared with. One object, because whoever needs one part of it needs the others.

import type { Replay } from '../dialects/port.js';
import type { Structures } from '../dialects/structure.js';
import type { Graph } from '../revisions/graph.js';
import type { UserVersions } from './claims.js';

export interface Basis {
  readonly graph: Graph;
  /** What the revisions leave. */
  readonly replay: Replay;
  readonly structures: Structures;
  /** What numbers in `user_version` mean; default: nothing. */
  readonly userVersions?: UserVersions;
}
