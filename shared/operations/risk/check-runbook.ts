import { fails, type Observation } from '../../domain/finding.ts';
import { alertsWithoutHeading } from '../../domain/risk/runbook.ts';

/** The name under which alerts link their headings. */
const RUNBOOK = 'runbook.md';

/** A page that links to a heading nobody wrote leaves a person alone at the worst moment. */
export function checkRunbook(
  path: string,
  text: string,
  weight: Pick<Observation, 'subject' | 'severity'> & { readonly soft: boolean },
): Observation[] {
  if (path.split('/').at(-1) !== RUNBOOK) return [];
  const missing = alertsWithoutHeading(text);
  if (missing.length === 0) return [];
  const message = `${missing.length} alerts link to headings that it does not have: ${missing.join(', ').slice(0, 300)}`;
  return [fails({ ...weight, code: 'headings-absent', message, remedy: 'write a heading for each of them' })];
}
