import type { Checkpoint } from '../../domain/run.ts';
import { dateOf, plusSeconds } from '../../domain/time.ts';
import type { ContextOf } from '../define-operation.ts';

/** A review that was missed for a month is no base to compare with. */
const LOOKBACK_DAYS = 35;

/** What the newest earlier weekly review stored of one operation. */
export async function previousReview(
  context: ContextOf<'history'>,
  operation: string,
): Promise<Checkpoint | undefined> {
  const from = dateOf(plusSeconds(context.slot.dueAt, -LOOKBACK_DAYS * 86_400));
  const days = await context.ports.history.days(from, dateOf(context.slot.dueAt));
  for (const day of [...days].reverse()) {
    const summary = Object.values(day.slots).find(
      ({ phase, status }) => phase === 'weekly-risk-review' && status === 'concluded',
    );
    if (summary === undefined || summary.startedAt === null) continue;
    const checkpoints = await context.ports.history.checkpoints(summary.slotId, summary.attempt);
    const found = checkpoints.find((checkpoint) => checkpoint.operation === operation && checkpoint.output !== null);
    if (found !== undefined) return found;
  }
  return undefined;
}
