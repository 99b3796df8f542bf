// Processor time, which depends less than the clock on what else the machine has to do; where the machine itself
// matters, tests compare it with that of work of a known kind.

/** The least milliseconds of processor time that `work` took in this process in three rounds, all threads together. */
export async function cpuTime(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1_000);
  }
  return Math.min(...times);
}
