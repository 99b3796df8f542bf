// The order of targets: numbers as numbers, everything else by bytes. Apart because every list, report and limit
// stands on it: it must not depend on the locale, on the file system or on how long a number is.

/**
 * Compares two names: runs of digits as integers of any length, other characters by their UTF-8 bytes.
 * Names that differ in leading zeros alone follow their bytes, so that only equal names compare as 0.
 * @returns negative where `a` comes first, positive where `b` does
 */
export function compareNaturally(a: string, b: string): number {
  let i = commonStart(a, b);
  let j = i;
  while (i < a.length && j < b.length) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(j);
    if (isDigit(x) && isDigit(y)) {
      i = skipZeros(a, i);
      j = skipZeros(b, j);
      const endOfA = skipDigits(a, i);
      const endOfB = skipDigits(b, j);
      // Without leading zeros the longer number is the larger one, and equally long ones compare as text.
      const longer = endOfA - i - (endOfB - j);
      if (longer !== 0) return longer;
      for (; i < endOfA; i++, j++) {
        const difference = a.charCodeAt(i) - b.charCodeAt(j);
        if (difference !== 0) return difference;
      }
    } else {
      if (x !== y) return byteOrder(x) - byteOrder(y);
      i++;
      j++;
    }
  }
  const rest = a.length - i - (b.length - j);
  if (rest !== 0) return rest;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Where equal text ends; a number that differs only further on is taken from its first digit. */
function commonStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  while (at > 0 && isDigit(a.charCodeAt(at - 1))) at--;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function skipZeros(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 48) at++;
  return at;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** UTF-16 puts surrogates before U+E000 to U+FFFF, UTF-8 puts what they encode after. */
function byteOrder(code: number): number {
  if (code >= 0xe000) return code - 0x800;
  return code >= 0xd800 ? code + 0x2000 : code;
}
