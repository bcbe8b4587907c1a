import type { Point } from '../domain/points.ts';

/** What became of one point. A superseded one was older than what the series holds, or than 25 hours: it is settled. */
export type PointOutcome = 'written' | 'superseded' | 'retry' | 'refused';

export interface MetricsPort {
  /** At most one point per series. Answers in the order of the points; throws PortError only when nothing is known of any. */
  write(points: readonly Point[], signal?: AbortSignal): Promise<readonly { outcome: PointOutcome; detail?: string }[]>;
}
