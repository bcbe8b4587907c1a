import type { DayRecord } from '../../domain/day.ts';
import { type Evidence, type Observation, unknown } from '../../domain/finding.ts';
import { digestOf } from '../../domain/json.ts';
import type { LedgerEntry } from '../../domain/ledger.ts';
import { countingFrom, type Window } from '../../domain/risk/outcomes.ts';
import { dateOf, plusSeconds } from '../../domain/time.ts';
import type { ContextOf } from '../define-operation.ts';

export interface Past {
  readonly window: Window;
  readonly days: readonly DayRecord[];
  readonly ledger: readonly LedgerEntry[];
  readonly evidence: Evidence;
}

/** What is stored of the days before now; counting begins with the first line of the ledger. */
export async function readPast(context: ContextOf<'history'>, lookbackDays: number): Promise<Past> {
  const to = context.now();
  const asked = plusSeconds(`${dateOf(to)}T00:00:00.000Z`, -lookbackDays * 86_400);
  const [days, ledger] = await Promise.all([
    context.ports.history.days(dateOf(asked), dateOf(plusSeconds(to, 86_400))),
    context.ports.history.ledger(asked),
  ]);
  const window = { from: countingFrom(asked, ledger), to };
  const request = `days and ledger from ${window.from} to ${to}`;
  const value = { days: days.length, ledgerLines: ledger.length };
  const last = ledger.at(-1)?.hash ?? null;
  const evidence = { subject: 'history', request, observedAt: to, value, digest: digestOf([days.map(slotsOf), last]) };
  return { window, days, ledger, evidence };
}

const slotsOf = ({ date, slots }: DayRecord) => [date, slots];

/** Nothing is stored: whatever would be computed from it would be green by default. */
export function emptyHistory(past: Past): Observation | undefined {
  if (past.days.length > 0 && past.ledger.length > 0) return undefined;
  return unknown({
    code: 'empty-history',
    subject: 'history',
    message: `${past.days.length} days and ${past.ledger.length} lines of the ledger are stored since ${past.window.from}: nothing can be computed from that`,
    remedy: 'find out why no day was stored: look at the schedules, and at the store the function writes to',
  });
}
