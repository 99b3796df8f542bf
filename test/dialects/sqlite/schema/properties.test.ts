import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describe, diff } from '../../../../src/dialects/sqlite/schema/diff.js';
import { fingerprintOf } from '../../../../src/dialects/sqlite/schema/fingerprint.js';
import { PLAIN, writeSchema } from '../../../support/schema-writer.js';
import { mutationsOf } from '../../../support/schema-mutations.js';
import { schemaArbitrary, snapshotAfter, styleArbitrary } from '../../../support/schemas.js';
import type { SchemaModel } from '../../../support/schema-model.js';

const RUNS = { numRuns: 300 };

test('a random structure has one fingerprint in whatever style it is written', () => {
  fc.assert(
    fc.property(schemaArbitrary, styleArbitrary, (model, style) => {
      const plain = snapshotAfter(writeSchema(model, PLAIN));
      const styled = snapshotAfter(writeSchema(model, style));
      expect(diff(plain, styled).map(describe)).toEqual([]);
      expect(fingerprintOf(styled)).toBe(fingerprintOf(plain));
    }),
    RUNS,
  );
});

test('any single change of a random structure changes the fingerprint and is one difference', () => {
  fc.assert(
    fc.property(schemaArbitrary, styleArbitrary, fc.nat(), (model, style, pick) => {
      const mutations = mutationsOf(model);
      const mutation = mutations[pick % mutations.length];
      if (mutation === undefined) return;
      const expected = snapshotAfter(writeSchema(model, PLAIN));
      const actual = snapshotAfter(writeSchema(mutation.model, style));
      expect(fingerprintOf(actual), mutation.what).not.toBe(fingerprintOf(expected));
      expect(diff(expected, actual).map(describe), mutation.what).toHaveLength(1);
      expect(diff(actual, expected).map(describe), mutation.what).toHaveLength(1);
    }),
    RUNS,
  );
});

test('the difference is empty exactly where the fingerprints are equal', () => {
  const changes = fc.array(fc.nat(), { maxLength: 4 });
  fc.assert(
    fc.property(schemaArbitrary, schemaArbitrary, changes, changes, (model, unrelated, left, right) => {
      const snapshots = [mutate(model, left), mutate(model, right), unrelated].map((each) =>
        snapshotAfter(writeSchema(each, PLAIN)),
      );
      for (const one of snapshots) {
        for (const other of snapshots) {
          expect(diff(one, other).length === 0).toBe(fingerprintOf(one) === fingerprintOf(other));
        }
      }
    }),
    RUNS,
  );
});

function mutate(model: SchemaModel, picks: readonly number[]): SchemaModel {
  return picks.reduce((changed, pick) => {
    const mutations = mutationsOf(changed);
    return mutations[pick % mutations.length]?.model ?? changed;
  }, model);
}
