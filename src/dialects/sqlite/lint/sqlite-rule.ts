// What SQLite's own rules look at: structures between statements, and the history of each object as one line.

import type { LintContext, Rule } from '../../../revisions/lint/rule.js';
import type { SqliteTrace } from './sqlite-trace.js';
import type { Timeline } from './timeline.js';

export interface TraceWithTimeline extends SqliteTrace {
  readonly timeline: Timeline;
}

export type SqliteContext = LintContext<TraceWithTimeline>;
export type SqliteRule = Rule<TraceWithTimeline>;
