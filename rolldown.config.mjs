// Puts the modules that the compiler leaves in `build` into a few files: a hundred files more cost every process a
// tenth of a second at its start. Packages stay where npm installs them.

import { defineConfig } from 'rolldown';

/** @param {Record<string, string>} input */
const bundle = (input) => ({
  input,
  platform: /** @type {const} */ ('node'),
  external: /^[^./]/,
  // A package of which nothing is used is not loaded.
  treeshake: { moduleSideEffects: /** @type {const} */ ('no-external') },
  output: {
    dir: 'dist',
    // Beside the worker, which `fleet.ts` looks for in the place of its own file.
    chunkFileNames: 'shared-[name].js',
  },
});

// The worker shares nothing: what only reports and arguments need is not for it to load.
export default defineConfig([
  bundle({ 'cli/main': 'build/cli/main.js', index: 'build/index.js' }),
  bundle({ worker: 'build/worker.js' }),
]);
