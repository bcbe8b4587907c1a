import { type DayRecord, emptyDay } from '../../domain/day.ts';
import { type Lockdown, NO_LOCKDOWN } from '../../domain/lockdown.ts';
import { dateOf, type Instant } from '../../domain/time.ts';
import type { Engine } from '../../engine/engine.ts';
import { EMPTY_PAGE, PAGE_PATH, type PageSummary } from '../../engine/page-summary.ts';
import { paths } from '../../engine/records.ts';

/** Everything the page is made of: three documents and the time. */
export interface PageView {
  readonly now: Instant;
  readonly date: string;
  /** False when a person looks at another day: nothing is counted down and nothing can be done there. */
  readonly isToday: boolean;
  readonly day: DayRecord;
  readonly lockdown: Lockdown;
  readonly summary: PageSummary;
}

export async function readPage({ documents, clock }: Engine, date?: string): Promise<PageView> {
  const now = clock.now();
  const wanted = date ?? dateOf(now);
  const [day, lockdown, summary] = await Promise.all([
    documents.get<DayRecord>(paths.day(wanted)),
    documents.get<Lockdown>(paths.lockdown),
    documents.get<PageSummary>(PAGE_PATH),
  ]);
  return {
    now,
    date: wanted,
    isToday: wanted === dateOf(now),
    day: day ?? emptyDay(wanted),
    lockdown: lockdown ?? NO_LOCKDOWN,
    summary: summary ?? EMPTY_PAGE,
  };
}
