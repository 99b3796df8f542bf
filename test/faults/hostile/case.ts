// What a hostile case is: something put into the data directory beside healthy neighbours, and how a run may end for
// it.

export interface Place {
  /** The case's own directory below the data directory. */
  readonly own: string;
  /** A directory beside the data directory, which nothing may touch. */
  readonly outside: string;
  /** Where the case's own target goes unless its name is the point. */
  readonly target: string;
  /** Puts a copy of a healthy project there. */
  readonly healthy: (path: string) => void;
}

export interface HostileCase {
  readonly name: string;
  /** @throws where this machine cannot make it */
  readonly make: (place: Place) => unknown;
  /**
   * How its target may end: `upgraded`, `failed:corrupt`, `skipped:drifted`; `absent`: it is no target;
   * `run:migrations`: the whole run is refused.
   */
  readonly ends: readonly string[];
  /** In which steps its failure may come; default: any. */
  readonly steps?: readonly string[];
  /** SQL of revisions 0002 and on, instead of the usual ones; the case then has a fleet of its own. */
  readonly revisions?: readonly string[];
  /** Deadline of a target, in milliseconds; default 60000. The case then has a fleet of its own. */
  readonly timeoutMs?: number;
}
