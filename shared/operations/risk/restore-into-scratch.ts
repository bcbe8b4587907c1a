import { PortError } from '../../domain/errors.ts';
import { type Evidence, fails, type Observation } from '../../domain/finding.ts';
import type { PlannedEffect } from '../../domain/operation.ts';
import { epochMs } from '../../domain/time.ts';
import { type CollectionManifest, type Manifest, readManifest, restoreSnapshot } from '../../snapshots/index.ts';
import { storeOf } from '../snapshots/snapshot-store.ts';
import type { RecoveryContext } from './recovery-context.ts';
import { openScratch, type Scratch, scratchPrefix } from './scratch.ts';

/** Restores every collection, reads it back from the bytes that were stored, compares, and takes it away again. */
export async function restoreIntoScratch(
  context: RecoveryContext,
  manifest: Manifest,
): Promise<{ findings: Observation[]; evidence: Evidence[] }> {
  const store = storeOf(context);
  const scratch = openScratch(context.ports.objects, store.bucketUri);
  const { keys } = await readManifest(store, manifest.id);
  const findings: Observation[] = [];
  const evidence: Evidence[] = [];
  for (const collection of manifest.collections) {
    try {
      await context.effects.apply(restoring(context, scratch, manifest, collection));
      const found = await scratch.readBack(collection.name, keys?.digests);
      const subject = `snapshots/${manifest.id}/${collection.name}`;
      const request = `${collection.name} of ${manifest.id}, read back from scratch`;
      const value = { documents: found.documents, bytes: found.bytes };
      evidence.push({ subject, request, observedAt: context.now(), value, digest: `content:${found.digest}` });
      if (found.digest !== collection.digest || found.documents !== collection.documents) {
        const message = `restored were ${found.documents} documents of digest ${found.digest.slice(0, 12)}; captured were ${collection.documents} of ${collection.digest.slice(0, 12)}`;
        findings.push(
          fails({
            code: 'restore-differs',
            subject,
            severity: 'critical',
            message,
            remedy: 'trust no restore before it is known why',
          }),
        );
      }
    } finally {
      await remove(context, scratch.uri(collection.name));
    }
  }
  return { findings, evidence };
}

function restoring(
  context: RecoveryContext,
  scratch: Scratch,
  manifest: Manifest,
  collection: CollectionManifest,
): PlannedEffect {
  const uri = scratch.uri(collection.name);
  const { objects } = context.ports;
  return {
    target: `scratch/${scratch.id}/${collection.name}`,
    detail: `${collection.documents} documents of ${collection.name} are restored into scratch`,
    args: { uri, snapshot: manifest.id },
    pin: null,
    async probe() {
      const info = await objects.stat(uri);
      const receipt = { subject: uri, request: `object ${uri}`, observedAt: context.now(), value: info?.bytes ?? null };
      return { state: info === undefined ? 'pinned' : 'applied', receipt };
    },
    async call(grant) {
      const store = { ...storeOf(context), signal: grant.signal };
      await restoreSnapshot({ ...store, id: manifest.id, target: scratch.target, collections: [collection.name] });
    },
  };
}

/** Scratch that is older than this belongs to no rehearsal that is still at work. */
const LEFT_BEHIND_MS = 3_600_000;

/** Takes away what an earlier rehearsal could not. */
export async function sweepScratch(context: RecoveryContext): Promise<void> {
  const left: string[] = [];
  for await (const info of context.ports.objects.list(scratchPrefix(storeOf(context).bucketUri)))
    if (epochMs(context.now()) - epochMs(info.updatedAt) > LEFT_BEHIND_MS) left.push(info.uri);
  for (const uri of left) await remove(context, uri);
}

async function remove(context: RecoveryContext, uri: string): Promise<void> {
  const { objects } = context.ports;
  if ((await objects.stat(uri)) === undefined) return;
  await context.effects.apply({
    target: `removed/${uri}`,
    detail: `${uri} is removed`,
    args: { uri },
    pin: 'there',
    async probe() {
      const info = await objects.stat(uri);
      const receipt = { subject: uri, request: `object ${uri}`, observedAt: context.now(), value: info?.bytes ?? null };
      return { state: info === undefined ? 'applied' : 'pinned', receipt };
    },
    async call() {
      const info = await objects.stat(uri);
      if (info === undefined) return;
      try {
        await objects.remove(uri, info.generation);
      } catch (error) {
        if (!(error instanceof PortError) || error.code !== 'not-found') throw error;
      }
    },
  });
}
