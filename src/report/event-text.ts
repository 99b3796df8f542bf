// One line an event, for those who want to see each target as it ends.

import type { FleetEvent, Stage } from '../model/events.js';
import { duration, visible } from './layout.js';

/** The event in words, without an end of line; null for those that say nothing by themselves. */
export function eventText(event: FleetEvent): string | null {
  switch (event.event) {
    case 'target': {
      const { id, outcome, from, to, durationMs, failure } = event;
      const moved = from === to ? '' : ` ${from ?? 'base'} -> ${to ?? 'base'}`;
      const why = failure === null ? '' : `: ${failure.code} (${failure.step}): ${failure.message}`;
      return visible(`${id}: ${outcome}${moved}, ${duration(durationMs)}${why}`);
    }
    case 'stage':
      return visible(stageText(event));
    case 'retry':
      return visible(`${event.id}: again later: ${event.message}`);
    case 'run':
      return `run ${event.runId}: ${event.command} of ${event.planned} targets${event.dryRun ? ', a rehearsal' : ''}`;
    case 'waveBegin':
      return visible(`wave ${event.number} of ${event.of} (${event.name}): ${event.planned} targets`);
    case 'wave':
      return visible(`wave ${event.name}: ${event.verdict}`);
    case 'between': {
      const until = event.until === null ? '' : ` until ${event.until}`;
      return visible(`wave ${event.name}: ${event.what === 'soak' ? 'soaks' : 'the gate is asked'}${until}`);
    }
    case 'problem':
      return visible(`problem: ${event.message}; ${event.hint}`);
    case 'warning':
      return visible(`warning: ${event.message}; ${event.hint}`);
    case 'inspected':
    case 'summary':
      return null;
  }
}

function stageText({ id, step, revision }: Stage): string {
  switch (step) {
    case 'discover':
      return `finding ${id}`;
    case 'copy':
      return `copying ${id}`;
    case 'open':
      return `opening ${id}`;
    case 'lock':
      return `waiting for the lock of ${id}`;
    case 'read':
      return `reading ${id}`;
    case 'check':
      return `checking ${id}`;
    case 'backUp':
      return `backing up ${id}`;
    case 'execute':
      return revision === undefined ? `changing ${id}` : `running revision ${revision} on ${id}`;
    case 'record':
      return `recording what was done in ${id}`;
    case 'verify':
      return `verifying ${id}`;
    case 'commit':
      return `committing ${id}`;
    case 'confirm':
      return `confirming the commit of ${id}`;
  }
}
