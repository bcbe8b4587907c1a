import { noted, result } from '../../domain/finding.ts';
import { digestOf, type Json } from '../../domain/json.ts';
import type { Revision } from '../../domain/revision.ts';
import type { Bindings } from '../../domain/ticket.ts';
import { defineOperation } from '../define-operation.ts';
import { observeWorld } from './observe-world.ts';
import { familyOf } from './revision-of.ts';

/**
 * On the first day there is nothing to return to, so what is there becomes the last known good, and is marked as
 * adopted: nobody has checked it at a noon yet. On every later day it only says which revision a rollback returns to.
 */
export const adoptRevision = defineOperation({
  name: 'adopt-revision',
  claim: 'there is a last known good to return to',
  kind: 'check',
  failure: 'hard',
  needs: ['datasets', 'objects', 'repositories', 'services'],
  timeoutSeconds: 120,
  async run(context) {
    const good = context.lastKnownGood;
    if (good !== undefined) {
      const request = `stored last known good of ${good.runId}`;
      return result(
        [],
        [{ subject: 'last-known-good', request, observedAt: context.now(), value: good.at, digest: digestOf(good) }],
      );
    }
    const observed = await observeWorld(context);
    const revision = adopted(observed.bindings);
    const finding = noted({
      code: 'adopted',
      subject: 'last-known-good',
      message: 'the observed state is adopted as the last known good',
      remedy: 'look at what was adopted before the first noon is released',
    });
    const evidence = {
      subject: 'last-known-good',
      request: 'the world as found on the first day',
      observedAt: context.now(),
      digest: digestOf(revision),
    };
    // What could not be observed is already a blocking finding; a revision with holes is not adopted, because the phase is not good then.
    return {
      ...result([...observed.findings, finding], [...observed.evidence, evidence]),
      output: { revision } as unknown as Json,
    };
  },
});

function adopted(bindings: Bindings): Omit<Revision, 'at' | 'runId'> {
  const manifest = bindings['context/manifest'];
  return {
    adopted: true,
    commits: familyOf(bindings, 'repositories', 'release-ref'),
    datasets: familyOf(bindings, 'datasets', 'live'),
    services: familyOf(bindings, 'services', 'serving'),
    manifest: typeof manifest === 'string' ? manifest : null,
  };
}
