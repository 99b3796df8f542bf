// The graph of revisions as text, and as a Mermaid diagram (https://mermaid.js.org/syntax/flowchart.html). Pure.

import type { LintGraph } from '../model/lint.js';

/** What is drawn: `uses` is shown beside the lines of the headers. */
export type GraphView = Omit<LintGraph, 'uses'> & { readonly uses?: LintGraph['uses'] };

/** One line a revision, in order: `0004 merge both  <- 0002, 0003 (head)`. */
export function graphText({ order, heads, uses }: GraphView): string {
  const width = Math.max(0, ...order.map((revision) => title(revision).length));
  const lines = order.map((revision) => {
    const parents = revision.parents.length === 0 ? 'base' : revision.parents.join(', ');
    const depends = revision.dependsOn.length === 0 ? '' : `, depends on ${revision.dependsOn.join(', ')}`;
    const merge = revision.parents.length > 1 ? ' (merge)' : '';
    const head = heads.includes(revision.id) ? ' (head)' : '';
    const line = `${title(revision).padEnd(width)}  <- ${parents}${depends}${merge}${head}`;
    return [line, ...usesText(uses?.[revision.id] ?? [])].join('\n');
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

const title = ({ id, name }: LintGraph['order'][number]): string => `${id} ${name}`;

function usesText(uses: readonly { readonly object: string; readonly revision: string | null }[]): string[] {
  return [...grouped(uses)].map(
    ([maker, objects]) => `    uses ${objects.join(', ')} of ${maker ?? 'no revision'}`,
  );
}

function grouped(
  uses: readonly { readonly object: string; readonly revision: string | null }[],
): ReadonlyMap<string | null, readonly string[]> {
  const groups = new Map<string | null, string[]>();
  for (const { object, revision } of uses) groups.set(revision, [...(groups.get(revision) ?? []), object]);
  return groups;
}

/** A flowchart: a solid arrow leads from a parent, a dotted one from what a revision depends on or uses beside it. */
export function graphMermaid({ order, heads, uses }: GraphView): string {
  const node = new Map(order.map((revision, index) => [revision.id, `r${index}`]));
  const lines = ['flowchart TD'];
  for (const revision of order) {
    lines.push(`  ${node.get(revision.id) ?? ''}["${escape(title(revision))}"]`);
  }
  for (const revision of order) {
    const to = node.get(revision.id) ?? '';
    for (const parent of revision.parents) lines.push(`  ${node.get(parent) ?? ''} --> ${to}`);
    for (const need of revision.dependsOn) lines.push(`  ${node.get(need) ?? ''} -. depends on .-> ${to}`);
    for (const [maker, objects] of grouped(uses?.[revision.id] ?? [])) {
      const from = maker === null || revision.parents.includes(maker) ? undefined : node.get(maker);
      if (from !== undefined) lines.push(`  ${from} -. "${escape(objects.join(', '))}" .-> ${to}`);
    }
  }
  const headNodes = heads.flatMap((head) => node.get(head) ?? []);
  if (headNodes.length > 0)
    lines.push('  classDef head stroke-width:3px', `  class ${headNodes.join(',')} head`);
  return `${lines.join('\n')}\n`;
}

/** What begins something else inside a Mermaid text, which is HTML where it is drawn. */
const ENTITIES: Readonly<Record<string, string>> = {
  '#': '#35;',
  '"': '#quot;',
  '`': '#96;',
  '<': '#lt;',
  '>': '#gt;',
  '&': '#amp;',
  '\n': ' ',
};

function escape(text: string): string {
  return text.replace(/[#"`<>&\n]/g, (char) => ENTITIES[char] ?? char);
}
