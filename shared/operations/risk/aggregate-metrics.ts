import { PHASE_NAMES } from '../../domain/catalog.ts';
import { fails, noted, type Observation, result } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { contradictions, expectedOutcomes } from '../../domain/risk/outcomes.ts';
import { type PhaseMetrics, phaseMetrics, SUCCESS_OBJECTIVE } from '../../domain/risk/phase-metrics.ts';
import { defineOperation } from '../define-operation.ts';
import { emptyHistory, readPast } from './past.ts';

/** How each phase did over the slots that the schedule promised, from what was stored and from nothing else. */
export const aggregateMetrics = defineOperation({
  name: 'aggregate-metrics',
  claim: 'every promised slot has an ending, enough of them are good, and the days say what the ledger says',
  kind: 'check',
  failure: 'soft',
  needs: ['history'],
  timeoutSeconds: 60,
  async run(context) {
    const past = await readPast(context, context.configuration.weekly.capacity.lookback_days);
    const empty = emptyHistory(past);
    if (empty !== undefined) return { ...result([empty], []), output: null };
    const outcomes = PHASE_NAMES.map((phase) => expectedOutcomes(phase, past.days, past.window));
    const metrics = PHASE_NAMES.map((phase, index) => phaseMetrics(phase, outcomes[index] ?? []));
    const differing = contradictions(outcomes.flat(), past.ledger, past.window.from);
    const findings: Observation[] = metrics.flatMap(judge);
    for (const { runId, inDay, inLedger } of differing.slice(0, 20)) {
      const said = inLedger === null ? 'the ledger has no such line' : `the ledger says ${inLedger}`;
      findings.push(
        fails({
          code: 'ledger-differs',
          subject: runId,
          severity: 'critical',
          message: `the day says that it ended ${inDay}; ${said}`,
          remedy: 'run `highnoon ledger verify`, and find out who changed the store',
        }),
      );
    }
    return {
      ...result(findings, [past.evidence]),
      output: { window: { ...past.window }, objective: SUCCESS_OBJECTIVE, phases: metrics } as unknown as Json,
    };
  },
});

function judge(metrics: PhaseMetrics): Observation[] {
  const { phase, expected, good, absent, budgetBurn, lower } = metrics;
  const subject = `phases/${phase}`;
  if (expected === 0) {
    const message = `no slot of ${phase} was due in the window, so nothing is known of it yet`;
    return [noted({ code: 'nothing-due', subject, message, remedy: 'nothing to do: the first slot will be counted' })];
  }
  const findings: Observation[] = [];
  if (absent.length > 0)
    findings.push(
      fails({
        code: 'slots-without-ending',
        subject,
        message: `${absent.length} of ${expected} promised slots left no ending, the first ${absent[0]}`,
        remedy: 'look at the watchdog and at the schedules of those days: nothing may be missed silently',
        facts: { slots: absent.slice(0, 20) },
      }),
    );
  if (budgetBurn !== null && budgetBurn > 1)
    findings.push(
      fails({
        code: 'error-budget-spent',
        subject,
        message: `${good} of ${expected} promised slots ended well (at least ${percent(lower)} with 95 % confidence); ${budgetBurn.toFixed(1)} times the error budget of ${percent(1 - SUCCESS_OBJECTIVE)} is spent`,
        remedy: 'mend the causes of the bad endings before anything new is released through this phase',
        facts: { good, expected, budgetBurn },
      }),
    );
  return findings;
}

const percent = (share: number | null): string => (share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`);
