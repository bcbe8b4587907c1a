import { scopedCompliance } from '../../shared/operations/compliance/scoped-compliance.ts';
import { definePhase } from '../../shared/operations/define-phase.ts';
import { aggregateMetrics } from '../../shared/operations/risk/aggregate-metrics.ts';
import { analyseComplianceDrift } from '../../shared/operations/risk/analyse-compliance-drift.ts';
import { analyseTrends } from '../../shared/operations/risk/analyse-trends.ts';
import { checkDocumentation } from '../../shared/operations/risk/check-documentation.ts';
import { planCapacity } from '../../shared/operations/risk/plan-capacity.ts';
import { rehearseRecovery } from '../../shared/operations/risk/rehearse-recovery.ts';
import { reviewAccess } from '../../shared/operations/risk/review-access.ts';
import { scanVulnerabilities } from '../../shared/operations/risk/scan-vulnerabilities.ts';
import { validateBackups } from '../../shared/operations/risk/validate-backups.ts';

export const weeklyRiskReview = definePhase({
  name: 'weekly-risk-review',
  operations: [
    scopedCompliance('weekly'),
    // An action is not begun after a blocking finding; a vulnerable package must not keep a restore from being rehearsed.
    rehearseRecovery,
    scanVulnerabilities,
    analyseComplianceDrift,
    reviewAccess,
    aggregateMetrics,
    analyseTrends,
    planCapacity,
    validateBackups,
    checkDocumentation,
  ],
  onFailure: 'keep-checking',
});
