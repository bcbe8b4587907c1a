import type { PlannedEffect } from '../../domain/operation.ts';
import type { Instant } from '../../domain/time.ts';
import { listSnapshotIds, quarantineSnapshot, type SnapshotStore } from '../../snapshots/index.ts';

/** Sets a corrupt snapshot aside: nothing of it is deleted, and it is neither listed nor built upon any more. */
export function quarantineEffect(store: SnapshotStore, id: string, now: () => Instant): PlannedEffect {
  const target = `snapshots/${id}/quarantine`;
  return {
    target,
    detail: `snapshot ${id} is damaged and is set aside`,
    args: { id },
    pin: 'listed',
    async probe() {
      const isListed = (await listSnapshotIds(store)).includes(id);
      const receipt = { subject: target, request: `manifest of snapshot ${id}`, observedAt: now(), value: isListed };
      return { state: isListed ? 'pinned' : 'applied', receipt };
    },
    async call() {
      await quarantineSnapshot(store, id);
    },
  };
}
