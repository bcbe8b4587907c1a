import type { Escalation } from '../../shared/domain/escalation.ts';

/** An escalation of a T-90 that failed. */
export const escalationOf = (id: string): Escalation => ({
  id,
  cause: 'two guardrails do not hold',
  routes: ['oncall'],
  severity: 'error',
  title: 't-90-prep failed: two guardrails do not hold',
  phase: 't-90-prep',
  slotId: 't-90-prep@2026-11-24T10:30Z',
  runId: id,
  since: '2026-11-24T10:31:00.000Z',
  findings: [{ id: 'check-compliance/g/failed', message: 'shop <b>& others</b> fail', remedy: 'mend it' }],
  rolledBack: [],
  nextStep: 'mend what is named, then rerun',
  acknowledgedAt: null,
  joined: [],
});
