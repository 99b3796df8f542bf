// The one table of exit codes.

import type { FleetErrorCode } from './errors.js';

export const EXIT = {
  ok: 0,
  findings: 1,
  failed: 2,
  inDoubt: 3,
  usage: 64,
  internal: 70,
  output: 74,
  locked: 75,
  configuration: 78,
  interrupted: 130,
} as const;

export function exitCodeOf(code: FleetErrorCode): number {
  switch (code) {
    case 'usage':
    case 'unknownTarget':
    case 'unknownRevision':
      return EXIT.usage;
    case 'installation':
    case 'configuration':
    case 'dataDirectory':
    case 'stateDirectory':
    case 'migrations':
      return EXIT.configuration;
    case 'locked':
      return EXIT.locked;
    case 'interrupted':
      return EXIT.interrupted;
    case 'internal':
      return EXIT.internal;
  }
}
