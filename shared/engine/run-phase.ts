import type { REFUSALS } from '../domain/admission.ts';
import type { ConcludedSlot, SlotRecord, WaitingSlot } from '../domain/run.ts';
import { newestSlot, nextSlot, rerunClosesAt, runIdOf, type Slot, slotAt } from '../domain/slot.ts';
import type { Trigger } from '../domain/trigger.ts';
import { admit } from './admit.ts';
import { escalateConfiguration } from './configuration-pin.ts';
import { deliverOwed, tellOfRehearsal } from './deliver-owed.ts';
import type { Engine } from './engine.ts';
import { LeaseLost } from './lease.ts';
import { type LookResult, lookOnly } from './look-only.ts';
import { refuseBySlot } from './refuse-by-slot.ts';
import { rehearse } from './rehearse.ts';
import { runShard } from './run-shard.ts';
import { workStretch } from './work-stretch.ts';

export type RefusalReason = (typeof REFUSALS)[number] | 'malformed';

/** What became of a message. Everything but `redelivery` is acknowledged. */
export type PhaseOutcome =
  | { readonly kind: 'concluded'; readonly slot: ConcludedSlot }
  | { readonly kind: 'continues'; readonly runId: string }
  | { readonly kind: 'waiting'; readonly slot: WaitingSlot }
  | { readonly kind: 'looked'; readonly mode: 'dry-run' | 'rehearsal'; readonly result: LookResult }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      readonly detail: string;
      readonly slot: SlotRecord | undefined;
    };

/**
 * The one way a message becomes work. Throws only what another delivery could mend: the store out of reach.
 */
export async function runPhase(engine: Engine, trigger: Trigger): Promise<PhaseOutcome> {
  if (trigger.dryRun)
    return {
      kind: 'looked',
      mode: 'dry-run',
      result: await lookOnly(engine, dryRunSlot(trigger), 'dry-run', { rerun: trigger.rerun }),
    };
  if (trigger.shard === undefined) {
    const refused = await refuseBySlot(engine, trigger);
    if (refused !== undefined) return refused;
  }
  if (isForeignConfiguration(engine)) {
    await escalateConfiguration(engine);
    const detail = `the configuration's digest is ${engine.configurationSha256}, deployment says ${engine.pinnedConfigurationSha256}`;
    return { kind: 'refused', reason: 'configuration-changed', detail, slot: undefined };
  }
  if (trigger.shard !== undefined) return runShard(engine, trigger, trigger.shard);
  const grantedAtMs = engine.clock.monotonicMs();
  const admitted = await admit(engine, trigger);
  switch (admitted.kind) {
    case 'refused':
      return admitted;
    case 'rehearse': {
      const result = await rehearse(engine, trigger);
      await tellOfRehearsal(engine, result);
      return { kind: 'looked', mode: 'rehearsal', result };
    }
    case 'waiting':
      return admitted;
    case 'concluded':
      await deliverOwed(engine, admitted.slot);
      return admitted;
    case 'granted':
      return work(engine, admitted, grantedAtMs);
  }
}

async function work(
  engine: Engine,
  grant: Extract<Awaited<ReturnType<typeof admit>>, { kind: 'granted' }>,
  grantedAtMs: number,
): Promise<PhaseOutcome> {
  const runId = runIdOf(grant.slot.slotId, grant.running.attempt);
  try {
    const result = await workStretch(engine, grant, grantedAtMs);
    if (result.kind === 'continues') return { kind: 'continues', runId };
    await deliverOwed(engine, result.slot);
    return result;
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    // Another stretch holds the run now and brings it to its end; this delivery has nothing left to do.
    engine.log.write('WARNING', 'a stretch lost its lease and stopped', { run: runId, error });
    return { kind: 'continues', runId };
  }
}

function isForeignConfiguration(engine: Engine): boolean {
  return (
    engine.pinnedConfigurationSha256 !== undefined && engine.pinnedConfigurationSha256 !== engine.configurationSha256
  );
}

/** The slot a dry-run looks ahead to: the one that is named, the one whose window is open, else the next one. */
function dryRunSlot({ phase, slotDueAt, publishedAt }: Trigger): Slot {
  const named = slotDueAt === undefined ? undefined : slotAt(phase, slotDueAt);
  if (named !== undefined) return named;
  const newest = newestSlot(phase, publishedAt);
  return publishedAt <= rerunClosesAt(newest) ? newest : nextSlot(phase, publishedAt);
}
