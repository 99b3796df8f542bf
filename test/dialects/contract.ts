// What every dialect promises in `port.ts` and `structure.ts`, tested through the port alone: the suite that a dialect
// is written against. Each kind of database brings a fixture; the statements are those that every SQL database takes.

import { describe } from 'vitest';
import { testBackups } from './contract/backups.js';
import type { ContractFixture } from './contract/fixture.js';
import { testIdentity } from './contract/identity.js';
import { createKit } from './contract/kit.js';
import { testLooks } from './contract/looks.js';
import { testSessions } from './contract/sessions.js';
import { testStructures } from './contract/structures.js';
import { testSupervisor } from './contract/supervisor.js';
import { testSyntax } from './contract/syntax.js';
import { testTrials } from './contract/trials.js';

/** Registers the tests of a dialect. */
export function testContract(fixture: ContractFixture): void {
  describe(`A dialect of ${fixture.name}`, () => {
    const kit = createKit(fixture);
    describe('knows its fleet:', () => {
      testSupervisor(kit);
    });
    describe('reads revisions:', () => {
      testSyntax(kit);
    });
    describe('looks at targets:', () => {
      testLooks(kit);
    });
    describe('knows a target again:', () => {
      testIdentity(kit);
    });
    describe('has sessions:', () => {
      testSessions(kit);
    });
    describe('backs up and restores:', () => {
      testBackups(kit);
    });
    describe('knows structures:', () => {
      testStructures(kit);
    });
    describe('tries things out:', () => {
      testTrials(kit);
    });
  });
}
