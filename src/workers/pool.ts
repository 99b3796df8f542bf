// Worker processes, one task at a time each. Processes and not threads, because a thread that is stuck inside SQLite
// cannot be stopped; and an own pool, because a task may count as ended only when the process that had it is dead:
// until then it could still commit.

import { fork, type ChildProcess } from 'node:child_process';
import { FleetError } from '../model/errors.js';
import type { Stage } from '../model/events.js';
import type { Ready, Replies, Request, Response, StartMessage, Task } from './messages.js';
import { readStage } from './stage-file.js';

export interface TaskOptions {
  readonly timeoutMs?: number;
  /**
   * Is told the stage of the process once a second, where the task takes that long; that of an earlier task where this
   * one has not begun.
   */
  readonly onStage?: (stage: Stage) => void;
}

export interface Pool {
  /**
   * Does a task in an idle process, or in a new one. The caller keeps the number of tasks at a time down.
   * The time runs from when the process is up and knows the revisions: starting it is no part of the task.
   * @throws WorkerError; FleetError `configuration` where what the settings name cannot be loaded
   */
  run<K extends Task['kind']>(task: Extract<Task, { kind: K }>, options?: TaskOptions): Promise<Replies[K]>;
  /** Starts processes ahead of their tasks, until there are so many. */
  warm(count: number): void;
  /** Kills all processes at once; their tasks reject. */
  kill(): void;
  /** Lets idle processes end, and waits for them. */
  close(): Promise<void>;
}

/** A task that got no reply; its process is dead. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  /** `notStarted`: no process ever had the task. */
  readonly reason: 'timeout' | 'died' | 'notStarted' | 'defect';

  constructor(reason: WorkerError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Work that takes less is not told of. */
const STAGE_MS = 1_000;

/** The longest that a timer of Node can wait, in milliseconds: 24 days. */
const TIMER_MS_MAX = 2 ** 31 - 1;

interface Worker {
  readonly process: ChildProcess;
  /** Whether it has said that it is up: before that it cannot have begun a task. */
  ready: boolean;
  /** Resolves when it says so. */
  readonly up: Promise<void>;
  /** Ends the task at work with its response; null when idle. */
  answer: ((response: Response | WorkerError) => void) | null;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

/** @param start the first message; processes are started before it is known. Where it rejects, no task is begun */
export function createPool(entry: URL, start: Promise<StartMessage>): Pool {
  const workers = new Set<Worker>();
  let lastId = 0;

  function spawn(): Worker {
    // What a module revision prints must not mix with results on standard output.
    const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
    let isUp = (): void => undefined;
    const up = new Promise<void>((resolve) => {
      isUp = resolve;
    });
    const worker: Worker = {
      process: child,
      ready: false,
      up,
      answer: null,
      gone: new Promise((resolve) => {
        const end = (message: string) => {
          workers.delete(worker);
          worker.answer?.(new WorkerError(worker.ready ? 'died' : 'notStarted', message));
          resolve();
        };
        child.once('exit', (code, signal) => {
          end(`the worker process ended with ${signal === null ? `exit code ${code ?? '?'}` : signal}`);
        });
        child.once('error', (error) => {
          if (child.pid === undefined) end(`no worker process could be started: ${error.message}`);
          else child.kill('SIGKILL');
        });
      }),
    };
    child.on('message', (message: Ready | Response) => {
      if ('ready' in message) {
        worker.ready = true;
        isUp();
      } else worker.answer?.(message);
    });
    // Where it rejects, so does every task.
    start.then(
      (message) => {
        send(worker, message);
      },
      () => undefined,
    );
    workers.add(worker);
    return worker;
  }

  function send(worker: Worker, message: StartMessage | Request): void {
    // Where no more files may be opened, there is no process and no channel; its `error` event ends the task.
    if (!worker.process.connected) return;
    // A process that can no longer be written to is about to exit, which ends its task.
    worker.process.send(message, (error) => {
      if (error !== null) worker.process.kill('SIGKILL');
    });
  }

  async function run<K extends Task['kind']>(
    task: Extract<Task, { kind: K }>,
    options: TaskOptions = {},
  ): Promise<Replies[K]> {
    const worker = [...workers].find((one) => one.answer === null) ?? spawn();
    const id = ++lastId;
    const deadline = createDeadline(options.timeoutMs, () => worker.process.kill('SIGKILL'));
    void Promise.all([start, worker.up]).then(
      () => {
        deadline.begin();
      },
      () => undefined,
    );
    const stages = watchStages(worker.process.pid, start, options.onStage);
    let response: Response | WorkerError;
    try {
      response = await new Promise((resolve, reject) => {
        worker.answer = resolve;
        start.then(() => {
          send(worker, { id, task });
        }, reject);
      });
    } finally {
      deadline.end();
      clearInterval(stages);
      worker.answer = null;
    }
    if (response instanceof WorkerError) {
      await worker.gone;
      throw deadline.passed
        ? new WorkerError('timeout', `no end after ${options.timeoutMs ?? 0} ms`)
        : response;
    }
    if ('defect' in response) throw new WorkerError('defect', response.defect);
    if ('fault' in response) {
      const { code, message, hint } = response.fault;
      throw new FleetError(code, message, { hint });
    }
    // The protocol pairs each kind of task with its reply.
    return response.reply as Replies[K];
  }

  return {
    run,
    warm(count): void {
      while (workers.size < count) spawn();
    },
    kill(): void {
      for (const worker of workers) worker.process.kill('SIGKILL');
    },
    async close(): Promise<void> {
      const all = [...workers];
      for (const worker of all) if (worker.process.connected) worker.process.disconnect();
      await Promise.all(all.map((worker) => worker.gone));
    },
  };
}

/** Until it is cleared; undefined where nobody is to be told. */
function watchStages(
  pid: number | undefined,
  start: Promise<StartMessage>,
  onStage: TaskOptions['onStage'],
): NodeJS.Timeout | undefined {
  if (pid === undefined || onStage === undefined) return undefined;
  return setInterval(() => {
    start.then(
      ({ scratchDir }) => {
        const stage = readStage(scratchDir, pid);
        if (stage !== null) onStage(stage);
      },
      () => undefined,
    );
  }, STAGE_MS);
}

interface Deadline {
  readonly passed: boolean;
  begin(): void;
  /** Nothing passes, or begins, afterwards. */
  end(): void;
}

function createDeadline(timeoutMs: number | undefined, onPassed: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const deadline = {
    passed: false,
    begin(): void {
      if (ended) return;
      timer = setTimeout(
        () => {
          deadline.passed = true;
          onPassed();
        },
        Math.min(timeoutMs ?? TIMER_MS_MAX, TIMER_MS_MAX),
      );
    },
    end(): void {
      ended = true;
      clearTimeout(timer);
    },
  };
  return deadline;
}
