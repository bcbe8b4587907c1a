import type { CloudEvent } from '@google-cloud/functions-framework';
import type { PhaseName } from '../domain/catalog.ts';
import type { Phase } from '../engine/engine.ts';
import { type PhaseOutcome, runPhase } from '../engine/run-phase.ts';
import { parseEnvelope } from '../envelope/parse-envelope.ts';
import { keepEvidence } from './keep-evidence.ts';
import { pushedData } from './pushed-data.ts';
import { answerComeBack } from './response-status.ts';
import type { Runtime } from './runtime.ts';
import { theRuntime } from './the-runtime.ts';

/**
 * The CloudEvent handler of a phase. Its operations are loaded for a message that may run them: refusing a malformed one
 * takes none. One parameter: with two, functions-framework would wait for a callback.
 */
export function phaseHandler(
  phase: PhaseName,
  load: () => Promise<Phase>,
): (event: CloudEvent<unknown>) => Promise<void> {
  return async (event) => {
    const runtime = await theRuntime();
    await runtime.refreshClock();
    const outcome = await handleMessage(runtime, phase, event, async () => withPhase(runtime, await load()));
    tell(runtime, phase, outcome);
    if (outcome.kind === 'refused' && outcome.reason === 'redelivery') {
      answerComeBack(outcome.detail);
      // The request is answered; functions-framework must not answer it again, nor print it as a crash.
      await new Promise<never>(() => {});
    }
  };
}

/** The process's runtime, able to run this phase. */
export function withPhase(runtime: Runtime, definition: Phase): Runtime {
  return {
    ...runtime,
    engine: { ...runtime.engine, phases: { ...runtime.engine.phases, [definition.name]: definition } },
  };
}

/** Parses, quarantines or runs, with the runtime that is `able` to. Throws only what another delivery could mend. */
export async function handleMessage(
  runtime: Runtime,
  phase: PhaseName,
  event: CloudEvent<unknown>,
  able: () => Promise<Runtime> = async () => runtime,
): Promise<PhaseOutcome> {
  const { engine } = runtime;
  const pushed = pushedData(event);
  const envelope = { source: event.source, id: event.id, data: runtime.restamp?.(pushed) ?? pushed };
  const parsed = parseEnvelope(envelope, { phase, topic: runtime.resourceName(phase), now: engine.clock.now() });
  if (!parsed.ok) {
    await keepEvidence(engine.documents, parsed.evidence);
    return { kind: 'refused', reason: 'malformed', detail: parsed.why, slot: undefined };
  }
  return runPhase((await able()).engine, parsed.trigger);
}

/** A log entry holds 256 KiB; what is beyond these a run's report would tell. */
const FINDINGS_IN_LOG = 100;

function tell({ engine }: Runtime, phase: PhaseName, outcome: PhaseOutcome): void {
  switch (outcome.kind) {
    case 'concluded':
      engine.log.write(outcome.slot.verdict === 'passed' ? 'INFO' : 'WARNING', `${phase} ${outcome.slot.ending}`, {
        slot: outcome.slot.slotId,
        attempt: outcome.slot.attempt,
        ending: outcome.slot.ending,
        verdict: outcome.slot.verdict,
        reason: outcome.slot.reason,
      });
      return;
    case 'continues':
      engine.log.write('INFO', `${phase} goes on in another stretch`, { run: outcome.runId });
      return;
    case 'waiting':
      engine.log.write('NOTICE', `${phase} waits for ${outcome.slot.waitsFor}`, { slot: outcome.slot.slotId });
      return;
    case 'looked':
      engine.log.write('INFO', `${phase} ${outcome.mode}: ${outcome.result.verdict}`, {
        run: outcome.result.runId,
        gate: outcome.result.gate,
        wouldDo: outcome.result.wouldDo,
        receipts: outcome.result.checkpoints.reduce((sum, { evidence }) => sum + evidence.length, 0),
        findings: outcome.result.checkpoints
          .flatMap(({ findings }) => findings)
          .filter(({ verdict }) => verdict !== 'passed')
          .slice(0, FINDINGS_IN_LOG)
          .map(({ id, verdict, message, remedy }) => ({ id, verdict, message, remedy })),
      });
      return;
    case 'refused':
      engine.log.write(outcome.reason === 'malformed' ? 'WARNING' : 'NOTICE', `${phase} refused: ${outcome.reason}`, {
        detail: outcome.detail,
      });
      return;
  }
}
