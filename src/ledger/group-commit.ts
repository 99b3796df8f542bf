// Gathers events, so that many share one sync of the disk. An event is dropped only once it is durable: what a commit
// could not write is kept and written with the next one.

const GROUP_SIZE = 64;
/** Long enough that the syncs of the ledger do not stand in the way of those of the targets. */
const GROUP_MS = 100;

export class GroupCommit<T> {
  readonly #write: (events: readonly T[]) => void;
  #pending: T[] = [];
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

  /** Makes every event so far durable before it returns. @throws what `write` throws */
  commit(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending.length === 0) return;
    this.#write(this.#pending);
    this.#pending = [];
  }

  #attempt(): void {
    try {
      this.commit();
    } catch {
      // What could not be written stays; the next explicit commit throws.
    }
  }
}
