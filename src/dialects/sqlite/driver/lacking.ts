// What SQLite says where a schema needs what its application gives it, and this process was not given: functions,
// collations, modules of virtual tables. The only file that knows these sentences. Nothing is damaged then.

const LACKING: readonly (readonly [RegExp, (name: string) => string])[] = [
  [
    /\b(?:no such function: |unknown function: )([^\s(]+)/,
    (name) =>
      `where the application gives SQLite the function ${name}, name the program that has it: "sqlite": { "functions": "functions.mjs" } in the configuration, or --sqlite-functions FILE; or its extension: --sqlite-extensions FILE`,
  ],
  [
    /\bno such collation sequence: (\S+)/,
    (name) =>
      `where the application gives SQLite the collation ${name}, name the extension that has it (collations come by extensions alone): "sqlite": { "extensions": ["collations.so"] } in the configuration, or --sqlite-extensions FILE`,
  ],
  [
    /\bno such module: (\S+)/,
    (name) =>
      `where the application gives SQLite the module ${name}, name the extension that has it: "sqlite": { "extensions": ["${name}.so"] } in the configuration, or --sqlite-extensions FILE; a program may have it too, as a table: --sqlite-functions FILE`,
  ],
  [
    /\bnon-deterministic (?:functions|use of \S+) prohibited/,
    () =>
      'where the function is one of --sqlite-functions, say there that equal parameters give equal results: norm: { deterministic: true, call: (text) => .. }',
  ],
];

/** What to do about such a message; null where it is about something else. */
export function remedyOfLacking(message: string): string | null {
  for (const [pattern, remedy] of LACKING) {
    const found = pattern.exec(message);
    if (found !== null) return remedy(found[1] ?? '');
  }
  return null;
}
