// The hash of a structure. Equal structure, however it was written, has an equal fingerprint; any difference changes
// it.

import { createHash } from 'node:crypto';
import { snapshotIdentity } from './identity.js';
import { layoutOf } from './soft.js';
import type { Snapshot } from './snapshot.js';

/** @returns SHA-256 in hexadecimal */
export function fingerprintOf(snapshot: Snapshot): string {
  return createHash('sha256').update(snapshotIdentity(snapshot)).digest('hex');
}

/** The same of the layout, which no fingerprint holds. */
export function layoutHashOf(snapshot: Snapshot): string {
  return createHash('sha256').update(layoutOf(snapshot)).digest('hex');
}
