/**
 * Turns steps into the time in which the trend is a straight line: 0 at the end of the past, -1 at its start for a
 * steady trend. With a growth g the line bends as e^(g t) does, so that the slope at the end is e^g times the slope at
 * the start: growth by shares under a noise that does not grow with it, where a logarithm would distort the noise.
 */
export type TrendClock = (step: number) => number;

export function trendClock(length: number, growth: number): TrendClock {
  const steady: TrendClock = (step) => (step - (length - 1)) / length;
  return growth === 0 ? steady : (step) => Math.expm1(growth * steady(step)) / growth;
}

/** The size of a season that grew e^g times over the past, by the same share each step: 1 at the end of the past. */
export function swellOf(length: number, growth: number): (step: number) => number {
  return (step) => Math.exp((growth * (step - (length - 1))) / length);
}
