import type { PhaseName } from '../../domain/catalog.ts';
import { type RunView, viewOutcome } from '../../engine/read-run.ts';
import { runPhase } from '../../engine/run-phase.ts';
import type { OperatorContext } from '../context.ts';
import { ApiError } from './errors.ts';
import { slotOfPhase } from './rerun.ts';

/** Runs every check of a phase and begins nothing: it writes nowhere, the ledger included. */
export async function dryRun(
  context: OperatorContext,
  { phase, slot: text }: { readonly phase: PhaseName; readonly slot?: string | undefined },
): Promise<RunView> {
  const definition = await context.loadPhase(phase);
  const engine = { ...context.engine, phases: { ...context.engine.phases, [phase]: definition } };
  const now = engine.clock.now();
  const slot = slotOfPhase(phase, text, now);
  if (slot === undefined) throw new ApiError('invalid', `slot '${text}': the schedule of ${phase} has no such instant`);
  const outcome = await runPhase(engine, {
    phase,
    kind: 'manual',
    messageId: 'operator',
    publishedAt: now,
    dryRun: true,
    rerun: false,
    slotDueAt: slot.dueAt,
  });
  return viewOutcome(engine, phase, slot.slotId, outcome);
}
