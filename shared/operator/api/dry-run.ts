import type { PhaseName } from '../../domain/catalog.ts';
import { toSeconds } from '../../domain/time.ts';
import { type RunView, viewOutcome } from '../../engine/read-run.ts';
import { runPhase } from '../../engine/run-phase.ts';
import type { OperatorContext } from '../context.ts';
import { ApiError } from './errors.ts';
import { slotOfPhase } from './rerun.ts';

/** The phase's own function was asked to look: it answers in its log, because a dry-run is stored nowhere. */
export interface DryRunAsked {
  readonly schema: 'highnoon.dry-run-asked/1';
  readonly phase: PhaseName;
  readonly slot: string;
  readonly message: string;
  /** Prints the answer, once it is there. */
  readonly follow: string;
}

export type DryRunAnswer =
  | { readonly kind: 'looked'; readonly run: RunView }
  | { readonly kind: 'asked'; readonly asked: DryRunAsked };

interface DryRunBody {
  readonly phase: PhaseName;
  readonly slot?: string | undefined;
}

/**
 * Runs every check of a phase and begins nothing: it writes nowhere, the ledger included. In the cloud the phase's own
 * function does it, under its own account: the operator stands in the open, and may read no repository and no key.
 */
export async function dryRun(context: OperatorContext, { phase, slot: text }: DryRunBody): Promise<DryRunAnswer> {
  const now = context.engine.clock.now();
  const slot = slotOfPhase(phase, text, now);
  if (slot === undefined) throw new ApiError('invalid', `slot '${text}': the schedule of ${phase} has no such instant`);
  if (!context.dryRunsHere) {
    const body = { phase, trigger: 'manual' as const, dryRun: true, slot: toSeconds(slot.dueAt) };
    await context.engine.publisher.trigger(phase, body);
    return { kind: 'asked', asked: askedFor(context, phase, slot.slotId) };
  }
  const definition = await context.loadPhase(phase);
  const engine = { ...context.engine, phases: { ...context.engine.phases, [phase]: definition } };
  const outcome = await runPhase(engine, {
    phase,
    kind: 'manual',
    messageId: 'operator',
    publishedAt: now,
    dryRun: true,
    rerun: false,
    slotDueAt: slot.dueAt,
  });
  return { kind: 'looked', run: await viewOutcome(engine, phase, slot.slotId, outcome) };
}

function askedFor({ resourceName }: OperatorContext, phase: PhaseName, slot: string): DryRunAsked {
  const name = resourceName(phase);
  return {
    schema: 'highnoon.dry-run-asked/1',
    phase,
    slot,
    message: `a dry-run of ${slot} is asked for; ${name} answers in its log within a few minutes`,
    follow: `gcloud logging read 'resource.labels.service_name="${name}" jsonPayload.message:"${phase} dry-run"' --freshness=15m --limit=1 --format=json`,
  };
}
