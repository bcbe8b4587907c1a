import { fails, noted, type Observation, result, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { type CapacityLine, capacityOf, daysUntil } from '../../domain/risk/capacity.ts';
import type { ShownTrend } from '../../domain/risk/report.ts';
import type { Trend } from '../../domain/risk/trend.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { abstentions, readTrends, type Trends } from './read-series.ts';

export const planCapacity = defineOperation({
  name: 'plan-capacity',
  claim: 'no budget of time, storage or operations is exceeded, now or within the forecast',
  kind: 'check',
  failure: 'soft',
  needs: ['history', 'objects'],
  timeoutSeconds: 120,
  async run(context) {
    const { budget_alert_pct: percents, forecast_horizon_days: horizon } = context.configuration.weekly.capacity;
    const { trends, findings, evidence } = earlierTrends(context) ?? (await readTrends(context));
    const lines = trends.flatMap((trend) => capacityOf(trend, percents) ?? []);
    const told = lines.flatMap((line) => judge(line, context.now()));
    const quiet = abstentions(trends.filter(({ series }) => lines.some(({ name }) => name === series.name)));
    if (quiet !== undefined)
      told.push(
        unknown({
          code: 'too-few-points',
          subject: 'capacity',
          severity: 'low',
          message: `no date is told for the budgets of ${quiet.names.join(', ')}: ${quiet.reason}`,
          remedy: 'wait until enough days are stored; the newest values stand in the report',
        }),
      );
    return { ...result([...findings, ...told], evidence), output: { horizonDays: horizon, lines } as unknown as Json };
  },
});

/** What analyse-trends of this very attempt computed: a year of forecasts is not made twice. */
function earlierTrends(context: ContextOf<'history' | 'objects'>): Trends | undefined {
  const checkpoint = context.earlier('analyse-trends');
  const shown = (checkpoint?.output as { trends?: readonly ShownTrend[] } | null | undefined)?.trends;
  if (checkpoint === undefined || shown === undefined || shown.length === 0) return undefined;
  const trends = shown.map((one): Trend => {
    const { name, title, unit, worse, limit, firstDate, values, points, abstained, told } = one;
    return { series: { name, title, unit, worse, limit, firstDate, values }, points, abstained, told };
  });
  return { trends, findings: [], evidence: checkpoint.evidence };
}

function judge(line: CapacityLine, now: string): Observation[] {
  const subject = `capacity/${line.name}`;
  const whole = line.crossings.find(({ percent }) => percent === 100);
  const amount = `${line.title}: ${line.now?.toPrecision(4) ?? 'unknown'} of ${line.budget} ${line.unit}`;
  if (whole?.isReached === true) {
    const message = `${amount}: the budget is exceeded now`;
    return [fails({ code: 'budget-exceeded', subject, message, remedy: 'spend less, or decide on a larger budget' })];
  }
  if (whole?.likely !== undefined && whole.likely !== null) {
    const interval = `${whole.earliest ?? whole.likely} to ${whole.latest ?? 'after the horizon'}`;
    return [
      fails({
        code: 'budget-will-be-exceeded',
        subject,
        message: `${amount}: exceeded in ${daysUntil(now, whole.likely)} days, on ${whole.likely} (${interval})`,
        remedy: 'spend less, or decide on a larger budget, before that day',
        facts: { date: whole.likely, earliest: whole.earliest, latest: whole.latest },
      }),
    ];
  }
  const reached = line.crossings.findLast(({ isReached }) => isReached);
  if (reached === undefined) return [];
  const message = `${amount}: ${reached.percent} % of the budget is reached`;
  return [noted({ code: 'budget-share-reached', subject, severity: 'low', message, remedy: 'keep an eye on it' })];
}
