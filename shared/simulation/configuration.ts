import type { Configuration } from '../domain/configuration/index.ts';
import { SELF_TEST_CRON } from '../domain/self-test.ts';

/** What the engine asks of a configuration; the same in every simulated world. */
export const CONFIGURATION = {
  deployment: { environment: 'production', compliance_level: '21+', project_id: 'simulated' },
  repositories: [],
  guardrails: [
    { id: 'GR-1', severity: 'critical' },
    { id: 'GR-2', severity: 'high' },
  ],
  people: { single_operator: false, overrides_per_month: 5 },
  alerts: { missed_run_grace_s: 300, delivery_selftest: { cron: SELF_TEST_CRON } },
  reports: { uri: 'gs://reports' },
} as unknown as Configuration;
