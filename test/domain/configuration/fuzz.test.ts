import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { spoils, spoiltText } from '../../proof/hostile-configurations.ts';
import { judge } from '../../proof/judge-configurations.ts';
import { small } from './support.ts';

describe('a configuration spoilt in its structure', () => {
  it('is answered without an exception, and every refusal says what stands where and what is allowed', () => {
    fc.assert(
      fc.property(spoils, fc.boolean(), (changes, isLocal) => {
        assert.deepEqual(judge({ isLocal, text: spoiltText(small(), changes) }).faults, []);
      }),
      { numRuns: 400, seed: 20261124 },
    );
  });
});
