// What each method of the library takes, as checks: strict, so that a misspelt `dryRun` is an error and never a real
// run. Settings come from their table; what only a call can have is here. A test holds the interfaces of api.ts to
// these checks. Not for worker processes, which nobody but their supervisor calls.

import * as z from 'zod/mini';
import type { FleetEvent } from './events.js';
import { optional, settingOption, settingOptions, TAKES } from './setting-schema.js';
import {
  CHANGE_SETTINGS,
  CHOICE_SETTINGS,
  COMMAND_SETTINGS,
  GROUPS,
  PLACE_SETTINGS,
  ROLLOUT_SETTINGS,
  WORK_SETTINGS,
} from './settings.js';
import { waveDefinitions, WAVES_TAKE } from './wave-schema.js';

const {
  stamp,
  allowDrift,
  allowExtra,
  dropExtra,
  checksums,
  columns,
  at,
  strict,
  since,
  output,
  run,
  retry,
  before,
  from,
  how,
} = settingOptions(COMMAND_SETTINGS);
const { backupDir, dryRun, verify, busyTimeout, timeout, wait } = settingOptions(CHANGE_SETTINGS);
const rules = settingOption(COMMAND_SETTINGS.rule);
const flag = optional('true or false', z.boolean());
const to = optional('a revision', z.string());
const range = optional('a range of revisions, A:B', z.string());
const command = optional('status or check', z.enum(['status', 'check']));

const { dataDir, pattern, stateDir, stateMode, migrations, userVersion, trust, programs } =
  settingOptions(PLACE_SETTINGS);
const place = { dataDir, pattern, stateDir, stateMode, migrations, userVersion, trust, programs };
const sqlite = optional(
  'an object with extensions, functions and oldest, of which each may be left out',
  z.readonly(z.strictObject(settingOptions(GROUPS.sqlite))),
);

const waves = optional(WAVES_TAKE, waveDefinitions);

const commandOptions = optional(
  'an object of options',
  z.readonly(
    z.record(z.string(), z.union([z.boolean(), z.number(), z.string(), z.readonly(z.array(z.string()))])),
  ),
);

/** Known by its methods: a test runner has realms of its own, in which AbortSignal is another class. */
const isSignal = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'aborted' in value &&
  typeof value.aborted === 'boolean' &&
  'addEventListener' in value &&
  typeof value.addEventListener === 'function';

const select = {
  ...settingOptions(CHOICE_SETTINGS),
  ...settingOptions(WORK_SETTINGS),
  signal: optional('an AbortSignal', z.custom<AbortSignal>(isSignal)),
  onEvent: optional(
    'a function',
    z.custom<(event: FleetEvent) => void>((value) => typeof value === 'function'),
  ),
};
const change = { ...select, ...settingOptions(CHANGE_SETTINGS) };
const { exclude, limit, missing, allowEmpty, jobs, signal, onEvent } = select;
const watch = { jobs, signal, onEvent };

/** By method; `openFleet` is the door itself. */
export const CALL_OPTIONS = {
  openFleet: call({ ...place, sqlite, waves, commandOptions }),
  discover: call(select),
  status: call({ ...select, command, failures: flag }),
  current: call({ ...select, history: flag }),
  drift: call(select),
  plan: call({ ...select, to, stamp, allowExtra, at }),
  upgrade: call({ ...change, to, stamp, allowDrift, allowExtra, at }),
  stamp: call({ ...change, to, force: flag, at, allowExtra }),
  downgrade: call({ ...change, to: needed('a revision') }),
  repair: call({ ...change, dropExtra, checksums, columns }),
  restore: call({
    ...watch,
    ...settingOptions(ROLLOUT_SETTINGS),
    verify,
    busyTimeout,
    timeout,
    wait,
    exclude,
    limit,
    missing,
    allowEmpty,
    backupDir,
    dryRun,
    run,
    before,
    from,
    only: neededList('a list of ids'),
    force: flag,
  }),
  undo: call({ ...change, run: needed('the id of a run'), how, force: flag }),
  resume: call({ ...watch, wait, run, retry }),
  restoreTo: call({
    ...watch,
    backupDir,
    dryRun,
    run,
    before,
    from,
    only: neededList('a list of ids'),
    to: needed('a path', z.string().check(z.minLength(1))),
    force: flag,
  }),
  backups: call({ ...select, run, backupDir }),
  verifyBackups: call({ ...select, run, backupDir }),
  repairPlan: call({ ...select, dropExtra, checksums, columns }),
  history: call({ range }),
  fleetHistory: call({ ...select, range }),
  doctor: call({ ...select, backupDir }),
  baseline: call({ ...select, target: needed('the id of a target or the path of a database'), output }),
  heads: call({}),
  lint: call({ ...select, rules, strict, since, fleet: flag }),
  show: call({ revision: needed('a revision') }),
  newRevision: call({ message: needed('text') }),
  close: call({}),
};

export type CallName = keyof typeof CALL_OPTIONS;
export type CallOptions<N extends CallName> = z.output<(typeof CALL_OPTIONS)[N]>;

function call<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.readonly(z.strictObject(shape));
}

/** An argument in a call's options: text that must be given. */
function needed(takes: string, schema: z.ZodMiniType<string> = z.string()) {
  TAKES.add(schema, { takes });
  return schema;
}

/** The same, of one text or more. */
function neededList(takes: string) {
  const schema = z.readonly(z.array(z.string().check(z.minLength(1))).check(z.minLength(1)));
  TAKES.add(schema, { takes });
  return schema;
}
