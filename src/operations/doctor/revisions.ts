// The revisions of an installation: everything that keeps them from being run, and what lint says.

import type { FleetError } from '../../model/errors.js';
import { count } from '../../report/layout.js';
import type { Graph } from '../../revisions/graph.js';
import type { Context } from '../context.js';
import { command, hint } from '../../model/hint.js';
import { found, ofFault, step, type Found } from './finding.js';
import { lintFleet } from '../lint.js';

const LINT = step(command('lint'), 'tells each mistake of the revisions, why it matters and how to mend it');

/** @param fault why nothing can be compared with the revisions; null where they can be read and run */
export async function revisionFindings(
  context: Context,
  graph: Graph,
  fault: FleetError | null,
): Promise<readonly Found[]> {
  if (fault !== null) {
    const isReadable = graph.order.length > 0 || fault.problems.length > 0;
    return [ofFault('migrations', fault, ...(isReadable ? [LINT] : []))];
  }
  // Several heads are a finding of their own, which says how to merge them.
  const findings = (await lintFleet(context, {})).findings.filter(({ rule }) => rule !== 'several-heads');
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  return [
    ...(errors.length === 0
      ? []
      : [
          found(
            {
              id: 'lint',
              severity: 'error',
              message: `The revisions have ${count(errors.length, 'mistake')}`,
              hint: hint`see each with reason and fix: ${command('lint')}`,
              details: errors.map(({ file, line, message }) => `${file}:${line}: ${message}`),
            },
            LINT,
          ),
        ]),
    ...(warnings === 0
      ? []
      : [
          found({
            id: 'lintWarnings',
            severity: 'note',
            message: `Lint has ${count(warnings, 'warning')} about the revisions`,
            hint: hint`read them: ${command('lint')}`,
          }),
        ]),
    ...(graph.heads.length > 1 ? [heads(graph)] : []),
  ];
}

function heads({ heads: ids, byId }: Graph): Found {
  return found(
    {
      id: 'severalHeads',
      severity: 'error',
      message: `The revisions have ${ids.length} heads, and an upgrade cannot know which one is meant`,
      hint: hint`merge them by a new revision with "-- down_revision: ${ids.join(', ')}": ${command('new', 'merge')}`,
      details: ids.map((id) => `${id}: ${byId.get(id)?.file ?? ''}`),
    },
    step(command('new', 'merge heads'), 'writes a revision that stands on all heads'),
  );
}
