import alerts from '../../catalog/alerts.json' with { type: 'json' };
import { fails, type Observation } from '../../domain/finding.ts';
import { fragmentsOf } from '../../domain/risk/documents.ts';

/** The name under which alerts link their headings. */
const RUNBOOK = 'runbook.md';

/** A page that links to a heading nobody wrote leaves a person alone at the worst moment. */
export function checkRunbook(
  path: string,
  text: string,
  weight: Pick<Observation, 'subject' | 'severity'> & { readonly soft: boolean },
): Observation[] {
  if (path.split('/').at(-1) !== RUNBOOK) return [];
  const headings = fragmentsOf(text);
  const missing = alerts.policies.filter(({ runbook }) => !headings.has(runbook));
  if (missing.length === 0) return [];
  const names = missing.map(({ title }) => title).join(', ');
  const message = `${missing.length} alerts link to headings that it does not have: ${names.slice(0, 300)}`;
  return [fails({ ...weight, code: 'headings-absent', message, remedy: 'write a heading for each of them' })];
}
