import { scopedCompliance } from '../../shared/operations/compliance/scoped-compliance.ts';
import { definePhase } from '../../shared/operations/define-phase.ts';
import { aggregateMetrics } from '../../shared/operations/risk/aggregate-metrics.ts';
import { checkDocumentation } from '../../shared/operations/risk/check-documentation.ts';

export const weeklyRiskReview = definePhase({
  name: 'weekly-risk-review',
  operations: [scopedCompliance('weekly'), aggregateMetrics, checkDocumentation],
  onFailure: 'keep-checking',
});
