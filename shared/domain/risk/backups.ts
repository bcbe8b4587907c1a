import { hoursBetween, type Instant } from '../time.ts';

/** The shape of the backups port, repeated here because the domain knows no ports. */
export interface BackupCopy {
  readonly name: string;
  readonly at: Instant;
  readonly state: 'ready' | 'creating' | 'failed' | 'unknown';
  readonly bytes: number | null;
}

export const newestReady = <T extends BackupCopy>(copies: readonly T[]): T | undefined =>
  copies
    .filter(({ state }) => state === 'ready')
    .reduce<T | undefined>((best, one) => (best === undefined || one.at > best.at ? one : best), undefined);

/**
 * The longest time in the window in which no copy was made, in hours, up to now: the work that could have been lost at
 * the worst moment. Undefined without a copy.
 */
export function worstGapHours(copies: readonly BackupCopy[], from: Instant, now: Instant): number | undefined {
  const times = copies
    .filter(({ state }) => state === 'ready')
    .map(({ at }) => at)
    .sort();
  const before = times.findLast((at) => at <= from);
  const inside = times.filter((at) => at > from && at <= now);
  const marks = [...(before === undefined ? [] : [before]), ...inside, now];
  if (marks.length < 2) return undefined;
  return marks.slice(1).reduce((worst, at, index) => Math.max(worst, hoursBetween(marks[index] ?? at, at)), 0);
}

/** What a proven restore left behind. */
export interface RestoreTest {
  readonly testedAt: Instant;
  readonly durationSeconds: number | null;
}

export function readRestoreTest(text: string): RestoreTest | undefined {
  try {
    const { testedAt, durationSeconds } = JSON.parse(text) as { testedAt?: unknown; durationSeconds?: unknown };
    const ms = typeof testedAt === 'string' ? Date.parse(testedAt) : Number.NaN;
    if (Number.isNaN(ms)) return undefined;
    const duration = typeof durationSeconds === 'number' && durationSeconds >= 0 ? durationSeconds : null;
    return { testedAt: new Date(ms).toISOString(), durationSeconds: duration };
  } catch {
    return undefined;
  }
}
