import type { GuardrailOf } from '../configuration/index.ts';
import { fieldOf } from './fields.ts';
import { type Judge, Undecided } from './judge.ts';

/**
 * `metric_min`: each series of the metric is at least this. A record of metrics has `metric`, `value` and `samples`,
 * how many samples the value was computed from; without it, one.
 */
export function judgeMetricMin({ evidence, metric, min, min_samples: least }: GuardrailOf<'metric_min'>): Judge {
  let samples = 0;
  return {
    evidence,
    decide(record) {
      if (fieldOf(record, 'metric') !== metric) return 'skips';
      const value = fieldOf(record, 'value');
      if (typeof value !== 'number' || !Number.isFinite(value)) return new Undecided('the metric has no number');
      const counted = fieldOf(record, 'samples') ?? 1;
      samples += typeof counted === 'number' && counted > 0 ? counted : 0;
      return value >= min ? 'holds' : 'fails';
    },
    shortfall: () => (samples < least ? `${metric} has ${samples} samples; ${least} are needed to tell` : undefined),
    nothing: `there is no metric ${metric}`,
  };
}
