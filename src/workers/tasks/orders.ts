// The orders of columns that revisions were written for, for those who write scripts of them.

import { expectedOrders } from '../../target/column-order.js';
import type { Tools } from '../../target/work.js';
import type { Replies, Task } from '../messages.js';

export async function readOrders(
  { revisions }: Extract<Task, { kind: 'orders' }>,
  tools: Tools,
): Promise<Replies['orders']> {
  const found: Replies['orders'][number][] = [];
  for (const id of revisions) {
    const revision = tools.graph.byId.get(id);
    if (revision === undefined) throw new Error(`there is no revision ${id}`);
    found.push(await expectedOrders({ revision, direction: 'up', script: revision.up }, tools));
  }
  return found;
}
