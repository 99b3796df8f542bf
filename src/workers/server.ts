// The worker's side of the messages: does the tasks, one at a time, each by a function of `tasks/`, and returns every
// fault of a target as a value.

import type { Driver } from '../dialects/port.js';
import { buildGraph } from '../revisions/graph.js';
import { settleAfterDeath } from '../target/settle.js';
import type { Tools } from '../target/work.js';
import type { Replies, StartMessage, Task } from './messages.js';
import { applyAll } from './tasks/apply.js';
import { judgeAll } from './tasks/judge.js';
import { readOrders } from './tasks/orders.js';
import { readBaseline, inspect, readHistories } from './tasks/read.js';
import { proveCopy } from './tasks/prove-copy.js';
import { replayAll } from './tasks/replay.js';

export interface Server {
  perform(task: Task): Promise<Replies[Task['kind']]>;
}

export function createServer(
  { revisions, userVersions = {} }: StartMessage,
  driver: Driver,
  clock: Pick<Tools, 'now' | 'mayCommit' | 'onStage'>,
): Server {
  const built = buildGraph(revisions);
  if ('problems' in built) throw new Error('the supervisor sent revisions that make no graph');
  const { graph } = built;
  const tools: Tools = {
    driver,
    graph,
    replay: driver.replay(),
    structures: driver.structures,
    userVersions,
    ...clock,
  };
  return {
    async perform(task): Promise<Replies[Task['kind']]> {
      switch (task.kind) {
        case 'replay':
          return replayAll(tools);
        case 'lint':
          return driver.lint(graph, task.options);
        case 'inspect':
          return inspect(task, driver);
        case 'histories':
          return readHistories(task, driver);
        case 'baseline':
          return readBaseline(task, driver);
        case 'judge':
          return judgeAll(task, tools);
        case 'orders':
          return readOrders(task, tools);
        case 'apply':
          return applyAll(task, tools);
        case 'proveCopy':
          return proveCopy(task, tools);
        case 'settle':
          return settleAfterDeath(task.target, task.cause, task.work, tools);
      }
    },
  };
}
