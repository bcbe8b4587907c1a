import type { RetentionPolicy, RetentionSnapshot } from '../../../shared/domain/retention/index.ts';

export type History = { policy: RetentionPolicy; snapshots: RetentionSnapshot[] };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const COUNT_RULES = ['keepLast', 'keepHourly', 'keepDaily', 'keepWeekly', 'keepMonthly', 'keepYearly'] as const;
const WITHIN_RULES = [
  'keepWithin',
  'keepWithinHourly',
  'keepWithinDaily',
  'keepWithinWeekly',
  'keepWithinMonthly',
  'keepWithinYearly',
] as const;
const TAGS = ['a', 'b', 'keep', 'legal-hold'] as const;
/** Past ends of histories (restic disregards the future) where calendars are awkward: leap day, year ends in weeks 52, 53 and 1, month ends. */
const ENDS = [
  '2024-02-29T12:00:00Z',
  '2024-03-01T00:00:00Z',
  '2021-01-03T23:59:59Z',
  '2016-01-01T06:00:00Z',
  '2018-12-31T18:00:00Z',
  '2023-10-31T12:00:00Z',
  '2023-03-31T00:00:00Z',
  '2025-11-23T12:00:00Z',
  '2000-02-29T00:00:00Z',
];

/** Uniform numbers below 1 from a seed (mulberry32), the same on every machine. */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A random history and policy: six-hourly, daily or wild rhythms, bursts within an hour, gaps of months, equal times,
 * unsorted. The recorded answers in restic-answers.json belong to exactly this function: change both or neither.
 */
export function historyOf(seed: number, most = 60): History {
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const steps = [
    () => 6 * HOUR,
    () => DAY,
    () => below(40 * 24) * HOUR,
    () => (below(4) === 0 ? below(200) * DAY : below(90) * 60_000),
    () => below(3) * 31 * DAY,
  ];
  const step = steps[below(steps.length)] as () => number;
  let time = Date.parse(ENDS[below(ENDS.length)] as string);
  const snapshots: RetentionSnapshot[] = [];
  for (let i = below(most + 1); i > 0; i--) {
    const tags = TAGS.filter(() => below(4) === 0);
    snapshots.push({ id: `s${i}`, time: new Date(time).toISOString(), tags });
    time -= below(8) === 0 ? below(120) * DAY : step();
  }
  for (let i = snapshots.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [snapshots[i], snapshots[j]] = [snapshots[j] as RetentionSnapshot, snapshots[i] as RetentionSnapshot];
  }

  const policy: RetentionPolicy = {};
  for (const rule of COUNT_RULES) {
    if (below(3) === 0) policy[rule] = below(12) === 0 ? 'unlimited' : below(9);
  }
  for (const rule of WITHIN_RULES) {
    if (below(5) > 0) continue;
    const parts = [`${below(3)}y`, `${below(14)}m`, `${below(45)}d`, `${below(60)}h`].filter(() => below(2) === 0);
    policy[rule] = parts.length > 0 ? parts.join('') : '7d';
  }
  if (below(4) === 0)
    policy.keepTags = [[TAGS[below(4)] as string], TAGS.filter(() => below(3) === 0)].filter((l) => l.length > 0);
  if (below(12) === 0) policy.keepTags = [['']];
  return { policy, snapshots };
}
