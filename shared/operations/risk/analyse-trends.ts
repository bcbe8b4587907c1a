import { fails, noted, type Observation, result, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { crossingOf, type Told, type Trend } from '../../domain/risk/trend.ts';
import { defineOperation } from '../define-operation.ts';
import { abstentions, readTrends } from './read-series.ts';

export const analyseTrends = defineOperation({
  name: 'analyse-trends',
  claim: 'no duration, margin or amount is on its way to where it hurts',
  kind: 'check',
  failure: 'soft',
  needs: ['history', 'objects'],
  timeoutSeconds: 120,
  async run(context) {
    const { trends, findings, evidence } = await readTrends(context);
    const told = trends.flatMap(judge);
    const quiet = abstentions(trends);
    if (quiet !== undefined)
      told.push(
        unknown({
          code: 'too-few-points',
          subject: 'trends',
          severity: 'low',
          message: `no trend is told of ${quiet.names.join(', ')}: ${quiet.reason}`,
          remedy: 'wait until enough days are stored, or look further back with `weekly.capacity.lookback_days`',
        }),
      );
    const output = { trends: trends.map(shown) } as unknown as Json;
    return { ...result([...findings, ...told], evidence), output };
  },
});

function judge({ series, told }: Trend): Observation[] {
  if (told === null) return [];
  const { name, title, unit, worse, limit } = series;
  const subject = `trends/${name}`;
  const findings: Observation[] = [];
  const isWorsening = told.direction === worse;
  const zero = name === 'margin-to-noon' && limit !== null ? crossingOf(told, worse, limit) : undefined;
  if (zero?.likely !== undefined && zero.likely !== null) {
    const between = `between ${zero.earliest ?? 'sooner'} and ${zero.latest ?? 'after the horizon'}`;
    findings.push(
      fails({
        code: 'margin-runs-out',
        subject,
        message: `Margin to noon reaches zero on ${zero.likely} (${between}): ${slopeWords(told, unit)}`,
        remedy: 'make T-30 faster before that day: look at the durations of its operations',
        facts: { date: zero.likely, earliest: zero.earliest, latest: zero.latest },
      }),
    );
  } else if (isWorsening) {
    findings.push(
      noted({
        code: 'worsening',
        subject,
        severity: 'low',
        message: `${title} is ${told.direction}: ${slopeWords(told, unit)}`,
        remedy: 'find out what changed; nothing is at its limit yet',
      }),
    );
  }
  if (told.step !== null)
    findings.push(
      noted({
        code: 'step',
        subject,
        severity: 'low',
        message: `the level of ${title} changed in one step on ${told.step.date} (p = ${told.step.p.toExponential(1)})`,
        remedy: 'look at what was released on that day',
        facts: { date: told.step.date },
      }),
    );
  return findings;
}

const slopeWords = ({ slope, p, backTest }: Told, unit: string): string => {
  const number = (value: number) => value.toPrecision(3);
  const tried =
    backTest === null
      ? 'the past is too short to try the forecast'
      : `such forecasts erred by ${number(backTest.meanAbsoluteError)} ${unit} over ${backTest.days} days`;
  return `${number(slope.perDay)} ${unit} a day (${number(slope.lower)} to ${number(slope.upper)}), p = ${p.toPrecision(2)}; ${tried}`;
};

/** A report shows half a year; documents are not for more. */
const SHOWN_DAYS = 180;

function shown({ series, points, abstained, told }: Trend) {
  const from = Math.max(0, series.values.length - SHOWN_DAYS);
  return {
    ...series,
    hidden: from,
    values: series.values.slice(from).map(rounded),
    points,
    abstained,
    told:
      told === null
        ? null
        : {
            ...told,
            forecast: {
              from: told.forecast.from,
              mean: told.forecast.mean.map(rounded),
              lower: told.forecast.lower.map(rounded),
              upper: told.forecast.upper.map(rounded),
            },
          },
  };
}

const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(8)));
