/**
 * The operations of the weekly review, in order: the report names what did not run, also in a process that delivers the
 * report and does not have the phase. A test holds it equal to the phase.
 */
export const WEEKLY_OPERATIONS = [
  'check-compliance-weekly',
  'rehearse-recovery',
  'scan-vulnerabilities',
  'analyse-compliance-drift',
  'review-access',
  'aggregate-metrics',
  'analyse-trends',
  'plan-capacity',
  'validate-backups',
  'check-documentation',
] as const;
