import { type Evidence, type Observation, result } from '../../domain/finding.ts';
import type { PlannedEffect } from '../../domain/operation.ts';
import { removeSnapshot } from '../../snapshots/index.ts';
import { manifestUri } from '../../snapshots/object-names.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { heldBack } from './held-back.ts';
import { incidentTimes } from './incidents.ts';
import { planRemoval } from './plan-removal.ts';
import { listStatuses, statusUri } from './snapshot-status.ts';
import { storeOf } from './snapshot-store.ts';

/** A run removes at most so many: an attempt's document has a bound, and the next run goes on. */
const MOST_A_RUN = 40;

export const removeAged = defineOperation({
  name: 'remove-aged',
  claim: 'no snapshot is kept that no rule asks for, and none is removed that a rule keeps',
  kind: 'action',
  failure: 'soft',
  needs: ['objects', 'keys', 'history'],
  timeoutSeconds: 180,
  permission: 'snapshot-delete',
  async run(context) {
    const statuses = await listStatuses(storeOf(context));
    const plan = planRemoval(statuses, context.configuration, {
      now: context.now(),
      lastKnownGoodAt: context.lastKnownGood?.at,
      incidents: await incidentTimes(context.ports.history),
    });
    const findings: Observation[] = [];
    const evidence: Evidence[] = [
      {
        subject: 'snapshots',
        request: 'rules of retention over all valid snapshots',
        observedAt: context.now(),
        value: { kept: plan.keep.length, toRemove: plan.remove.length },
      },
    ];
    try {
      for (const { id, reason } of plan.remove.slice(0, MOST_A_RUN))
        evidence.push(await context.effects.apply(await removalEffect(context, id, reason)));
    } catch (error) {
      findings.push(heldBack(error, 'removed'));
    }
    const kept = plan.keep.map(({ id, reasons }) => ({ id, reasons: [...reasons] }));
    return { ...result(findings, evidence), output: { kept, removed: plan.remove.map(({ id }) => id) } };
  },
});

/** Removes one manifest, exactly the generation that was judged; its chunks are collected later. */
async function removalEffect(
  context: ContextOf<'objects' | 'keys' | 'history'>,
  id: string,
  reason: string,
): Promise<PlannedEffect> {
  const { objects } = context.ports;
  const store = storeOf(context);
  const uri = manifestUri(store.bucketUri, id);
  const target = `snapshots/${id}`;
  const pin = (await objects.stat(uri))?.generation ?? null;
  return {
    target,
    detail: `snapshot ${id} is removed: ${reason}`,
    args: { id, reason },
    pin,
    async probe() {
      const generation = (await objects.stat(uri))?.generation ?? null;
      const receipt = {
        subject: target,
        request: `manifest of snapshot ${id}`,
        observedAt: context.now(),
        value: generation,
      };
      return { state: generation === null ? 'applied' : generation === pin ? 'pinned' : 'other', receipt };
    },
    async call() {
      const status = await objects.stat(statusUri(store.bucketUri, id));
      await removeSnapshot(store, id, context.now());
      if (status !== undefined) await objects.remove(status.uri, status.generation);
    },
  };
}
