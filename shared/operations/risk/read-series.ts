import { PHASE_NAMES, type PhaseName } from '../../domain/catalog.ts';
import type { Evidence, Observation } from '../../domain/finding.ts';
import { expectedOutcomes, type SlotOutcome } from '../../domain/risk/outcomes.ts';
import { type DailySeries, seriesOf } from '../../domain/risk/series.ts';
import { type Trend, trendOf } from '../../domain/risk/trend.ts';
import type { Instant } from '../../domain/time.ts';
import { withSteadyYoungSpace } from '../../snapshots/steady-young-space.ts';
import type { ContextOf } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { emptyHistory, readPast } from './past.ts';

type Context = ContextOf<'history' | 'objects'>;

export interface Trends {
  readonly trends: readonly Trend[];
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
}

/** The forecast itself asks for this many, whatever the configuration would be content with. */
const FEWEST_POINTS = 14;

/** Every series of the review with what it does over time. */
export async function readTrends(context: Context): Promise<Trends> {
  const {
    lookback_days: lookback,
    min_points: least,
    forecast_horizon_days: horizon,
  } = context.configuration.weekly.capacity;
  const past = await readPast(context, lookback);
  const empty = emptyHistory(past);
  if (empty !== undefined) return { trends: [], findings: [empty], evidence: [] };
  const storage = await readStorage(context);
  const outcomes = Object.fromEntries(
    PHASE_NAMES.map((phase) => [phase, expectedOutcomes(phase, past.days, past.window)]),
  ) as unknown as Record<PhaseName, SlotOutcome[]>;
  const series: DailySeries[] = seriesOf({ outcomes, ledger: past.ledger, stored: storage.stored, ...past.window });
  const fewest = Math.max(least, FEWEST_POINTS);
  const trends = await withSteadyYoungSpace(async () => series.map((one) => trendOf(one, { horizon, fewest })));
  return {
    trends,
    findings: storage.findings,
    evidence: [past.evidence, ...storage.evidence],
  };
}

async function readStorage(context: Context): Promise<{
  stored: { at: Instant; bytes: number }[] | undefined;
  findings: Observation[];
  evidence: Evidence[];
}> {
  const { uri } = context.configuration.snapshots;
  try {
    const stored: { at: Instant; bytes: number }[] = [];
    for await (const { updatedAt, bytes } of context.ports.objects.list(uri)) stored.push({ at: updatedAt, bytes });
    const value = { objects: stored.length, bytes: stored.reduce((sum, { bytes }) => sum + bytes, 0) };
    const evidence = {
      subject: 'snapshots/storage',
      request: `objects below ${uri}`,
      observedAt: context.now(),
      value,
    };
    return { stored, findings: [], evidence: [evidence] };
  } catch (error) {
    const finding = cannotTell(error, 'snapshots/storage', `what lies below ${uri} cannot be listed`);
    return { stored: undefined, findings: [finding], evidence: [] };
  }
}

/** Abstentions in one finding: ten lines that all say "too young" hide the one that matters. */
export function abstentions(trends: readonly Trend[]): { names: string[]; reason: string } | undefined {
  const quiet = trends.filter(({ abstained }) => abstained !== null);
  const [first] = quiet;
  if (first?.abstained === null || first === undefined) return undefined;
  return { names: quiet.map(({ series }) => series.name), reason: first.abstained };
}
