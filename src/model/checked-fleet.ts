// A fleet whose every method checks its options before it does anything, and whose faults name commands that are about
// what was asked for. Apart from what the methods do, so that none can be added without its check: this does not
// compile then.

import type { Fleet } from './api.js';
import { checkCall } from './check-call.js';
import type { CallName, CallOptions } from './call-options.js';
import { FleetError } from './errors.js';
import type { About } from './hint.js';

/**
 * @param about what commands are about in a call with these options
 * @throws FleetError `usage` from every method, as a rejection, before anything is read
 */
export function checkedFleet(fleet: Fleet, about: (options: object, name: CallName) => About): Fleet {
  async function call<N extends CallName, R>(
    name: N,
    given: readonly unknown[],
    work: (options: CallOptions<N>) => Promise<R>,
  ): Promise<R> {
    const options = checkCall(name, given);
    try {
      return await work(options);
    } catch (error) {
      throw error instanceof FleetError ? error.told(about(options, name)) : error;
    }
  }
  return {
    discover: (...given) => call('discover', given, (options) => fleet.discover(options)),
    status: (...given) => call('status', given, (options) => fleet.status(options)),
    current: (...given) => call('current', given, (options) => fleet.current(options)),
    drift: (...given) => call('drift', given, (options) => fleet.drift(options)),
    plan: (...given) => call('plan', given, (options) => fleet.plan(options)),
    upgrade: (...given) => call('upgrade', given, (options) => fleet.upgrade(options)),
    stamp: (...given) => call('stamp', given, (options) => fleet.stamp(options)),
    downgrade: (...given) => call('downgrade', given, (options) => fleet.downgrade(options)),
    repair: (...given) => call('repair', given, (options) => fleet.repair(options)),
    restore: (...given) => call('restore', given, (options) => fleet.restore(options)),
    undo: (...given) => call('undo', given, (options) => fleet.undo(options)),
    resume: (...given) => call('resume', given, (options) => fleet.resume(options)),
    restoreTo: (...given) => call('restoreTo', given, (options) => fleet.restoreTo(options)),
    backups: (...given) => call('backups', given, (options) => fleet.backups(options)),
    verifyBackups: (...given) => call('verifyBackups', given, (options) => fleet.verifyBackups(options)),
    repairPlan: (...given) => call('repairPlan', given, (options) => fleet.repairPlan(options)),
    history: (...given) => call('history', given, (options) => fleet.history(options)),
    fleetHistory: (...given) => call('fleetHistory', given, (options) => fleet.fleetHistory(options)),
    doctor: (...given) => call('doctor', given, (options) => fleet.doctor(options)),
    baseline: (...given) => call('baseline', given, (options) => fleet.baseline(options)),
    heads: (...given: readonly unknown[]) => call('heads', given, () => fleet.heads()),
    lint: (...given) => call('lint', given, (options) => fleet.lint(options)),
    show: (...given) => call('show', given, (options) => fleet.show(options)),
    newRevision: (...given) => call('newRevision', given, (options) => fleet.newRevision(options)),
    close: (...given: readonly unknown[]) => call('close', given, () => fleet.close()),
  };
}
