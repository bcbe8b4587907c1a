import { type Observation, unknown } from '../../domain/finding.ts';
import type { ContextOf } from '../define-operation.ts';
import { madeSnapshot } from './seal-snapshot.ts';
import { listStatuses } from './snapshot-status.ts';
import { storeOf } from './snapshot-store.ts';

/** The snapshot that the checks look at: the one of this attempt; where nothing is made (dry-run, rehearsal), the newest. */
export async function snapshotToCheck(context: ContextOf<'objects' | 'keys'>): Promise<string | undefined> {
  if (context.mode === 'run') return madeSnapshot(context as Parameters<typeof madeSnapshot>[0]);
  return (await listStatuses(storeOf(context)))[0]?.id;
}

export const noSnapshot = (what: string): Observation =>
  unknown({
    code: 'no-snapshot',
    subject: 'snapshots',
    message: `there is no snapshot whose ${what} could be checked`,
    remedy: 'see why the captures of this slot did not end, then rerun it',
  });
