import { type Evidence, type Observation, result } from '../../domain/finding.ts';
import type { PlannedEffect } from '../../domain/operation.ts';
import { hoursBetween } from '../../domain/time.ts';
import { manifestUri, packUri } from '../../snapshots/object-names.ts';
import { type LoadedSnapshot, loadSnapshots, referencedBytes } from '../../snapshots/pack-usage.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { claimArchive, liveClaim } from './archive-rules.ts';
import { heldBack } from './held-back.ts';
import { incidentTimes } from './incidents.ts';
import { listStatuses, readStatus, type SnapshotStatus, writeStatus } from './snapshot-status.ts';
import { storeOf } from './snapshot-store.ts';

type Context = ContextOf<'objects' | 'keys' | 'history'>;

/** Cheap to keep, dear to read: what left the ordinary span is read in an emergency only. */
const ARCHIVE_CLASS = 'ARCHIVE';

export const enforceArchivePolicy = defineOperation({
  name: 'enforce-archive-policy',
  claim: 'snapshots that the archive keeps lie in the archive class, and held ones are held by the store itself',
  kind: 'action',
  failure: 'soft',
  needs: ['objects', 'keys', 'history'],
  timeoutSeconds: 180,
  permission: 'snapshot-archive',
  async run(context) {
    const store = storeOf(context);
    const statuses = await listStatuses(store);
    const snapshots = await loadSnapshots(store);
    const due = await dueForArchive(context, statuses);
    const findings: Observation[] = [];
    const evidence: Evidence[] = [
      {
        subject: 'snapshots',
        request: 'archive rules of `memory` over all valid snapshots',
        observedAt: context.now(),
        value: { due: due.length, archived: statuses.filter(({ archived }) => archived).length },
      },
    ];
    try {
      for (const status of due)
        evidence.push(await context.effects.apply(archiveEffect(context, status, snapshots, statuses)));
      for (const status of statuses.filter(({ isHeld }) => isHeld))
        evidence.push(await context.effects.apply(holdEffect(context, status, snapshots)));
    } catch (error) {
      findings.push(heldBack(error, 'archived'));
    }
    return result(findings, evidence);
  },
});

/** Claimed by the archive, older than its collection's ordinary span, and not there yet. */
async function dueForArchive(context: Context, statuses: readonly SnapshotStatus[]): Promise<SnapshotStatus[]> {
  const valid = statuses.filter(({ state }) => state === 'valid');
  const claims = claimArchive(valid, context.configuration.memory, await incidentTimes(context.ports.history));
  const now = context.now();
  return valid.filter(({ id, at, archived }) => {
    const own = claims.get(id);
    if (archived || own === undefined || liveClaim(own, at, now) === undefined) return false;
    return hoursBetween(at, now) / 24 > Math.min(...own.map(({ after }) => after));
  });
}

/** Packs that an ordinary snapshot needs as well stay in the ordinary class. */
function archiveEffect(
  context: Context,
  { id, at }: SnapshotStatus,
  snapshots: readonly LoadedSnapshot[],
  statuses: readonly SnapshotStatus[],
): PlannedEffect {
  const store = storeOf(context);
  const { objects } = context.ports;
  const target = `snapshots/${id}/archive`;
  const ordinary = new Set(statuses.filter((each) => !each.archived && each.id !== id).map((each) => each.id));
  const shared = referencedBytes(snapshots.filter(({ manifest }) => ordinary.has(manifest.id)));
  const own = [...packsOf(snapshots, id)].filter((pack) => !shared.has(pack));
  return {
    target,
    detail: `snapshot ${id} moves to the archive class with ${own.length} packs`,
    args: { id, packs: own },
    pin: 'ordinary',
    async probe() {
      const archived = (await listStatuses(store)).find((each) => each.id === id)?.archived === true;
      const receipt = {
        subject: target,
        request: `status of snapshot ${id}`,
        observedAt: context.now(),
        value: archived,
      };
      return { state: archived ? 'applied' : 'pinned', receipt };
    },
    async call() {
      for (const pack of own) await objects.update(packUri(store.bucketUri, pack), { storageClass: ARCHIVE_CLASS });
      const before = await readStatus(store, id);
      const record = { id, at, state: 'valid' as const, judgedAt: context.now(), by: context.runId, detail: null };
      await writeStatus(store, before ?? record, { archived: true });
    },
  };
}

/** Setting a hold that stands there changes nothing, so it is set on all of its objects without asking which have one. */
function holdEffect(context: Context, { id }: SnapshotStatus, snapshots: readonly LoadedSnapshot[]): PlannedEffect {
  const store = storeOf(context);
  const { objects } = context.ports;
  const target = `snapshots/${id}/hold`;
  const uris = [
    manifestUri(store.bucketUri, id),
    ...[...packsOf(snapshots, id)].map((pack) => packUri(store.bucketUri, pack)),
  ];
  let isHeld = false;
  return {
    target,
    detail: `snapshot ${id} is held: ${uris.length} objects`,
    args: { id },
    pin: null,
    async probe() {
      const receipt = {
        subject: target,
        request: `holds of ${uris.length} objects`,
        observedAt: context.now(),
        value: isHeld,
      };
      return { state: isHeld ? 'applied' : 'pinned', receipt };
    },
    async call() {
      for (const uri of uris) await objects.update(uri, { hold: true });
      isHeld = true;
    },
  };
}

const packsOf = (snapshots: readonly LoadedSnapshot[], id: string): Set<string> =>
  new Set(referencedBytes(snapshots.filter(({ manifest }) => manifest.id === id)).keys());
