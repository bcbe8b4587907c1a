import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { envelopes } from '../proof/hostile-envelopes.ts';
import { judge } from '../proof/judge-envelopes.ts';

describe('a hostile or broken envelope', () => {
  it('is answered without an exception, and leaves one document in quarantine or becomes a sound trigger', async () => {
    await fc.assert(
      fc.asyncProperty(envelopes, async (envelope) => assert.deepEqual((await judge(envelope)).faults, [])),
      { numRuns: 3000, seed: 20261124 },
    );
  });
});
