/**
 * What the work of a month costs at list price. Every price is the public one of us-central1 in US dollars, without
 * negotiated discounts, as far as it was known in November 2026. Prices change without telling this file: `page` is
 * where to look before relying on one.
 */
export const PRICES_AS_OF = '2026-11-23';
export const PRICES_REGION = 'us-central1';

/** The mean Gregorian month, and what recurs in it. */
export const DAYS_PER_MONTH = 30.4375;
export const WEEKS_PER_MONTH = DAYS_PER_MONTH / 7;

interface Price {
  readonly title: string;
  /** US dollars for `per` units. */
  readonly usd: number;
  readonly per: number;
  /** Units a month that Google gives to every billing account or project, once. */
  readonly freePerMonth: number;
  readonly page: string;
}

const RUN_PAGE = 'https://cloud.google.com/run/pricing';
const FIRESTORE_PAGE = 'https://cloud.google.com/firestore/pricing';
const STORAGE_PAGE = 'https://cloud.google.com/storage/pricing';
const OBSERVABILITY_PAGE = 'https://cloud.google.com/stackdriver/pricing';
const MEBIBYTE = 2 ** 20;
const TEBIBYTE = 2 ** 40;

/** Request-based billing of Cloud Run functions, Firestore Standard in one region, Standard storage. */
export const PRICES = {
  invocations: { title: 'function requests', usd: 0.4, per: 1e6, freePerMonth: 2e6, page: RUN_PAGE },
  cpuSeconds: { title: 'vCPU seconds', usd: 0.000024, per: 1, freePerMonth: 180_000, page: RUN_PAGE },
  gibSeconds: { title: 'GiB seconds', usd: 0.0000025, per: 1, freePerMonth: 360_000, page: RUN_PAGE },
  reads: { title: 'Firestore reads', usd: 0.03, per: 1e5, freePerMonth: 50_000 * 30, page: FIRESTORE_PAGE },
  writes: { title: 'Firestore writes', usd: 0.09, per: 1e5, freePerMonth: 20_000 * 30, page: FIRESTORE_PAGE },
  deletes: { title: 'Firestore deletes', usd: 0.01, per: 1e5, freePerMonth: 20_000 * 30, page: FIRESTORE_PAGE },
  // A publish and a push each count as 1,000 bytes at least.
  messageBytes: {
    title: 'Pub/Sub bytes',
    usd: 40,
    per: TEBIBYTE,
    freePerMonth: 10 * 2 ** 30,
    page: 'https://cloud.google.com/pubsub/pricing',
  },
  // 8 bytes a number, 80 a distribution.
  metricBytes: {
    title: 'Monitoring bytes',
    usd: 0.258,
    per: MEBIBYTE,
    freePerMonth: 150 * MEBIBYTE,
    page: OBSERVABILITY_PAGE,
  },
  logBytes: { title: 'Logging bytes', usd: 0.5, per: 2 ** 30, freePerMonth: 50 * 2 ** 30, page: OBSERVABILITY_PAGE },
  storageA: { title: 'Storage class A', usd: 0.05, per: 1e4, freePerMonth: 5_000, page: STORAGE_PAGE },
  storageB: { title: 'Storage class B', usd: 0.004, per: 1e4, freePerMonth: 50_000, page: STORAGE_PAGE },
  storedGibMonths: { title: 'Storage GiB-months', usd: 0.0215, per: 1, freePerMonth: 5, page: STORAGE_PAGE },
  schedulerJobs: {
    title: 'Scheduler jobs',
    usd: 0.1,
    per: 1,
    freePerMonth: 3,
    page: 'https://cloud.google.com/scheduler/pricing',
  },
  secretVersions: {
    title: 'active secrets',
    usd: 0.06,
    per: 1,
    freePerMonth: 6,
    page: 'https://cloud.google.com/secret-manager/pricing',
  },
  // Charged since May 2026. The announcement first said 1.50 a condition: with that price alerts would cost 15 times this.
  alertConditions: { title: 'alert conditions', usd: 0.1, per: 1, freePerMonth: 0, page: OBSERVABILITY_PAGE },
  alertSeries: { title: 'series read by alerts', usd: 0.35, per: 1e6, freePerMonth: 0, page: OBSERVABILITY_PAGE },
} as const satisfies Record<string, Price>;

export type Meter = keyof typeof PRICES;
export const METERS = Object.keys(PRICES) as readonly Meter[];
export type Usage = Readonly<Partial<Record<Meter, number>>>;

export interface PricedLine {
  readonly meter: Meter;
  readonly title: string;
  readonly units: number;
  /** What the list says: so many US dollars for so many units, so many units free a month, read on that page. */
  readonly listPrice: { readonly usd: number; readonly per: number };
  readonly freePerMonth: number;
  readonly page: string;
  /** At list price, nothing given. */
  readonly usd: number;
  /** After the allotment that costs nothing, if nothing else of the account uses it. */
  readonly usdAfterFree: number;
}

/** A month's usage, priced line by line in the order of the price list; what was not used has no line. */
export function priceMonth(usage: Usage): readonly PricedLine[] {
  return METERS.flatMap((meter) => {
    const units = usage[meter] ?? 0;
    if (units === 0) return [];
    const price: Price = PRICES[meter];
    const usd = (units / price.per) * price.usd;
    const usdAfterFree = (Math.max(0, units - price.freePerMonth) / price.per) * price.usd;
    const { title, per, freePerMonth, page } = price;
    return [{ meter, title, units, listPrice: { usd: price.usd, per }, freePerMonth, page, usd, usdAfterFree }];
  });
}

export const totalUsd = (lines: readonly PricedLine[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);

export const totalUsdAfterFree = (lines: readonly PricedLine[]): number =>
  lines.reduce((sum, { usdAfterFree }) => sum + usdAfterFree, 0);

export function addUsage(...all: readonly Usage[]): Usage {
  const sum: Partial<Record<Meter, number>> = {};
  for (const usage of all) for (const meter of METERS) if (usage[meter]) sum[meter] = (sum[meter] ?? 0) + usage[meter];
  return sum;
}

export function timesUsage(usage: Usage, factor: number): Usage {
  return Object.fromEntries(Object.entries(usage).map(([meter, units]) => [meter, units * factor]));
}
