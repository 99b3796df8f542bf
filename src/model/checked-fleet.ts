// A fleet whose every method checks its options before it does anything. Apart from what the methods do, so that none
// can be added without its check: this does not compile then.

import type { Fleet } from './api.js';
import { checkCall } from './check-call.js';

/** @throws FleetError `usage` from every method, as a rejection, before anything is read */
export function checkedFleet(fleet: Fleet): Fleet {
  return {
    discover: async (...given) => fleet.discover(checkCall('discover', given)),
    status: async (...given) => fleet.status(checkCall('status', given)),
    current: async (...given) => fleet.current(checkCall('current', given)),
    drift: async (...given) => fleet.drift(checkCall('drift', given)),
    plan: async (...given) => fleet.plan(checkCall('plan', given)),
    upgrade: async (...given) => fleet.upgrade(checkCall('upgrade', given)),
    stamp: async (...given) => fleet.stamp(checkCall('stamp', given)),
    downgrade: async (...given) => fleet.downgrade(checkCall('downgrade', given)),
    repair: async (...given) => fleet.repair(checkCall('repair', given)),
    repairPlan: async (...given) => fleet.repairPlan(checkCall('repairPlan', given)),
    history: async (...given) => fleet.history(checkCall('history', given)),
    fleetHistory: async (...given) => fleet.fleetHistory(checkCall('fleetHistory', given)),
    doctor: async (...given) => fleet.doctor(checkCall('doctor', given)),
    baseline: async (...given) => fleet.baseline(checkCall('baseline', given)),
    heads: async (...given: readonly unknown[]) => {
      checkCall('heads', given);
      return fleet.heads();
    },
    lint: async (...given) => fleet.lint(checkCall('lint', given)),
    show: async (...given) => fleet.show(checkCall('show', given)),
    newRevision: async (...given) => fleet.newRevision(checkCall('newRevision', given)),
    close: async (...given: readonly unknown[]) => {
      checkCall('close', given);
      return fleet.close();
    },
  };
}
