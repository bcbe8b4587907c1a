import type { MemoryCollection } from '../../domain/configuration/index.ts';
import { defineOperation } from '../define-operation.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { captureCollections } from './capture-collections.ts';
import { captureOutcome } from './capture-outcome.ts';
import { captureShare } from './capture-ranges.ts';
import { ENVIRONMENT_COLLECTION, namesEnvironment } from './environment-source.ts';
import { subjectOf } from './snapshot-store.ts';

export const preserveContext = defineOperation({
  name: 'preserve-context',
  claim: 'every context and the allowed part of the environment are captured as of the same moment',
  kind: 'action',
  failure: 'hard',
  needs: ['memory', 'objects', 'keys'],
  timeoutSeconds: 600,
  resumable: true,
  runShard: captureShare,
  async run(context) {
    if (context.configuration.memory.length === 0) return nothingConfigured(context, 'memory');
    return captureOutcome(
      context,
      await captureCollections(context, contextCollections(context.configuration.memory)),
      'context',
    );
  },
});

/** The contexts, and the environment as a collection of its own where any collection asks for it. */
export function contextCollections(memory: readonly MemoryCollection[]): MemoryCollection[] {
  const contexts = memory.filter((each) => subjectOf(each) === 'context');
  const first = contexts.find(({ env_allowlist = [] }) => env_allowlist.length > 0);
  if (first === undefined || !namesEnvironment(memory)) return contexts;
  const { env_allowlist: _own, ...rest } = first;
  return [...contexts, { ...rest, collection: ENVIRONMENT_COLLECTION, schema: 'environment.v1', pii: false }];
}
