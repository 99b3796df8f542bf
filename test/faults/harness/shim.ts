// The program's view of native/shim.c: arms faults, reads counters, reads the log. The layouts are those of its
// structs.

import { closeSync, existsSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { compile } from './native.js';

export type ErrorName = 'EIO' | 'ENOSPC' | 'EROFS' | 'EDQUOT' | 'EFBIG' | 'EMFILE';

/** What happens at an operation. */
export type Fault =
  | { readonly kind: 'kill'; readonly who: Victim }
  | { readonly kind: 'error'; readonly error: ErrorName; readonly forever: boolean }
  | { readonly kind: 'short'; readonly forever: boolean }
  /** A byte is written as another one, and nothing says so. */
  | { readonly kind: 'altered'; readonly forever: boolean };

/** Who dies: supervisor and workers together, the process that comes there, or the supervisor while that one goes on. */
export type Victim = 'all' | 'one' | 'leader';

/** Which operations count: writes of all kinds below the root, opens below it, of anything at all, content of backups. */
export type OperationClass = 'write' | 'open' | 'openAnywhere' | 'backup';

export interface Shim {
  /** To be added to the environment of the processes under test. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on, operation number `at` (from 1) meets the fault. */
  arm(fault: Fault, at: number, operations?: OperationClass): void;
  /** Counts only. */
  disarm(operations?: OperationClass): void;
  /** Operations counted since it was armed or disarmed. */
  count(): number;
  /** Faults met. */
  hits(): number;
  /** The first operation that met one: `write /.../project_1.db-journal`. */
  what(): string;
  /** Switches the log on; what was in it is kept. */
  record(...what: readonly LogContent[]): void;
  log(): readonly LogRecord[];
}

/** `locks`: the process's lines of /proc/locks before every other record. */
export type LogContent = 'data' | 'opens' | 'locks';

export type LogKind =
  | 'create'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'syncDirectory'
  | 'rename'
  | 'unlink'
  | 'mkdir'
  | 'rmdir'
  | 'output'
  | 'open'
  | 'locks';

export interface LogRecord {
  readonly kind: LogKind;
  readonly pid: number;
  readonly inode: bigint;
  /** Of a write; the new size of a truncate; the flags of an open. */
  readonly offset: number;
  readonly path: string;
  /** What was written; the new name of a rename; who opened; the lines of locks. */
  readonly data: Buffer;
}

const SIZE = 4096;
const AT = {
  counter: 0,
  at: 8,
  action: 16,
  error: 20,
  forever: 24,
  classes: 28,
  log: 32,
  hits: 40,
  what: 48,
};
const ACTION = { none: 0, kill: 1, error: 2, short: 3, killOne: 4, killLeader: 5, altered: 6 };
const KILLS: Record<Victim, number> = { all: ACTION.kill, one: ACTION.killOne, leader: ACTION.killLeader };
const CLASS: Record<OperationClass, number> = { write: 1, open: 2, openAnywhere: 4, backup: 8 };
const LOG: Record<LogContent, number> = { data: 1, opens: 2, locks: 4 };
const KINDS: readonly LogKind[] = [
  'create',
  'write',
  'truncate',
  'sync',
  'syncDirectory',
  'rename',
  'unlink',
  'mkdir',
  'rmdir',
  'output',
  'open',
  'locks',
];
const RECORD_BYTES = 32;

// Linux numbers an error that Node does not name.
const ERRNO: Record<ErrorName, number> = {
  EIO: constants.errno.EIO,
  ENOSPC: constants.errno.ENOSPC,
  EROFS: constants.errno.EROFS,
  EDQUOT: constants.errno.EDQUOT,
  EFBIG: constants.errno.EFBIG,
  EMFILE: constants.errno.EMFILE,
};

/**
 * Makes the control file, or finds the one that is there: processes that run with it have it in memory.
 * @param directory an existing directory for the control file and the log, outside the root
 * @param root files below it are watched
 */
export function createShim(directory: string, root: string): Shim {
  const control = join(directory, 'fault-control');
  const log = join(directory, 'fault-log');
  if (!existsSync(control)) writeFileSync(control, Buffer.alloc(SIZE));

  function write(parts: readonly (readonly [offset: number, value: number, wide: boolean])[]): void {
    const file = openSync(control, 'r+');
    for (const [offset, value, wide] of parts) {
      const bytes = Buffer.alloc(wide ? 8 : 4);
      if (wide) bytes.writeBigUInt64LE(BigInt(value));
      else bytes.writeUInt32LE(value);
      writeSync(file, bytes, 0, bytes.length, offset);
    }
    closeSync(file);
  }
  function read(): Buffer {
    const bytes = Buffer.alloc(SIZE);
    const file = openSync(control, 'r');
    readSync(file, bytes, 0, SIZE, 0);
    closeSync(file);
    return bytes;
  }
  function set(at: number, action: number, error: number, forever: boolean, operations: OperationClass) {
    write([
      [AT.at, 0, true],
      [AT.counter, 0, true],
      [AT.hits, 0, false],
      [AT.action, action, false],
      [AT.error, error, false],
      [AT.forever, forever ? 1 : 0, false],
      [AT.classes, CLASS[operations], false],
      [AT.at, at, true],
    ]);
  }

  return {
    env: { LD_PRELOAD: compile('shim'), FAULT_CONTROL: control, FAULT_ROOT: root, FAULT_LOG: log },
    arm(fault, at, operations = 'write') {
      switch (fault.kind) {
        case 'kill': {
          set(at, KILLS[fault.who], 0, false, operations);
          return;
        }
        case 'error': {
          set(at, ACTION.error, ERRNO[fault.error], fault.forever, operations);
          return;
        }
        case 'short':
        case 'altered': {
          set(at, ACTION[fault.kind], 0, fault.forever, operations);
          return;
        }
      }
    },
    disarm(operations = 'write') {
      set(0, ACTION.none, 0, false, operations);
    },
    count: () => Number(read().readBigUInt64LE(AT.counter)),
    hits: () => read().readUInt32LE(AT.hits),
    what() {
      const bytes = read().subarray(AT.what);
      return bytes.subarray(0, Math.max(0, bytes.indexOf(0))).toString();
    },
    record(...what) {
      write([[AT.log, what.reduce((mask, content) => mask | LOG[content], 0), false]]);
    },
    log: () => (existsSync(log) ? parseLog(readFileSync(log)) : []),
  };
}

function parseLog(bytes: Buffer): readonly LogRecord[] {
  const records: LogRecord[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const pathLength = bytes.readUInt32LE(offset + 24);
    const dataLength = bytes.readUInt32LE(offset + 28);
    const start = offset + RECORD_BYTES;
    const end = start + pathLength + dataLength;
    const kind = KINDS[bytes.readUInt32LE(offset) - 1];
    if (kind === undefined || end > bytes.length) throw new Error(`the log is broken at byte ${offset}`);
    records.push({
      kind,
      pid: bytes.readUInt32LE(offset + 4),
      inode: bytes.readBigUInt64LE(offset + 8),
      offset: Number(bytes.readBigUInt64LE(offset + 16)),
      path: bytes.toString('utf8', start, start + pathLength),
      data: bytes.subarray(start + pathLength, end),
    });
    offset = end;
  }
  return records;
}
