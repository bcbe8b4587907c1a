/**
 * Suites of 64 daily series as operations produce them, drawn from a seed: every kind the weekly review meets. The
 * generator knows nothing of the method it judges.
 */
export type Kind = 'weekly' | 'trend' | 'outliers' | 'steps' | 'growth' | 'rates' | 'short' | 'mixed';
export type Series = {
  kind: Kind;
  past: number[];
  future: number[];
  /**
   * Another value of a day ahead by the very law that made the true one (but for noise with memory): nobody can know it,
   * so that its median and its 2.5 % and 97.5 % quantiles are the floor of every score.
   */
  redraw(ahead: number, random: Random): number;
};

/**
 * How outliers come. `usual` is set so that "a week ago" and ETS score what they were measured to score on such series
 * before there was this program (MASE 1.07 and 0.74, MSIS 10.8 and 7.3, coverage 0.96 and 0.93); `spiky` has so many that
 * an interval is mostly about those nobody can foresee.
 */
export type Outliers = { readonly ofSeries: number; readonly share: Range; readonly size: Range };
type Range = readonly [low: number, high: number];
export const OUTLIERS = {
  usual: { ofSeries: 0.3, share: [0.01, 0.03], size: [5, 20] },
  spiky: { ofSeries: 0.85, share: [0.015, 0.05], size: [4, 14] },
} as const satisfies Record<string, Outliers>;

export const HORIZON = 14;
export const SEASON = 7;
const KINDS: readonly Kind[] = ['weekly', 'trend', 'outliers', 'steps', 'growth', 'rates', 'short', 'mixed'];

export type Random = {
  uniform(): number;
  normal(): number;
  between(low: number, high: number): number;
  chance(p: number): boolean;
};

export function randomFrom(seed: number): Random {
  let state = (seed * 2654435761) | 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const between = (low: number, high: number): number => low + (high - low) * uniform();
  return { uniform, normal, between, chance: (p) => uniform() < p };
}

/** Seven terms around 0: quiet weekends, one odd weekday (a batch), or no system at all. */
function weekOf(random: Random): number[] {
  const shape = random.uniform();
  let week = Array.from({ length: SEASON }, () => 0.25 * random.normal());
  if (shape < 0.4) week = week.map((term, day) => term * 0.3 + (day >= 5 ? -1 : 0.4));
  else if (shape < 0.65) week = week.map((term, day) => term * 0.3 + (day === 2 ? 1.2 : -0.2));
  else week = week.map((term) => term * 3);
  const mean = week.reduce((total, term) => total + term, 0) / SEASON;
  return week.map((term) => term - mean);
}

/** Noise of deviation 1: mostly white, sometimes with memory or heavier tails than the normal's. */
function noiseOf(random: Random, length: number): { values: number[]; draw(random: Random): number } {
  const memory = random.chance(0.1) ? random.between(0.1, 0.5) : 0;
  const isHeavy = random.chance(0.25);
  const draw = (from: Random): number => (isHeavy && from.chance(0.1) ? 2 * from.normal() : from.normal());
  let carried = 0;
  const values = Array.from({ length }, () => {
    carried = memory * carried + Math.sqrt(1 - memory * memory) * draw(random);
    return carried;
  });
  return { values, draw };
}

function seriesOf(kind: Kind, random: Random, outliers: Outliers): Series {
  const isShort = kind === 'short';
  const past = Math.floor(isShort ? random.between(14, 36) : random.between(60, 240));
  const length = past + HORIZON;
  const isMixed = kind === 'mixed';
  const isRate = kind === 'rates';
  const is = (one: Kind, share: number): boolean =>
    kind === one || (isMixed && random.chance(0.5)) || random.chance(share);

  const noise = random.between(0.03, 0.12);
  const weekly = is('weekly', 0.8) ? noise * random.between(0.8, 4) : 0;
  const week = weekOf(random);
  const rise = is('trend', 0.5) ? noise * random.between(0.02, 0.25) * (random.chance(0.7) ? 1 : -1) : 0;
  // A share has no room to rise for months.
  const drift = Math.max(isRate ? rise / 5 : rise, -0.6 / length);
  const growth = is('growth', 0) ? random.between(0.2, 1.2) / length : 0;
  const outlierShare = is('outliers', outliers.ofSeries) ? random.between(...outliers.share) : 0;
  const steps = is('steps', 0.4) && past >= 56 ? (random.chance(0.3) ? 2 : 1) : 0;
  const offsets = new Array<number>(length).fill(0);
  for (let step = 0; step < steps; step++) {
    const at = Math.floor(random.between(14, past - 14));
    const height = noise * random.between(4, 14) * (random.chance(0.6) ? 1 : -1);
    for (let day = at; day < length; day++) offsets[day] = (offsets[day] as number) + height;
  }

  const scale = 10 ** random.between(0, 5);
  const rateLevel = random.chance(0.6) ? random.between(0.9, 0.995) : random.between(0.1, 0.85);
  const rateScale = Math.min(1 - rateLevel, rateLevel) * random.between(1.5, 5);
  const isNoiseGrowing = random.chance(0.5);
  const noises = noiseOf(random, length);
  const firstDay = Math.floor(random.between(0, SEASON));
  const valueAt = (day: number, error: number): number => {
    const level = Math.max(0.3, 1 + drift * day + (offsets[day] as number));
    const base = level + weekly * (week[(day + firstDay) % SEASON] as number);
    if (isRate) return Math.min(1, Math.max(0, rateLevel + (base + error - 1) * rateScale));
    const grown = Math.exp(growth * day);
    const value = scale * (base * grown + error * (isNoiseGrowing ? grown : 1));
    return isMixed || kind === 'growth' ? Math.max(value, scale * 0.01) : value;
  };
  const spike = (from: Random): number =>
    from.chance(outlierShare) ? from.between(...outliers.size) * (from.chance(0.8) ? 1 : -1) : 0;
  const values = noises.values.map((error, day) => valueAt(day, noise * (error + spike(random))));
  return {
    kind,
    past: values.slice(0, past),
    future: values.slice(past),
    redraw: (ahead, from) => valueAt(past + ahead - 1, noise * (noises.draw(from) + spike(from))),
  };
}

export function suiteOf(seed: number, outliers: Outliers = OUTLIERS.usual): Series[] {
  const random = randomFrom(seed);
  return Array.from({ length: 64 }, (_, index) => seriesOf(KINDS[index % KINDS.length] as Kind, random, outliers));
}
