// Gathers events, so that many share one sync of the disk. An event leaves only once it is durable: what a commit
// could not write stays, and goes with the next one.

const GROUP_SIZE = 64;
/** Long enough that the syncs of the ledger do not stand in the way of those of the targets. */
const GROUP_MS = 100;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit<T> {
  readonly #write: (events: readonly T[]) => void;
  #pending: T[] = [];
  #waiting: Waiter[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param write makes events durable, all or none; throws where it cannot */
  constructor(write: (events: readonly T[]) => void) {
    this.#write = write;
  }

  /** Keeps an event for the next commit: at 64 events, or after 100 ms. */
  add(event: T): void {
    this.#pending.push(event);
    if (this.#pending.length % GROUP_SIZE === 0) this.#attempt();
    else
      this.#timer ??= setTimeout(() => {
        this.#attempt();
      }, GROUP_MS);
  }

  /** Resolves when every event so far is durable; rejects where they cannot be written. */
  flush(): Promise<void> {
    if (this.#pending.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      // No timer runs after a commit that failed.
      if (this.#timer === null) this.#attempt();
    });
  }

  /** Makes every event so far durable before it returns. @throws what `write` throws */
  commit(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending.length === 0) return;
    this.#write(this.#pending);
    this.#pending = [];
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #attempt(): void {
    try {
      this.commit();
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    }
  }
}
