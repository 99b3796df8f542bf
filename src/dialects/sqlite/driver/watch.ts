// Lets several look at each statement as it runs: at what becomes of column orders, of rows, of what hangs on a table.
// Every statement that a revision or a repair runs on a session passes here, whoever wrote it, in the order in which
// SQLite runs them; what Flotilla does for itself (the history, checks) does not. A watch that sees something wrong
// throws DatabaseError, and nothing more of the revision runs, also where a program catches that and goes on.

import type { BegunRevision } from '../../port.js';
import type { Statement } from '../../../model/revision.js';

/** A statement as it is about to run. The same object comes again where a program runs the same text again. */
export interface WatchedStatement extends Pick<Statement, 'sql' | 'byPosition'> {
  /** Columns that somebody named to go with what they hold, of the table that it drops. */
  readonly mayDrop?: readonly string[];
}

/** Values that a program gives with a statement. */
export type Parameters = readonly unknown[];

/** One that looks. It is made once a session, and keeps what it must know from one statement to the next. */
export interface StatementWatch {
  /** Before the first statement of a revision, or of a repair. */
  begin?(begun: BegunRevision): void;
  /** Right before a statement. */
  before?(statement: WatchedStatement, parameters: Parameters): void;
  /** Right after one that did what it was to do. */
  after?(statement: WatchedStatement, parameters: Parameters): void;
  /** After the last statement of the revision. */
  end?(): void;
}

/** All who look, as one. */
export interface Watches extends Required<Omit<StatementWatch, 'before' | 'after'>> {
  /** Whether anybody does. */
  readonly some: boolean;
  /** Runs one statement between the looks before it and after it. */
  run<T>(statement: WatchedStatement, work: () => T, parameters?: Parameters): T;
  /** The same ones, and one more, which looks first. */
  and(watch: StatementWatch): Watches;
}

/** What the first who saw something wrong threw; null where nobody did. */
interface Seen {
  refusal: { readonly error: unknown } | null;
}

export function watchesOf(all: readonly StatementWatch[], seen: Seen = { refusal: null }): Watches {
  const look = (at: (watch: StatementWatch) => void): void => {
    if (seen.refusal !== null) throw seen.refusal.error;
    try {
      all.forEach(at);
    } catch (error) {
      seen.refusal = { error };
      throw error;
    }
  };
  return {
    some: all.length > 0,
    begin(begun) {
      seen.refusal = null;
      look((watch) => watch.begin?.(begun));
    },
    run(statement, work, parameters = []) {
      look((watch) => watch.before?.(statement, parameters));
      const result = work();
      look((watch) => watch.after?.(statement, parameters));
      return result;
    },
    end() {
      look((watch) => watch.end?.());
    },
    and: (watch) => watchesOf([watch, ...all], all.length === 0 ? undefined : seen),
  };
}

/** Where nobody looks. */
export const UNWATCHED: Watches = watchesOf([]);
