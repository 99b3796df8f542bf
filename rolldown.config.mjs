// Puts the program and the packages it uses into a few files: a few hundred cost every process a tenth of a second at
// its start. What is native, or loads other files itself, stays where npm installs it.

import { chmodSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';

const INSTALLED = ['better-sqlite3', 'jiti'];
const ENTRIES = /\/build\/(?:cli\/main|worker)\.js$/;
/** All that `--version`, or a fault before anything is loaded, needs of the library, which would come whole with it. */
const FIRST = { name: 'first', test: /\/build\/model\/(?:errors|exit-code|version)\.js$/ };

/**
 * @param {Record<string, string>} input
 * @param {{ groups?: { name: string, test: RegExp }[], isFirst: boolean }} options `groups`: modules that are to be a
 *   file of their own
 */
const bundle = (input, { groups = [], isFirst }) => ({
  input,
  platform: /** @type {const} */ ('node'),
  external: [...INSTALLED, /^node:/],
  // Its other form finds its own parts by a `require` that a bundle does not see.
  resolve: { alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' } },
  // Only an entry does something by being loaded: what is not used of a module is not loaded either.
  treeshake: { moduleSideEffects: (/** @type {string} */ id) => ENTRIES.test(id) },
  plugins: [licences(Object.keys(input).join('-').replaceAll('/', '-')), executable],
  output: {
    dir: 'dist',
    // What an earlier build left under another name would be shipped.
    cleanDir: isFirst,
    // Beside the worker, which `fleet.ts` looks for in the place of its own file.
    chunkFileNames: 'shared-[name].js',
    codeSplitting: { groups },
  },
});

/**
 * The licence of a package goes where its code goes.
 * @param {string} name
 * @returns {import('rolldown').Plugin}
 */
function licences(name) {
  return {
    name: 'licences',
    generateBundle(_options, files) {
      const modules = Object.values(files).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const places = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? []);
      const source = [...new Set(places)].sort().map(licenceOf).join('\n');
      this.emitFile({ type: 'asset', fileName: `${name}.licences.txt`, source });
    },
  };
}

/** @param {string} place the directory of a package */
function licenceOf(place) {
  const file = join(place, 'package.json');
  if (!existsSync(file)) throw new Error(`${place} is no package`);
  const { name, version, license } = JSON.parse(readFileSync(file, 'utf8'));
  const texts = readdirSync(place).filter((entry) => /^licen[cs]e/i.test(entry));
  const text = texts.map((entry) => readFileSync(join(place, entry), 'utf8')).join('\n');
  return `${name} ${version} (${license})\n\n${text}\n`;
}

/**
 * npm makes the program executable when it installs it; whoever starts it from the build has it so too.
 * @type {import('rolldown').Plugin}
 */
const executable = {
  name: 'executable',
  writeBundle: () => chmodSync('dist/cli/main.js', 0o755),
};

// The worker shares nothing: what only reports and arguments need is not for it to load.
export default defineConfig([
  bundle({ 'cli/main': 'build/cli/main.js', index: 'build/index.js' }, { groups: [FIRST], isFirst: true }),
  bundle({ worker: 'build/worker.js' }, { isFirst: false }),
]);
