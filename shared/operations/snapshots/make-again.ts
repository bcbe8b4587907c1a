import { type Evidence, noted, type Observation } from '../../domain/finding.ts';
import { verifySnapshots } from '../../snapshots/index.ts';
import { type CaptureContext, captureCollections } from './capture-collections.ts';
import { type CaptureHead, wholeMinute } from './capture-head.ts';
import { sealEffect, snapshotCollections } from './seal-snapshot.ts';
import { storeOf } from './snapshot-store.ts';

/**
 * Captures once more, upon a parent that was just read whole, or upon nothing. Answers the id of the new snapshot when
 * it was made and proven; otherwise the reason is among the findings.
 */
export async function makeAgain(
  context: CaptureContext,
  id: string,
  parent: string | undefined,
  findings: Observation[],
  evidence: Evidence[],
): Promise<string | undefined> {
  const head: CaptureHead = {
    id: `${id}-again`,
    parent: parent ?? null,
    readTime: wholeMinute(context.now()),
    damagedParent: null,
  };
  const captured = await captureCollections(context, snapshotCollections(context.configuration.memory), {
    head,
    isNew: true,
  });
  findings.push(...captured.findings);
  if (captured.findings.some(({ state, soft }) => state !== 'noted' && soft !== true)) return undefined;
  evidence.push(...captured.evidence, await context.effects.apply(await sealEffect(context, head)));
  const report = await verifySnapshots({ ...storeOf(context), ids: [head.id], readData: 'all' });
  if (report.problems.length > 0) return undefined;
  findings.push(
    noted({
      code: 'made-again',
      subject: `snapshots/${head.id}`,
      message: `snapshot ${id} was damaged; it was made again as ${head.id}, read whole and found good`,
      remedy: 'find out what changed the bucket',
    }),
  );
  return head.id;
}
