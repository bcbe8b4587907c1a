import { result } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { defineOperation } from '../define-operation.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { noSnapshot, snapshotToCheck } from './look-at-snapshot.ts';
import { snapshotLevels } from './snapshot-levels.ts';
import { instantOfId, listStatuses, writeStatus } from './snapshot-status.ts';
import { storeOf } from './snapshot-store.ts';

const CHECKS = ['verify-integrity', 'validate-schema', 'check-freshness'] as const;

/** Runs only when nothing before it blocked: what it records is exactly that. */
export const confirmSnapshot = defineOperation({
  name: 'confirm-snapshot',
  claim: 'the snapshot is recorded as valid, with what its checks found',
  kind: 'action',
  failure: 'hard',
  needs: ['objects', 'keys'],
  timeoutSeconds: 120,
  async run(context) {
    if (context.configuration.memory.length === 0) return nothingConfigured(context, 'memory');
    const id = await snapshotToCheck(context);
    if (id === undefined) return result([noSnapshot('checks')], []);
    const store = storeOf(context);
    const target = `snapshots/${id}/status`;
    const verdicts = Object.fromEntries(CHECKS.map((name) => [name, context.earlier(name)?.verdict ?? null]));
    const receipt = await context.effects.apply({
      target,
      detail: `snapshot ${id} becomes valid`,
      args: { id },
      pin: 'captured',
      async probe() {
        const state = (await listStatuses(store)).find((each) => each.id === id)?.state ?? null;
        const words = { subject: target, request: `status of snapshot ${id}`, observedAt: context.now(), value: state };
        return { state: state === 'valid' ? 'applied' : 'pinned', receipt: words };
      },
      async call() {
        const record = { id, at: instantOfId(id), state: 'valid' as const, judgedAt: context.now(), by: context.runId };
        await writeStatus(store, { ...record, detail: verdicts }, { tags: ['slot'] });
      },
    });
    const levels = (await snapshotLevels(store)) as unknown as Json;
    return { ...result([], [receipt]), output: { snapshotLevels: levels } };
  },
});
