import { PortError } from '../../../shared/domain/errors.ts';
import type { Lockdown } from '../../../shared/domain/lockdown.ts';
import type { Revision } from '../../../shared/domain/revision.ts';
import { createHistory } from '../../../shared/engine/history.ts';
import { paths } from '../../../shared/engine/records.ts';
import { incidentTimes } from '../../../shared/operations/snapshots/incidents.ts';
import { planRemoval, type RemovalPlan } from '../../../shared/operations/snapshots/plan-removal.ts';
import { listStatuses, statusUri } from '../../../shared/operations/snapshots/snapshot-status.ts';
import { storeOf } from '../../../shared/operations/snapshots/snapshot-store.ts';
import type { SnapshotWorld } from '../../../shared/runtime/local-snapshots.ts';
import { collectGarbage, listSnapshotIds, removeSnapshot } from '../../../shared/snapshots/index.ts';
import { writeActLine } from './write-act.ts';

/** What the rules of retention would remove and keep now. */
export async function planForget(world: SnapshotWorld): Promise<RemovalPlan> {
  const statuses = await listStatuses(storeOf(world));
  const lastKnownGood = await world.documents.get<Revision>(paths.lastKnownGood);
  return planRemoval(statuses, world.configuration, {
    now: world.now(),
    lastKnownGoodAt: lastKnownGood?.at,
    incidents: await incidentTimes(createHistory(world.documents)),
  });
}

/** In a lockdown nothing is deleted: it could be evidence. Undefined when there is none. */
export async function lockdownReason({ documents }: SnapshotWorld): Promise<string | undefined> {
  const lockdown = await documents.get<Lockdown>(paths.lockdown);
  return lockdown?.active === true ? `a lockdown is in force (${lockdown.reason}): nothing is deleted` : undefined;
}

export interface Forgotten {
  readonly removed: readonly string[];
  readonly freedBytes: number;
}

/** Intent in the ledger, removal of exactly what was planned, a look that it is gone. */
export async function forget(world: SnapshotWorld, plan: RemovalPlan, actor: string): Promise<Forgotten> {
  const store = storeOf(world);
  const ids = plan.remove.map(({ id }) => id);
  if (ids.length > 0)
    await writeActLine(world, { kind: 'snapshots-forgotten', subject: store.bucketUri, actor, detail: { ids } });
  for (const id of ids) {
    await removeSnapshot(store, id, world.now());
    const status = await store.objects.stat(statusUri(store.bucketUri, id));
    if (status !== undefined) await store.objects.remove(status.uri, status.generation);
  }
  const left = new Set(await listSnapshotIds(store));
  const still = ids.find((id) => left.has(id));
  if (still !== undefined)
    throw new PortError('objects', 'internal', `snapshot ${still} was removed and is still there`);
  const { removedBytes } = await collectGarbage({ ...store, now: world.now(), graceHours: 24 });
  return { removed: ids, freedBytes: removedBytes };
}
