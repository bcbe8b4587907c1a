import alerts from '../../../shared/catalog/alerts.json' with { type: 'json' };
import { catalog } from '../../../shared/domain/catalog.ts';
import { type PeerPrice, peerPrices } from '../../../shared/domain/peer-prices.ts';
import {
  addUsage,
  DAYS_PER_MONTH,
  type Meter,
  PRICES_AS_OF,
  PRICES_REGION,
  type PricedLine,
  priceMonth,
  timesUsage,
  totalUsd,
  totalUsdAfterFree,
  type Usage,
  WEEKS_PER_MONTH,
} from '../../../shared/domain/prices.ts';
import { type CountedDay, type CountedFunction, SECONDS_PER_CALL, SECONDS_PER_START } from '../serve/count-day.ts';

/** Five references: two git tokens, two keys, one webhook (infra/secrets.tf). */
const SECRETS = 5;

interface FunctionCost {
  readonly name: string;
  readonly isPhase: boolean;
  readonly messagesPerDay: number;
  readonly billedSecondsPerDay: number;
  readonly usage: Usage;
  readonly asked: Readonly<Record<string, number>>;
  readonly places: CountedFunction['places'];
  readonly usdPerDay: number;
  readonly usdPerMonth: number;
}

interface Sum {
  readonly lines: readonly PricedLine[];
  readonly usdPerDay: number;
  readonly usdPerMonth: number;
  readonly usdPerMonthAfterFree: number;
}

export interface CostView {
  readonly schema: 'highnoon.cost/1';
  readonly pricesAsOf: string;
  readonly region: string;
  readonly countedDate: string;
  readonly assumptions: { readonly secondsPerCall: number; readonly secondsPerStart: number };
  readonly functions: readonly FunctionCost[];
  /** The five phases, their schedules included. */
  readonly phases: Sum & { readonly reachUsdPerMonth: number; readonly reached: boolean };
  /** With watchdog, relay, secrets and alerts. */
  readonly everything: Sum;
  /** What state and messages of a whole day cost, the watchdog's included. */
  readonly stateAndMessages: { readonly usdPerDay: number; readonly reachUsdPerDay: number; readonly reached: boolean };
  readonly peers: readonly PeerPrice[];
}

/** Firestore and Pub/Sub. */
const STATE_METERS: ReadonlySet<Meter> = new Set<Meter>(['reads', 'writes', 'deletes', 'messageBytes']);
const phaseNames = new Set<string>(catalog.phases.map(({ name }) => name));
const perMonth = (name: string): number => (name === 'weekly-risk-review' ? WEEKS_PER_MONTH : DAYS_PER_MONTH);

/** A counted Sunday as a month: what runs daily times the days, the weekly review times the weeks. */
export function costView({ date, functions, runs }: CountedDay): CostView {
  const costs = functions.map(functionCost);
  const monthly = (chosen: readonly CountedFunction[]) =>
    addUsage(...chosen.map(({ name, usage }) => timesUsage(usage, perMonth(name))));
  const ofPhases = functions.filter(({ name }) => phaseNames.has(name));
  const phases = sumOf(addUsage(monthly(ofPhases), { schedulerJobs: phaseNames.size }));
  const everything = sumOf(addUsage(monthly(functions), standing()));
  const ofState =
    everything.lines.filter(({ meter }) => STATE_METERS.has(meter)).reduce((sum, line) => sum + line.usd, 0) /
    DAYS_PER_MONTH;
  const work = {
    runs: runs.reduce((sum, { phase }) => sum + perMonth(phase), 0),
    operations: runs.reduce((sum, { phase, operations }) => sum + operations.length * perMonth(phase), 0),
    ticks: (functions.find(({ name }) => name === 'watchdog')?.messages ?? 0) * DAYS_PER_MONTH,
  };
  return {
    schema: 'highnoon.cost/1',
    pricesAsOf: PRICES_AS_OF,
    region: PRICES_REGION,
    countedDate: date,
    assumptions: { secondsPerCall: SECONDS_PER_CALL, secondsPerStart: SECONDS_PER_START },
    functions: costs,
    phases: { ...phases, reachUsdPerMonth: 1, reached: phases.usdPerMonth < 1 },
    everything,
    stateAndMessages: { usdPerDay: ofState, reachUsdPerDay: 0.01, reached: ofState < 0.01 },
    peers: peerPrices(work),
  };
}

/** What is paid for by standing there. Each alert reads about one series a minute. */
function standing(): Usage {
  const evaluations = (DAYS_PER_MONTH * 86_400) / alerts.evaluationSeconds;
  return {
    schedulerJobs: phaseNames.size + catalog.services.filter(({ cron }) => cron !== undefined).length,
    secretVersions: SECRETS,
    alertConditions: alerts.policies.length,
    alertSeries: alerts.policies.length * evaluations,
  };
}

function functionCost({ name, messages, billedSeconds, usage, asked, places }: CountedFunction): FunctionCost {
  return {
    name,
    isPhase: phaseNames.has(name),
    messagesPerDay: messages,
    billedSecondsPerDay: billedSeconds,
    usage,
    asked,
    places,
    usdPerDay: totalUsd(priceMonth(usage)),
    usdPerMonth: totalUsd(priceMonth(timesUsage(usage, perMonth(name)))),
  };
}

function sumOf(usage: Usage): Sum {
  const lines = priceMonth(usage);
  const usdPerMonth = totalUsd(lines);
  return {
    lines,
    usdPerDay: usdPerMonth / DAYS_PER_MONTH,
    usdPerMonth,
    usdPerMonthAfterFree: totalUsdAfterFree(lines),
  };
}

const usd = (amount: number): string => amount.toFixed(amount < 0.1 ? 4 : 2);
const count = (usage: Usage, meter: keyof Usage): string => String(Math.round(usage[meter] ?? 0));

export function renderCost(view: CostView): string[] {
  const { phases, everything } = view;
  const row = (cells: readonly string[]) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(26) : cell.padStart(11))).join('');
  return [
    `The five phases cost ${usd(phases.usdPerMonth)} USD a month at list price (${usd(phases.usdPerDay)} a day, ${usd(phases.usdPerMonthAfterFree)} a month after free allotments): ${phases.reached ? 'below' : 'NOT below'} ${phases.reachUsdPerMonth.toFixed(2)}`,
    `With watchdog, relay, secrets and alerts: ${usd(everything.usdPerMonth)} USD a month at list price, ${usd(everything.usdPerMonthAfterFree)} after free allotments`,
    `Firestore and Pub/Sub of a whole day: ${usd(view.stateAndMessages.usdPerDay)} USD at list price: ${view.stateAndMessages.reached ? 'below' : 'NOT below'} ${view.stateAndMessages.reachUsdPerDay.toFixed(2)}`,
    `Counted on ${view.countedDate}, priced as of ${view.pricesAsOf} in ${view.region}; a remote call waits ${SECONDS_PER_CALL * 1000} ms, a start ${SECONDS_PER_START} s`,
    '',
    row(['function, that day', 'messages', 'reads', 'writes', 'deletes', 'class A', 'class B', 'seconds', 'USD/month']),
    ...view.functions.map(({ name, messagesPerDay, usage, billedSecondsPerDay, usdPerMonth }) =>
      row([
        name,
        String(messagesPerDay),
        count(usage, 'reads'),
        count(usage, 'writes'),
        count(usage, 'deletes'),
        count(usage, 'storageA'),
        count(usage, 'storageB'),
        billedSecondsPerDay.toFixed(1),
        usd(usdPerMonth),
      ]),
    ),
    '',
    row(['everything, a month', 'units', 'USD', 'after free']),
    ...everything.lines.map(({ title, units, usd: price, usdAfterFree }) =>
      row([title, String(Math.round(units)), usd(price), usd(usdAfterFree)]),
    ),
    '',
    'the same work elsewhere, a month',
    ...view.peers.map(
      ({ name, plan, usdPerMonth, counted, leavesOut }) =>
        `  ${`${name} ${plan}`.padEnd(38)} ${usd(usdPerMonth).padStart(8)} USD  ${counted}; leaves out ${leavesOut}`,
    ),
  ];
}
