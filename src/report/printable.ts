// What may reach a terminal, decided in one place: every text for people passes through here last, whatever it was put
// together from. Names of files and what is in databases come from anybody, and must not steer the reader's screen.

import { visible } from '../model/command.js';

/** The colours that texts are painted with, and their ends: the only control sequences there are. */
const PAINTED = String.raw`\u001b\[(?:1|2|22|31|32|33|39)m`;

const PARTS = new RegExp(`${PAINTED}|\\r?\\n|\\t|[^]`, 'g');
const PAINT = new RegExp(`^${PAINTED}$`);

/**
 * The text with every control character spelled out, but for ends of lines and tabs.
 * @param colour whether it may be painted: then our own colours stay
 */
export function printable(text: string, { colour }: { readonly colour: boolean }): string {
  // Nearly every text is harmless as a whole.
  if (visible(text) === text) return text;
  return text.replace(PARTS, (part) => {
    if (part === '\t' || part === '\n' || (colour && PAINT.test(part))) return part;
    return part === '\r\n' ? '\n' : visible(part);
  });
}

/** Whether a text that is not painted has nothing that would be spelled out. */
export function isPrintable(text: string): boolean {
  return printable(text, { colour: false }) === text.replaceAll('\r\n', '\n');
}
