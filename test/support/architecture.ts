// The walls of the house as rules over source text: what each rule says, what it finds, and the way out. Apart from
// the test that applies them to `src`, so that each rule can be shown to fail. Pure: text in, offences out.

import { posix } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** Path under `src`, with slashes: `runner/upgrade.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface Offence {
  readonly rule: RuleName;
  readonly file: string;
  /** What was found, and the remedy. */
  readonly message: string;
}

/** Where a thing that a rule forbids is allowed after all, and why. */
export interface Exceptions {
  /** Files that may use `node:fs`, and what of it; `any` where they meet none of the targets' files. */
  readonly fileAccess: Readonly<
    Record<string, { readonly names: readonly string[] | 'any'; readonly reason: string }>
  >;
  /** Files that may name a concrete driver, `process`, the clock and chance. */
  readonly edges: Readonly<Record<string, string>>;
}

/** From the roof to the ground: a folder (or file) imports what stands below it. */
const ORDER = [
  'cli',
  'index.ts',
  'fleet.ts',
  'worker.ts',
  'operations',
  'rollout',
  'workers',
  'target',
  'adoption',
  'stamping',
  'backup',
  'dialects',
  'discovery',
  'revisions',
  'web',
  'report',
  'ledger',
  'trust',
  'model',
];

const MAX_LINES = 400;
const MAX_COMMAND_LINES = 80;

const REMEDY = {
  'known-folder': `put the file into one of the folders of src/README.md, or give the new folder its place in ORDER`,
  'downward-imports': `move what is needed down, or hand it in as an argument; the order is ${ORDER.join(' > ')}`,
  'cli-to-index': 'export from src/index.ts what the command line needs: it is the first user of the library',
  'index-re-exports': 'put the code into a folder, and re-export it',
  'one-place-a-dialect':
    'use src/dialects/port.ts and structure.ts; only the two composition roots name a concrete dialect',
  'words-of-a-dialect':
    'say it in the words of the port, or move it into src/dialects/sqlite: elsewhere nobody knows which dialect it is',
  'inside-src': 'what the program needs is in src or in a package of package.json',
  'no-cycles': 'move what both need into a file of its own, below them; types count',
  'file-access':
    'reach the file through a database, or add the file, the names and the reason to the exceptions of test/architecture.test.ts: ' +
    'closing any descriptor on a database drops all locks of the process on it (https://www.sqlite.org/howtocorrupt.html)',
  'process-and-console':
    'return a value and let the command line print it; signals and environment are handed in',
  'clock-and-chance': 'take `now`, an id or a random source as an argument, so that a test can fix it',
  'no-default-export': 'name what you export',
  'kebab-case': 'name the file in kebab-case, after what it does',
  'opening-comment': 'open with a comment: what the file owns, why it is apart, the invariant it keeps',
  'file-length': `split the file by its ideas; the limit is ${MAX_LINES} lines`,
  'command-length': `leave argv, one library call and the text; the limit is ${MAX_COMMAND_LINES} lines`,
} as const;

export type RuleName = keyof typeof REMEDY;
export const RULES = Object.keys(REMEDY) as RuleName[];

/** Applies every rule to all files at once. */
export function checkArchitecture(files: readonly SourceFile[], exceptions: Exceptions): Offence[] {
  const offences: Offence[] = [];
  const graph = new Map<string, string[]>();
  for (const file of files) {
    const { path, text } = file;
    const report = (rule: RuleName, what: string): void => {
      offences.push({ rule, file: path, message: `${what}: ${REMEDY[rule]}` });
    };
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const imports = importsOf(source);
    graph.set(
      path,
      imports.filter(({ from }) => from.startsWith('.')).map(({ from }) => resolve(path, from)),
    );
    checkShape(path, text, source, report);
    for (const entry of imports) checkImport(path, entry, exceptions, report);
    if (!path.startsWith('cli/') && !(path in exceptions.edges)) checkGlobals(source, report);
  }
  for (const cycle of cyclesIn(graph)) {
    const message = `${cycle.join(' > ')}: ${REMEDY['no-cycles']}`;
    offences.push({ rule: 'no-cycles', file: cycle[0] ?? '', message });
  }
  return offences;
}

type Report = (rule: RuleName, what: string) => void;

function checkShape(path: string, text: string, source: ts.SourceFile, report: Report): void {
  const lines = text.trimEnd().split('\n').length;
  if (lines > MAX_LINES) report('file-length', `${lines} lines`);
  if (path.startsWith('cli/commands/') && lines > MAX_COMMAND_LINES)
    report('command-length', `${lines} lines`);
  if (!/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/.test(path)) report('kebab-case', path);
  if (!/^(?:#!.*\n)?(?:\/\/ |\/\*)/.test(text)) report('opening-comment', 'the file opens with code');
  if (rank(path) < 0) report('known-folder', path);
  // The ledger is itself a SQLite file.
  const own = dialectOf(path) === 'sqlite' || path.startsWith('ledger/');
  const foreign = own ? null : WORDS_OF_SQLITE.exec(text);
  if (foreign !== null) {
    const line = text.slice(0, foreign.index).split('\n').length;
    report('words-of-a-dialect', `\`${foreign[0]}\` in line ${line}`);
  }
  for (const statement of source.statements) {
    if (isDefaultExport(statement)) report('no-default-export', firstLine(statement));
    if (
      path === 'index.ts' &&
      !(ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined)
    ) {
      report('index-re-exports', firstLine(statement));
    }
  }
}

function checkImport(path: string, { from, names }: Import, exceptions: Exceptions, report: Report): void {
  if (!from.startsWith('.')) {
    if (/^(?:node:)?fs(?:\/promises)?$/.test(from)) {
      const allowed = exceptions.fileAccess[path]?.names ?? [];
      const more = allowed === 'any' ? [] : names.filter((name) => !allowed.includes(name));
      if (more.length > 0) report('file-access', `${more.join(', ')} of ${from}`);
    }
    if (
      /^(?:node:)?(?:process|console)$/.test(from) &&
      !path.startsWith('cli/') &&
      !(path in exceptions.edges)
    ) {
      report('process-and-console', `import of ${from}`);
    }
    return;
  }
  const target = resolve(path, from);
  if (target.startsWith('../')) {
    report('inside-src', from);
  } else if (folderOf(path) === 'cli') {
    if (folderOf(target) !== 'cli' && target !== 'index.ts') report('cli-to-index', from);
  } else {
    if (folderOf(target) !== folderOf(path) && rank(target) <= rank(path)) report('downward-imports', from);
    const dialect = dialectOf(target);
    if (dialect !== null && dialect !== dialectOf(path) && !(path in exceptions.edges))
      report('one-place-a-dialect', from);
  }
}

/**
 * `process`, `console`, and what differs from one call to the next: wherever they are values, not names of properties.
 */
function checkGlobals(source: ts.SourceFile, report: Report): void {
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && /^(?:process|console)$/.test(node.text) && !isPropertyName(node)) {
      report('process-and-console', `\`${node.text}\` in line ${lineOf(source, node)}`);
    }
    const call = ts.isCallExpression(node) ? node.expression.getText(source) : null;
    const isNow =
      ts.isNewExpression(node) && node.expression.getText(source) === 'Date' && !node.arguments?.length;
    if (
      isNow ||
      (call !== null &&
        /^(?:Date\.now|Math\.random|performance\.now|(?:crypto\.)?random[A-Z]\w*)$/.test(call))
    ) {
      report('clock-and-chance', `\`${node.getText(source)}\` in line ${lineOf(source, node)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

interface Import {
  readonly from: string;
  /** Names that are taken; `*` stands for the whole module. */
  readonly names: readonly string[];
}

/** Every way to take something from another module, types and `import()` included. */
function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, names: readonly string[]): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier))
      found.push({ from: specifier.text, names });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : null;
      const names = named?.map((element) => (element.propertyName ?? element.name).text) ?? ['*'];
      add(node.moduleSpecifier, node.importClause?.name === undefined ? names : [...names, '*']);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, ['*']);
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, ['*']);
    } else if (ts.isCallExpression(node)) {
      const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      if (isImport || node.expression.getText(source) === 'require') add(node.arguments[0], ['*']);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Each cycle once, as the files on it, the first one repeated at its end. */
function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (file: string): void => {
    const start = trail.indexOf(file);
    if (start >= 0) cycles.push([...trail.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    trail.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    trail.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}

function resolve(path: string, from: string): string {
  return posix.join(posix.dirname(path), from).replace(/\.js$/, '.ts');
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** What only SQLite has, or only its packages; anywhere in a file, comments and texts included. */
const WORDS_OF_SQLITE =
  /pragma|sqlite_(?:schema|master|sequence|stat\d)|rowid|better-sqlite3|sqlite3-parser/i;

/** The dialect that a file belongs to: `sqlite` of `dialects/sqlite/..`; null for what all share. */
function dialectOf(path: string): string | null {
  return /^dialects\/([^/]+)\//.exec(path)?.[1] ?? null;
}

function rank(path: string): number {
  return ORDER.indexOf(folderOf(path));
}

function isDefaultExport(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true;
  if (
    ts.isExportDeclaration(statement) &&
    statement.exportClause &&
    ts.isNamedExports(statement.exportClause)
  ) {
    return statement.exportClause.elements.some((element) => element.name.text === 'default');
  }
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ?? false;
}

/** `child.process` and `{ process: ... }` name a property; `globalThis.process` is the global all the same. */
function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) {
    return (
      parent.name === node && !(ts.isIdentifier(parent.expression) && parent.expression.text === 'globalThis')
    );
  }
  return (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node;
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

function firstLine(node: ts.Node): string {
  return `\`${node.getText().split('\n')[0] ?? ''}\``;
}
