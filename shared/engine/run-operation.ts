import { InvariantError, PortError } from '../domain/errors.ts';
import { unknown as cannotTell, fails, judgeResult, type Observation } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import { EffectError, type Operation, type OperationContext, type OperationOutcome } from '../domain/operation.ts';
import { mayOverride, overrideFor } from '../domain/override.ts';
import type { Checkpoint } from '../domain/run.ts';
import type { PortMap } from '../ports/port-map.ts';
import { withDeadline } from './deadline.ts';
import { RunParks } from './fan-out.ts';
import { LeaseLost } from './lease.ts';
import { contextFor, type OperationScope, type Pass } from './stretch.ts';
import { withoutSecrets } from './strike-secrets.ts';

/** Thrown when an operation stops at a cursor: the stretch ends here and the next one goes on. */
export class StretchEnds extends Error {
  override readonly name = 'StretchEnds';
}

/** What surrounds an operation's work; its effects are made for the signal that its time limit aborts. */
export type RunScope = Pick<OperationScope, 'signal' | 'cursor' | 'saveCursor' | 'fanOut'> & {
  effectsFor(signal: AbortSignal): OperationScope['effects'];
};

export type OperationRecord = Omit<Checkpoint, 'token'>;

/** Runs and judges one operation. Every failure of the world becomes a finding; only the loss of the lease gets through. */
export async function runOperation(
  pass: Pass,
  operation: Operation<PortMap>,
  index: number,
  scope: RunScope,
): Promise<OperationRecord> {
  const { clock } = pass.engine;
  const startedAt = clock.now();
  const startedMs = clock.monotonicMs();
  const outcome = await observeOperation(pass, operation, scope, (context) => operation.run(context));
  const finishedAt = clock.now();
  const { findings, verdict } = judgeResult(operation.name, operation.failure, outcome, (finding) => {
    if (!mayOverride(finding)) return undefined;
    const override = overrideFor(pass.overrides, pass.slot.slotId, finding.id, startedAt);
    return override === undefined
      ? undefined
      : { kind: 'override', id: override.id, actor: override.actor, until: override.until };
  });
  return {
    operation: operation.name,
    index,
    kind: operation.kind,
    failure: operation.failure,
    verdict,
    findings,
    evidence: outcome.evidence,
    output: outcome.output ?? (null as Json),
    startedAt,
    finishedAt,
    durationMs: Math.round(clock.monotonicMs() - startedMs),
    tries: 1,
  };
}

/** Does the work within its time; what goes wrong with it is an observation, and not yet judged. */
export async function observeOperation(
  pass: Pass,
  operation: Operation<PortMap>,
  scope: RunScope,
  work: (context: OperationContext<PortMap>) => Promise<OperationOutcome>,
): Promise<OperationOutcome> {
  const { clock } = pass.engine;
  const startedMs = clock.monotonicMs();
  const timeoutMs = operation.timeoutSeconds * 1000;
  try {
    const outcome = await withDeadline(clock, timeoutMs, operation.name, scope.signal, (signal) => {
      const own = { ...scope, effects: scope.effectsFor(signal), signal, deadlineMs: startedMs + timeoutMs };
      return work(contextFor(pass, operation, own));
    });
    return withoutSecrets(outcome);
  } catch (error) {
    const endsStretch = error instanceof LeaseLost || error instanceof StretchEnds || error instanceof RunParks;
    if (endsStretch || scope.signal.aborted) throw error;
    return withoutSecrets({ findings: [observationOf(pass, operation, error)], evidence: [] });
  }
}

/** What an error says about the claim: almost always that it could not be told. */
function observationOf(pass: Pass, operation: Operation<PortMap>, error: unknown): Observation {
  if (error instanceof EffectError) {
    const fault = { code: `effect-${error.fault}`, subject: error.target, message: error.message };
    return fails({
      ...fault,
      remedy: 'see what moved the target; noon puts back what it did, then a new T-30 may follow',
    });
  }
  if (error instanceof PortError) {
    const words = { code: error.code, subject: error.port, message: error.message };
    return cannotTell({ ...words, remedy: remedyFor(error) });
  }
  pass.engine.log.write(error instanceof InvariantError ? 'CRITICAL' : 'ERROR', `${operation.name} broke`, {
    run: pass.runId,
    error,
  });
  const what = error instanceof Error ? error.message : String(error);
  return cannotTell({
    code: 'internal-error',
    subject: operation.name,
    message: `the operation itself broke: ${what}`,
    remedy: 'report it with the log of this run',
  });
}

function remedyFor(error: PortError): string {
  switch (error.code) {
    case 'permission-denied':
      return `grant the function's service account what docs/security.md lists for ${error.port}`;
    case 'unauthenticated':
      return `check the credential that the configuration names for ${error.port}`;
    case 'not-found':
      return 'check the name in the configuration, and that the resource exists';
    case 'unsupported':
      return 'the server lacks what High Noon needs; see docs/configuration.md';
    case 'unavailable':
    case 'deadline-exceeded':
    case 'aborted':
    case 'resource-exhausted':
    case 'already-exists':
    case 'precondition-failed':
    case 'invalid':
    case 'too-large':
    case 'internal':
      return `look at ${error.port}, then rerun`;
  }
}
