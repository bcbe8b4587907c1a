import alerts from '../../catalog/alerts.json' with { type: 'json' };
import { fragmentsOf } from './documents.ts';

/** Titles of the alerts that link to a heading which the runbook does not have. */
export function alertsWithoutHeading(runbook: string): string[] {
  const headings = fragmentsOf(runbook);
  return alerts.policies.filter(({ runbook: fragment }) => !headings.has(fragment)).map(({ title }) => title);
}
