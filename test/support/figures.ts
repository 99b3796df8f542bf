// How often what depends on chance is tried: some times with every run of the tests, many with `npm run test:full`,
// as the suites of faults have figures of their own for both.

const isFull = process.env['TEST_FULL'] === '1';

/** @returns how often to try */
export function times({ standard, full }: { readonly standard: number; readonly full: number }): number {
  return isFull ? full : standard;
}
