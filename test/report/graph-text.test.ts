import { describe, expect, it } from 'vitest';
import { graphMermaid, graphText } from '../../src/report/graph-text.js';
import { bare } from '../revisions/drafts.js';

const order = [
  bare('0001', []),
  { ...bare('0002', ['0001']), name: 'say "hi" #1' },
  bare('0003', ['0001'], ['0002']),
  bare('0004', ['0002', '0003']),
];
const uses = Object.fromEntries([
  [
    '0004',
    [
      { object: 'agents', revision: '0001' },
      { object: 'agents.name', revision: '0001' },
      { object: 'ghosts', revision: null },
      { object: 'tasks', revision: '0003' },
    ],
  ],
]);

describe('the graph of revisions', () => {
  it('is a line a revision, with what it stands on and uses', () => {
    expect(graphText({ order, heads: ['0004'], uses })).toBe(
      `0001 step         <- base
0002 say "hi" #1  <- 0001
0003 step         <- 0001, depends on 0002
0004 step         <- 0002, 0003 (merge) (head)
    uses agents, agents.name of 0001
    uses ghosts of no revision
    uses tasks of 0003
`,
    );
    expect(graphText({ order: [], heads: [] })).toBe('');
  });

  it('is a Mermaid flowchart with escaped names', () => {
    expect(graphMermaid({ order, heads: ['0004'], uses })).toBe(
      `flowchart TD
  r0["0001 step"]
  r1["0002 say #quot;hi#quot; #35;1"]
  r2["0003 step"]
  r3["0004 step"]
  r0 --> r1
  r0 --> r2
  r1 -. depends on .-> r2
  r1 --> r3
  r2 --> r3
  r0 -. "agents, agents.name" .-> r3
  classDef head stroke-width:3px
  class r3 head
`,
    );
  });
});
