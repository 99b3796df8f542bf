// What the numbers mean that an application keeps in `user_version`: pairs from the settings, checked against the
// revisions. Apart because the setting is text, and whoever judges needs ids.

import { FleetError } from '../model/errors.js';
import { command, hint } from '../model/hint.js';
import { resolveArgument } from '../revisions/argument.js';
import type { Graph } from '../revisions/graph.js';
import type { UserVersions } from '../stamping/claims.js';

/**
 * @param pairs `3=0003`
 * @throws FleetError `configuration` for what is no pair, for a number that stands twice and for an unknown revision
 */
export function userVersionsOf(pairs: readonly string[], graph: Graph): UserVersions {
  const versions = new Map<string, string>();
  for (const pair of pairs) {
    const [, number = '', name = ''] = /^\s*(-?\d+)\s*=\s*(\S+)\s*$/.exec(pair) ?? [];
    if (name === '') throw wrong(`"${pair}" in userVersion is no number with its revision`);
    const key = String(Number(number));
    if (versions.has(key)) throw wrong(`userVersion has the number ${key} twice`);
    // Where the revisions cannot be read, that is told; nothing is judged then.
    if (graph.order.length > 0) versions.set(key, oneRevision(name, graph));
  }
  return Object.fromEntries(versions);
}

function oneRevision(name: string, graph: Graph): string {
  try {
    const [id, ...others] = resolveArgument(graph, name, new Set());
    if (id !== undefined && others.length === 0) return id;
  } catch (error) {
    if (error instanceof FleetError) throw wrong(`In userVersion: ${error.message}`);
    throw error;
  }
  throw wrong(`In userVersion: ${name} is not one revision`);
}

function wrong(message: string): FleetError {
  return new FleetError('configuration', message, {
    hint: hint`write a number of user_version and the revision that it stands for, such as 3=0003, of these: ${command('history')}`,
  });
}
