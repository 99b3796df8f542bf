// A reporter that ends every test run with one plain line, `N passed, N failed`, for scripts and tired eyes. A file
// that cannot be loaded counts as one failed test, so that the line never looks better than the run was.

import type { Reporter, TestModule } from 'vitest/node';

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      passed += states.filter((state) => state === 'passed').length;
      const bad = states.filter((state) => state === 'failed').length;
      failed += bad === 0 && module.state() === 'failed' ? 1 : bad;
    }
    console.log(`\n${passed} passed, ${failed} failed`);
  }
}
