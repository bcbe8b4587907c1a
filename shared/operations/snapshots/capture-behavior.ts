import { defineOperation } from '../define-operation.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { captureCollections } from './capture-collections.ts';
import { captureOutcome } from './capture-outcome.ts';
import { captureShare } from './capture-ranges.ts';
import { subjectOf } from './snapshot-store.ts';

export const captureBehavior = defineOperation({
  name: 'capture-behavior',
  claim: 'every record of behaviour is captured as of one moment',
  kind: 'action',
  failure: 'hard',
  needs: ['memory', 'objects', 'keys'],
  // Longer than a stretch: it is the end of the stretch that stops a long capture, at its cursor.
  timeoutSeconds: 600,
  resumable: true,
  runShard: captureShare,
  async run(context) {
    if (context.configuration.memory.length === 0) return nothingConfigured(context, 'memory');
    const collections = context.configuration.memory.filter((each) => subjectOf(each) === 'behavior');
    return captureOutcome(context, await captureCollections(context, collections), 'behavior');
  },
});
