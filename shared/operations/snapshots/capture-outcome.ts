import { noted, result } from '../../domain/finding.ts';
import type { OperationOutcome } from '../../domain/operation.ts';
import type { CaptureContext, Captured } from './capture-collections.ts';
import type { CaptureSubject } from './snapshot-store.ts';

/** A capture without collections passes with the configuration as its receipt, and a person reads that there are none. */
export function captureOutcome(
  context: Pick<CaptureContext, 'now' | 'pins'>,
  { findings, evidence, output }: Captured,
  subject: CaptureSubject,
): OperationOutcome {
  if (evidence.length > 0 || findings.length > 0) return { ...result(findings, evidence), output };
  const finding = noted({
    code: 'nothing-configured',
    subject: `memory/${subject}`,
    message: `the configuration names no collection of ${subject}`,
    remedy: 'name it under `memory` if there is one',
  });
  const receipt = {
    subject: `memory/${subject}`,
    request: '`memory` of the configuration',
    observedAt: context.now(),
    value: 0,
    digest: `sha256:${context.pins.configuration}`,
  };
  return { ...result([finding], [receipt]), output };
}
