import { chainSlot } from '../../domain/day.ts';
import type { Instant } from '../../domain/time.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { HistoryPort } from '../../ports/history.ts';
import type { KeptResult } from './judge-guardrails.ts';

/** One audit as it was stored: the newest attempt of a day's T-30. */
export interface PastAudit {
  readonly date: string;
  readonly slotId: string;
  readonly attempt: number;
  readonly at: Instant;
  readonly verdict: Verdict;
  readonly results: readonly KeptResult[];
}

const AUDIT = 'audit-compliance';

/** Stored audits with `from <= date < to`, in order. A day whose audit never ran has none. */
export async function pastAudits(history: HistoryPort, from: string, to: string): Promise<readonly PastAudit[]> {
  const audits: PastAudit[] = [];
  for (const { date } of await history.days(from, to)) {
    const { slotId } = chainSlot('t-30-final-check', date);
    const attempts = await history.attempts(slotId);
    const attempt = Math.max(0, ...attempts.map((one) => one.attempt));
    if (attempt === 0) continue;
    const checkpoint = (await history.checkpoints(slotId, attempt)).find(({ operation }) => operation === AUDIT);
    if (checkpoint === undefined) continue;
    const output = checkpoint.output as { readonly results?: readonly KeptResult[] } | null;
    const { verdict, startedAt: at } = checkpoint;
    audits.push({ date, slotId, attempt, at, verdict, results: output?.results ?? [] });
  }
  return audits;
}
