import { createHash } from 'node:crypto';
import { type Evidence, fails, type Observation, result } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { epochMs, type Instant } from '../../domain/time.ts';
import { type DataShare, type VerifyReport, verifySnapshots } from '../../snapshots/index.ts';
import { defineOperation } from '../define-operation.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import type { CaptureContext } from './capture-collections.ts';
import { damagedParent } from './capture-head.ts';
import { damage } from './explain-damage.ts';
import { noSnapshot, snapshotToCheck } from './look-at-snapshot.ts';
import { makeAgain } from './make-again.ts';
import { quarantineEffect } from './quarantine-effect.ts';
import { listStatuses } from './snapshot-status.ts';
import { storeOf } from './snapshot-store.ts';

/** Four runs a day, 28 days: every chunk is read again within a month even if a run is missed now and then. */
export const TURNS = 112;
const SLOT_MS = 6 * 3_600_000;

/** Which share of the old is read by the run of this instant; the next run has the next one. */
export const turnAt = (dueAt: Instant): number => Math.floor(epochMs(dueAt) / SLOT_MS) % TURNS;

/** The turn at which a snapshot is read as a whole. */
export const turnOf = (id: string): number => createHash('sha256').update(id).digest().readUInt32BE(0) % TURNS;

/**
 * It is an action because of what it does with a corrupt snapshot: sets it aside, and captures anew from the source
 * without what is damaged.
 */
export const verifyIntegrity = defineOperation({
  name: 'verify-integrity',
  claim: 'all new chunks and this run’s share of the old hash to what was written',
  kind: 'action',
  failure: 'hard',
  needs: ['memory', 'objects', 'keys'],
  timeoutSeconds: 300,
  async run(context) {
    if (context.configuration.memory.length === 0) return nothingConfigured(context, 'memory');
    const id = await snapshotToCheck(context);
    if (id === undefined) return result([noSnapshot('bytes')], []);
    const turn = turnAt(context.slot.dueAt);
    const found = await verify(context, [id], { turn, of: TURNS });
    const evidence = [receiptOf(context, id, found)];
    const findings: Observation[] = [];
    let made: string | undefined;
    if (found.problems.length > 0) {
      findings.push(...found.problems.slice(0, MOST_PROBLEMS).map(damage));
      const sound = await setAside(context, id, found, findings, evidence);
      if (context.mode === 'run') made = await makeAgain(context, id, sound, findings, evidence);
      // What was made again and proven is as good as the first would have been: the damage is told, and blocks nothing.
      if (made !== undefined) findings.forEach(soften);
    }
    const suspect = damagedParent(context);
    const old = (await listStatuses(storeOf(context))).filter((each) => each.id !== (made ?? id));
    for (const each of old)
      if (turnOf(each.id) === turn || each.id === suspect) await verifyOld(context, each.id, findings, evidence);
    return { ...result(findings, evidence), output: made === undefined ? null : ({ snapshot: made } as Json) };
  },
});

const MOST_PROBLEMS = 20;

function soften(finding: Observation, index: number, all: Observation[]): void {
  all[index] = { ...finding, soft: true };
}

const verify = (context: CaptureContext, ids: readonly string[], readData: DataShare): Promise<VerifyReport> =>
  verifySnapshots({ ...storeOf(context), ids, readData });

function receiptOf(
  context: CaptureContext,
  id: string,
  { chunks, chunksRead, bytesRead, problems }: VerifyReport,
): Evidence {
  return {
    subject: `snapshots/${id}`,
    request: `chunks of snapshot ${id}, read and hashed again`,
    observedAt: context.now(),
    value: { chunks, chunksRead, bytesRead, problems: problems.length },
  };
}

/** An old snapshot on its turn is read whole; a corrupt one is set aside, and says so. */
async function verifyOld(
  context: CaptureContext,
  id: string,
  findings: Observation[],
  evidence: Evidence[],
): Promise<void> {
  const found = await verify(context, [id], 'all');
  evidence.push(receiptOf(context, id, found));
  if (found.problems.length === 0) return;
  findings.push(...found.problems.slice(0, MOST_PROBLEMS).map(damage));
  findings.push(lost(id));
  evidence.push(await context.effects.apply(quarantineEffect(storeOf(context), id, context.now)));
}

const lost = (id: string): Observation =>
  fails({
    code: 'set-aside',
    subject: `snapshots/${id}`,
    severity: 'critical',
    message: `snapshot ${id} is damaged and was set aside`,
    remedy: 'look into the bucket’s history of object versions; what newer snapshots hold is not lost',
  });

/** Sets the new snapshot aside and every older one that shares the damage. Answers the newest sound valid one. */
async function setAside(
  context: CaptureContext,
  id: string,
  found: VerifyReport,
  findings: Observation[],
  evidence: Evidence[],
): Promise<string | undefined> {
  const store = storeOf(context);
  evidence.push(await context.effects.apply(quarantineEffect(store, id, context.now)));
  const damagedChunks = new Set(found.problems.map(({ chunk, uri }) => `${uri} ${chunk}`));
  for (const older of await listStatuses(store)) {
    if (older.id === id) continue;
    const report = await verify(context, [older.id], 'all');
    if (report.problems.length === 0) {
      if (older.state === 'valid') return older.id;
      continue;
    }
    const isShared = report.problems.some(({ chunk, uri }) => damagedChunks.has(`${uri} ${chunk}`));
    findings.push(lost(older.id));
    if (!isShared) findings.push(...report.problems.slice(0, MOST_PROBLEMS).map(damage));
    evidence.push(await context.effects.apply(quarantineEffect(store, older.id, context.now)));
  }
  return undefined;
}
