// A configuration in JSON: comments are allowed, anything else is not, and every key is found again by its line. Apart
// because its library is loaded only where such a file is there.

import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { ParseError } from 'jsonc-parser';
import { FleetError } from '../index.js';

export interface Parsed {
  readonly value: unknown;
  /** The line of a key, where the language tells. */
  readonly lineOf: (path: readonly string[]) => { readonly line?: number };
}

/** @throws FleetError `configuration` with the line of the first mistake */
export function parseConfiguration(file: string, source: string): Parsed {
  const text = source.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: false, allowTrailingComma: false });
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const [error] = errors;
  if (tree === undefined || error !== undefined) {
    const message = error === undefined ? 'Not JSON' : `Not JSON: ${messageOf(error)}`;
    throw new FleetError('configuration', `The configuration file ${file} is not valid`, {
      hint: 'mend the file; `flotilla --help` explains every setting',
      problems: [
        {
          file,
          line: lineAt(error?.offset ?? 0),
          message,
          hint: 'keys and texts stand in double quotes; no comma after the last',
        },
      ],
    });
  }
  const value: unknown = getNodeValue(tree);
  return {
    value,
    lineOf: (path) => {
      const node = findNodeAtLocation(
        tree,
        path.map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
      );
      return node === undefined ? {} : { line: lineAt(node.parent?.offset ?? node.offset) };
    },
  };
}

/** `CommaExpected` -> `comma expected`. */
function messageOf({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replace(/\B[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();
}
