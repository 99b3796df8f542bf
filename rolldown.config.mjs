// Puts the modules that the compiler leaves in `build` into a few files: a hundred files more cost every process a
// tenth of a second at its start. Packages stay where npm installs them.

import { defineConfig } from 'rolldown';

export default defineConfig({
  input: { 'cli/main': 'build/cli/main.js', index: 'build/index.js', worker: 'build/worker.js' },
  platform: 'node',
  external: /^[^./]/,
  output: {
    dir: 'dist',
    // Beside the worker, which `fleet.ts` looks for in the place of its own file.
    chunkFileNames: 'shared-[name].js',
  },
});
