// From a revision argument (`head`, `+2`, `0003:`) to revisions. Apart from the graph, because this reads what a person
// typed: every refusal names what there is.

import { ancestors, headsOf, inOrder, needsOf, pending, requireOneHead, type Graph } from './graph.js';
import { FleetError } from '../model/errors.js';
import { command, hint, type Hint } from '../model/hint.js';
import type { Revision } from '../model/revision.js';
import { isNumeric, sameVersion } from './file-name.js';
import { nearest } from '../model/nearest.js';
import { squashOf } from './squash.js';

/**
 * The heads that a database should be at.
 * @param text `head`, `heads`, `base`, an id or its unique prefix, `+N`, `-N`, `id+N`, `id-N`
 * @param applied what the database has; `+N` and `-N` count from there
 * @returns none for base
 * @throws FleetError `unknownRevision`; `migrations` where `head` meets several heads
 */
export function resolveArgument(graph: Graph, text: string, applied: ReadonlySet<string>): readonly string[] {
  const argument = text.trim();
  const relative = /^(.*?)([+-])([0-9]+)$/.exec(argument);
  if (relative === null || graph.byId.has(argument)) return resolveName(graph, argument);
  const [, from = '', sign, digits = ''] = relative;
  const steps = Number(digits);
  if (from === '') {
    return sign === '+' ? forward(graph, applied, steps) : back(graph, applied, steps, 'the database');
  }
  const start = resolveName(graph, from);
  return sign === '+' ? ahead(graph, start, steps) : back(graph, ancestors(graph, start), steps, from);
}

/** Whether an argument counts from where each database is: `+N` or `-N`, but not `id+N`. */
export function isRelative(text: string): boolean {
  return /^[+-]/.test(text.trim());
}

/**
 * The revisions of `A:B`, both ends included, in order; `A:` goes up to the heads, `:B` begins at base.
 * @throws FleetError `unknownRevision`
 */
export function resolveRange(graph: Graph, text: string): readonly Revision[] {
  const cut = text.indexOf(':');
  const all = new Set(graph.byId.keys());
  if (cut < 0) return inOrder(graph, ancestors(graph, resolveArgument(graph, text, all)));
  const [from, to] = [text.slice(0, cut).trim() || 'base', text.slice(cut + 1).trim() || 'heads'];
  const [start, end] = [resolveArgument(graph, from, all), resolveArgument(graph, to, all)];
  const upTo = ancestors(graph, end);
  const stray = start.find((id) => !upTo.has(id));
  if (stray !== undefined) {
    const reversed = end.length > 0 && end.every((id) => ancestors(graph, start).has(id));
    throw unknown(
      `No way leads from ${from} up to ${to}`,
      reversed
        ? `turn the range round: ${to}:${from}`
        : hint`${to} does not stand on ${stray}; see ${command('history')}`,
    );
  }
  const before = new Set([...ancestors(graph, start)].filter((id) => !start.includes(id)));
  return inOrder(graph, upTo).filter((revision) => !before.has(revision.id));
}

function resolveName(graph: Graph, name: string): readonly string[] {
  if (name === 'base') return [];
  if (name === 'heads') return graph.heads;
  if (name === 'head') {
    const head = requireOneHead(graph);
    return head === null ? [] : [head];
  }
  if (graph.byId.has(name)) return [name];
  const ids = [...graph.byId.keys()];
  // A number without zeros in front may mean its value: 3 is 0003.
  const asNumber = isNumeric(name) && !name.startsWith('0');
  const candidates = ids.filter(
    (id) => name !== '' && (id.startsWith(name) || (asNumber && sameVersion(id, name))),
  );
  const [first, ...others] = candidates;
  if (first !== undefined && others.length === 0) return [first];
  if (first !== undefined) {
    const shown = candidates.slice(0, 10).join(', ') + (candidates.length > 10 ? ', ...' : '');
    throw unknown(`"${name}" fits ${candidates.length} revisions: ${shown}`, 'write more of the id');
  }
  const replaced = graph.order
    .flatMap(({ replaces = [] }) => replaces)
    .find((id) => id === name || (asNumber && sameVersion(id, name)));
  const squash = replaced === undefined ? null : squashOf(replaced, graph);
  if (squash !== null)
    throw unknown(
      `${replaced ?? name} is one of the revisions that ${squash.id} (${squash.file}) replaces, and no database can be between them`,
      `name ${squash.id}, or the revision before it`,
    );
  const near = nearest(name, ids);
  throw unknown(
    `No revision is called "${name}"`,
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : hint`see which revisions there are: ${command('history')}`,
  );
}

/** The state after the next revisions that a database at `applied` lacks. */
function forward(graph: Graph, applied: ReadonlySet<string>, steps: number): readonly string[] {
  const head = requireOneHead(graph);
  const ahead = head === null ? [] : pending(graph, applied, [head]);
  if (steps > ahead.length) {
    throw unknown(
      `+${steps} goes beyond the head: ${count(ahead.length)} pending`,
      'name `head` or a smaller number',
    );
  }
  return headsOf(graph, new Set([...applied, ...ahead.slice(0, steps).map((revision) => revision.id)]));
}

/** The state with the newest revisions taken off, one at a time. */
function back(graph: Graph, applied: ReadonlySet<string>, steps: number, from: string): readonly string[] {
  const remaining = new Set(inOrder(graph, applied).map((revision) => revision.id));
  const total = remaining.size;
  for (let step = 0; step < steps; step += 1) {
    const [head, ...others] = headsOf(graph, remaining);
    if (head === undefined) {
      throw unknown(
        `-${steps} goes below base: ${from} has ${count(total)}`,
        'name `base` or a smaller number',
      );
    }
    if (others.length > 0) {
      throw unknown(
        `-${steps} is ambiguous: ${[head, ...others].join(' and ')} stand side by side`,
        'name the revision to go back to',
      );
    }
    remaining.delete(head);
  }
  return headsOf(graph, remaining);
}

/** The revision so many steps above, where the way up is the only one. */
function ahead(graph: Graph, start: readonly string[], steps: number): readonly string[] {
  let at = start;
  for (let step = 0; step < steps; step += 1) {
    const above = graph.order.filter(({ id, ...revision }) =>
      at.length === 0
        ? revision.parents.length === 0 && revision.dependsOn.length === 0
        : !at.includes(id) && needsOf({ id, ...revision }).some((need) => at.includes(need)),
    );
    const here = at.length === 0 ? 'base' : at.join(', ');
    const [next, ...others] = above.map((revision) => revision.id);
    if (next === undefined) {
      throw unknown(
        `+${steps} goes beyond ${here}, on which nothing stands`,
        'name `head` or a smaller number',
      );
    }
    if (others.length > 0) {
      const message = `+${steps} is ambiguous: ${[next, ...others].join(' and ')} all stand on ${here}`;
      throw unknown(message, 'name the revision itself');
    }
    at = [next];
  }
  return at;
}

const count = (revisions: number): string => (revisions === 1 ? '1 revision' : `${revisions} revisions`);

function unknown(message: string, said: Hint): FleetError {
  return new FleetError('unknownRevision', message, { hint: said });
}
