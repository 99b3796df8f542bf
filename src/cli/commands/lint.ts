// `flotilla lint`.

import { graphMermaid, graphText, lintText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present } from '../settings.js';

export const lint = defineCommand({
  name: 'lint',
  summary: 'reads the revisions for mistakes, before any target does',
  description: [
    'Runs every revision in memory, empty and with a row in every table, up and down, and compares the',
    'structure before and after each statement.',
    'Names what is missing at that point and which revision took it away, what a rebuild loses, rows that',
    'would go unsaid, and ways back that lead elsewhere; each with file, line, reason and fix.',
    'A comment above a statement, or in the header for the file, lets a finding pass:',
    '-- lint: allow RULE, reason',
  ],
  looks: 'withFleet',
  settings: ['rule', 'strict', 'since', 'jobs'],
  switches: ['fleet', 'graph', 'mermaid'],
  optionTexts: { fleet: 'Hold the revisions against what the targets have applied, too' },
  examples: [
    { args: 'lint', does: 'all rules over all revisions' },
    { args: 'lint --strict', does: 'the same; warnings fail too, as suits continuous integration' },
    { args: 'lint --rule missing-reference,rebuild-loses', does: 'these two rules alone' },
    { args: 'lint --since 0012', does: 'what the revisions after 0012 have alone' },
    { args: 'lint --fleet', does: 'also against what the targets have applied already' },
    { args: 'lint --graph', does: 'the graph of the revisions, and what each uses of others' },
    { args: 'lint --mermaid', does: 'the same as a Mermaid diagram' },
  ],
  exitCodes: { 0: 'no error was found', 1: 'some error was found, or with --strict a warning' },
  async run(fleet, { select, settings: { rule, strict, since }, switches }) {
    const report = await fleet.lint({
      ...select,
      ...present({ rules: rule, strict, since }),
      fleet: switches.has('fleet'),
    });
    const { graph } = report;
    return {
      report,
      text: (options) => {
        if (graph !== undefined && switches.has('mermaid')) return graphMermaid(graph);
        if (graph !== undefined && switches.has('graph')) return graphText(graph);
        return lintText(report, options);
      },
    };
  },
});
