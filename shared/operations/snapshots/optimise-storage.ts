import { type Evidence, type Observation, result } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { collectGarbage } from '../../snapshots/index.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { heldBack } from './held-back.ts';
import { findSparse, repackSparse } from './repack-sparse.ts';
import { snapshotLevels } from './snapshot-levels.ts';
import { storeOf } from './snapshot-store.ts';

/** A pack of which less is referred to is rewritten: half a pack of waste costs less than moving more than half. */
export const SPARSE_BELOW = 0.5;
/** What nothing refers to stays a day: a reader that began before the removal ends in peace. */
const GRACE_HOURS = 24;

export const optimiseStorage = defineOperation({
  name: 'optimise-storage',
  claim: 'sparse packs are rewritten, and what nothing refers to is removed',
  kind: 'action',
  failure: 'soft',
  needs: ['objects', 'keys'],
  timeoutSeconds: 180,
  permission: 'snapshot-delete',
  async run(context) {
    const findings: Observation[] = [];
    const evidence: Evidence[] = [];
    try {
      evidence.push(await repackIfSparse(context), await collectIfAny(context));
    } catch (error) {
      findings.push(heldBack(error, 'rewritten or removed'));
    }
    const levels = await snapshotLevels(storeOf(context));
    const { bytes, dedupeRatio } = levels;
    const words = { subject: 'snapshots', request: 'all objects of the snapshots', observedAt: context.now() };
    evidence.push({ ...words, value: { bytes, dedupeRatio } });
    return { ...result(findings, evidence), output: { snapshotLevels: levels as unknown as Json } };
  },
});

type Context = ContextOf<'objects' | 'keys'>;

function repackIfSparse(context: Context): Promise<Evidence> {
  const store = storeOf(context);
  const target = 'snapshots/packs/sparse';
  return context.effects.apply({
    target,
    detail: `packs of which less than ${SPARSE_BELOW * 100} % is referred to are rewritten`,
    args: { sparseBelow: SPARSE_BELOW },
    pin: null,
    async probe() {
      const sparse = [...(await findSparse(store, SPARSE_BELOW))];
      const receipt = { subject: target, request: 'packs against what refers to them', observedAt: context.now() };
      return { state: sparse.length === 0 ? 'applied' : 'pinned', receipt: { ...receipt, value: sparse.length } };
    },
    call: (grant) => repackSparse({ ...store, signal: grant.signal }, SPARSE_BELOW, context.now()),
  });
}

function collectIfAny(context: Context): Promise<Evidence> {
  const store = storeOf(context);
  const target = 'snapshots/packs/unreferenced';
  const collect = (isDryRun: boolean) =>
    collectGarbage({ ...store, now: context.now(), graceHours: GRACE_HOURS, isDryRun });
  return context.effects.apply({
    target,
    detail: `packs that nothing has referred to for ${GRACE_HOURS} h are removed`,
    args: { graceHours: GRACE_HOURS },
    pin: null,
    async probe() {
      const { removed, abandoned, blocked } = await collect(true);
      const value = { due: removed.length, abandoned: abandoned.length, blocked };
      const isDone = blocked !== null || removed.length + abandoned.length === 0;
      const receipt = {
        subject: target,
        request: 'packs that no snapshot refers to',
        observedAt: context.now(),
        value,
      };
      return { state: isDone ? 'applied' : 'pinned', receipt };
    },
    async call() {
      await collect(false);
    },
  });
}
