import { type Evidence, fails, noted, type Observation, result, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { IntegrityError, listSnapshotIds, type Manifest, readManifest, verifyContent } from '../../snapshots/index.ts';
import { defineOperation } from '../define-operation.ts';
import { listStatuses, newestValid } from '../snapshots/snapshot-status.ts';
import { storeOf } from '../snapshots/snapshot-store.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import type { RecoveryContext } from './recovery-context.ts';
import { rehearseRollback } from './rehearse-rollback.ts';
import { restoreIntoScratch, sweepScratch } from './restore-into-scratch.ts';

/**
 * A restore that was never tried is a hope: the newest valid snapshot is restored, read back and compared, and the
 * rollback of the last noon is walked through its own recorded effects without a step being taken.
 */
export const rehearseRecovery = defineOperation({
  name: 'rehearse-recovery',
  claim: 'the newest valid snapshot can be restored to what was captured, and the last noon could be rolled back',
  kind: 'action',
  failure: 'hard',
  needs: ['datasets', 'history', 'keys', 'objects', 'repositories', 'services'],
  timeoutSeconds: 300,
  async run(context) {
    const restore = await rehearseRestore(context);
    const rollback = await rehearseRollback(context);
    const findings = [...restore.findings, ...rollback.findings];
    const output = { restore: restore.output, rollback: rollback.output };
    return { ...result(findings, [...restore.evidence, ...rollback.evidence]), output: output as unknown as Json };
  },
  // What it made in scratch it also removed; what a crash left there the next rehearsal sweeps away.
});

interface Look {
  readonly findings: Observation[];
  readonly evidence: Evidence[];
  readonly output: Json;
}

async function rehearseRestore(context: RecoveryContext): Promise<Look> {
  const subject = 'snapshots';
  let manifest: Manifest;
  try {
    const found = await snapshotToRestore(context);
    if ('finding' in found) return { findings: [found.finding], evidence: [], output: null };
    manifest = found.manifest;
  } catch (error) {
    return { findings: [damageOr(error, subject, 'the snapshots cannot be listed')], evidence: [], output: null };
  }
  const place = `snapshots/${manifest.id}`;
  try {
    // Damage is found before anything is begun in scratch: an intent that cannot come about would stay open.
    await verifyContent(storeOf(context), manifest.id);
    if (context.mode === 'dry-run') {
      const evidence = {
        subject: place,
        request: `content of snapshot ${manifest.id}, read and compared`,
        observedAt: context.now(),
        value: manifest.collections.length,
      };
      const remedy = 'nothing to do: a run restores it';
      const told = noted({
        code: 'read-only',
        subject: place,
        message: 'a dry-run reads the snapshot and restores nothing',
        remedy,
      });
      return { findings: [told], evidence: [evidence], output: null };
    }
    await sweepScratch(context);
    const startedMs = context.remainingMs();
    const { evidence, findings } = await restoreIntoScratch(context, manifest);
    const seconds = (startedMs - context.remainingMs()) / 1000;
    const documents = manifest.collections.reduce((sum, { documents: own }) => sum + own, 0);
    const measured = {
      snapshot: manifest.id,
      at: manifest.at,
      collections: manifest.collections.length,
      documents,
      seconds,
    };
    const receipt = {
      subject: place,
      request: `restore of snapshot ${manifest.id} into scratch`,
      observedAt: context.now(),
      value: measured,
    };
    return { findings, evidence: [receipt, ...evidence], output: measured };
  } catch (error) {
    return {
      findings: [damageOr(error, place, `snapshot ${manifest.id} cannot be restored`)],
      evidence: [],
      output: null,
    };
  }
}

/** The newest snapshot whose checks passed; that there is none is a finding of its own, and never a pass. */
async function snapshotToRestore(context: RecoveryContext): Promise<{ manifest: Manifest } | { finding: Observation }> {
  const store = storeOf(context);
  const valid = newestValid(await listStatuses(store));
  if (valid !== undefined) return { manifest: (await readManifest(store, valid.id)).manifest };
  const count = (await listSnapshotIds(store)).length;
  const message = `no restore was rehearsed: ${count} snapshots are stored, none of them valid`;
  const remedy = 'see why the snapshot phase makes no valid snapshot, then rerun the review';
  return { finding: unknown({ code: 'not-run', subject: 'snapshots', severity: 'critical', message, remedy }) };
}

function damageOr(error: unknown, subject: string, what: string): Observation {
  if (!(error instanceof IntegrityError)) return cannotTell(error, subject, what);
  const message = `${what}: ${error.message}`;
  const remedy = 'run `highnoon snapshots check --read-data`; restore from an older snapshot until it is mended';
  return fails({ code: 'damaged', subject, severity: 'critical', message, remedy });
}
