import type { Escalation } from '../../domain/escalation.ts';
import { headWord } from '../../domain/self-test.ts';

/** What a person needs at night: what, since when, why, what was put back, what next. `plain` disarms text from outside. */
export function escalationText(
  escalation: Escalation,
  operatorUrl: string | undefined,
  plain: (text: string) => string,
): string {
  const { title, since, findings, rolledBack, nextStep, runId, routes } = escalation;
  return [
    `*${headWord(escalation)}* ${plain(title)}`,
    `for: ${routes.join(', ')}; since ${since}${runId === null ? '' : `; run ${runId}`}`,
    ...findings.map(({ message, remedy }) => `• ${plain(message)} (next: ${plain(remedy)})`),
    ...(rolledBack.length === 0 ? [] : [`put back: ${rolledBack.map(plain).join(', ')}`]),
    `next: ${plain(nextStep)}`,
    ...(operatorUrl === undefined ? [] : [operatorUrl]),
  ].join('\n');
}
