/** The same work a month on an orchestrator of others, at list price, as far as it was known in November 2026. */

/** What High Noon does in a month, in the units that others count. */
export interface MonthlyWork {
  /** Runs of phases. */
  readonly runs: number;
  /** Judged steps of those runs. */
  readonly operations: number;
  /** Looks of the watchdog. */
  readonly ticks: number;
}

export interface PeerPrice {
  readonly name: string;
  readonly plan: string;
  /** What the peer would count for this work. */
  readonly counted: string;
  /** Units that the peer bills for each run, step and tick; 0 for what it does not bill. */
  readonly unitsEach: MonthlyWork;
  readonly usdPerMonth: number;
  /** How the figure comes about: what is counted, what is not, and why. */
  readonly note: string;
  readonly page: string;
  /** What the figure leaves out, in a sentence. */
  readonly leavesOut: string;
}

const COMPUTE = 'the compute that runs the steps, and the store, which cost the same beside it';
const WATCHDOG = "the watchdog's looks (ticks)";

/** In the order of price. The peers orchestrate; gate, ticket, rollback and ledger would have to be written on top. */
export function peerPrices(work: MonthlyWork): readonly PeerPrice[] {
  return [composer(), temporal(work), dagster(work), inngest(work)].sort((a, b) => b.usdPerMonth - a.usdPerMonth);
}

const unitsOf = (work: MonthlyWork, each: MonthlyWork): number =>
  work.runs * each.runs + work.operations * each.operations + work.ticks * each.ticks;

/** The price page gives no total for the smallest environment; users report this much a month for it. */
const COMPOSER_REPORTED_USD = { least: 300, most: 400 };
const COMPOSER_USD_PER_DCU_HOUR = 0.06;
const HOURS_PER_MONTH = 730.5;

function composer(): PeerPrice {
  const { least, most } = COMPOSER_REPORTED_USD;
  const units = (least / COMPOSER_USD_PER_DCU_HOUR / HOURS_PER_MONTH).toFixed(1);
  return {
    name: 'Cloud Composer 3',
    plan: 'smallest environment',
    counted: 'one environment, always on',
    unitsEach: { runs: 0, operations: 0, ticks: 0 },
    usdPerMonth: least,
    note: `neither runs, steps nor ticks: an environment, with the scheduler and the sensors in it, is paid for as long as it stands. ${least} is not calculated: users report ${least} to ${most} for the smallest, and the least is taken; at the ${COMPOSER_USD_PER_DCU_HOUR} of the list for a DCU-hour that is ${units} DCUs for ${HOURS_PER_MONTH} hours`,
    page: 'https://cloud.google.com/composer/pricing',
    leavesOut: 'whatever the tasks start elsewhere',
  };
}

const TEMPORAL_PLAN_USD = 100;
const TEMPORAL_INCLUDED_ACTIONS = 1e6;
const TEMPORAL_USD_PER_MILLION = 50;
/** A start, an activity, a timer are an action each; a schedule adds one to each start. */
const TEMPORAL_ACTIONS: MonthlyWork = { runs: 2, operations: 1, ticks: 2 };

function temporal(work: MonthlyWork): PeerPrice {
  const price = (of: MonthlyWork): number =>
    TEMPORAL_PLAN_USD +
    (Math.max(0, unitsOf(of, TEMPORAL_ACTIONS) - TEMPORAL_INCLUDED_ACTIONS) / 1e6) * TEMPORAL_USD_PER_MILLION;
  return {
    name: 'Temporal Cloud',
    plan: 'Essentials',
    counted: `${Math.round(unitsOf(work, TEMPORAL_ACTIONS))} actions of 1,000,000 included`,
    unitsEach: TEMPORAL_ACTIONS,
    usdPerMonth: price(work),
    note: `a run as 2 actions (its schedule, its start), a step as 1, a tick as 2: ${WATCHDOG} would be a scheduled workflow, and every start is billed. ${withoutTicks(work, price)}`,
    page: 'https://docs.temporal.io/cloud/pricing',
    leavesOut: `workers, which must be always on, beside ${COMPUTE}`,
  };
}

const DAGSTER_PLAN_USD = 10;
const DAGSTER_USD_PER_CREDIT = 0.04;
/** A credit for each step; one user and one deployment. */
const DAGSTER_CREDITS: MonthlyWork = { runs: 0, operations: 1, ticks: 0 };

function dagster(work: MonthlyWork): PeerPrice {
  const credits = unitsOf(work, DAGSTER_CREDITS);
  return {
    name: 'Dagster+',
    plan: 'Solo',
    counted: `${Math.round(credits)} credits at ${DAGSTER_USD_PER_CREDIT}`,
    unitsEach: DAGSTER_CREDITS,
    usdPerMonth: DAGSTER_PLAN_USD + credits * DAGSTER_USD_PER_CREDIT,
    note: `a step as 1 credit, beside ${DAGSTER_PLAN_USD} for the plan; runs and ticks not: ${WATCHDOG} would be sensors, whose evaluations are not billed`,
    page: 'https://dagster.io/pricing',
    leavesOut: `serverless compute at 0.01 a minute, or ${COMPUTE}`,
  };
}

const INNGEST_FREE_EXECUTIONS = 50_000;
const INNGEST_PRO_USD = 75;
/** A run is an execution and each step another. */
const INNGEST_EXECUTIONS: MonthlyWork = { runs: 1, operations: 1, ticks: 1 };

/** Below the free plan's number it costs nothing, with a day of traces. */
function inngest(work: MonthlyWork): PeerPrice {
  const price = (of: MonthlyWork): number =>
    unitsOf(of, INNGEST_EXECUTIONS) <= INNGEST_FREE_EXECUTIONS ? 0 : INNGEST_PRO_USD;
  const isFree = price(work) === 0;
  return {
    name: 'Inngest',
    plan: isFree ? 'Free' : 'Pro',
    counted: `${Math.round(unitsOf(work, INNGEST_EXECUTIONS))} executions of ${isFree ? '50,000' : '1,000,000'} included`,
    unitsEach: INNGEST_EXECUTIONS,
    usdPerMonth: price(work),
    note: `a run, a step and a tick as 1 execution each: ${WATCHDOG} would be a scheduled function, and every run of one is billed. ${withoutTicks(work, price)}`,
    page: 'https://www.inngest.com/pricing',
    leavesOut: isFree ? `traces older than 24 hours, and ${COMPUTE}` : COMPUTE,
  };
}

/** Whether a price rests on the ticks: whoever would not port the watchdog need not believe it. */
function withoutTicks(work: MonthlyWork, price: (of: MonthlyWork) => number): string {
  const [all, less] = [price(work), price({ ...work, ticks: 0 })];
  return all === less ? 'Without ticks the price is the same' : `Without ticks the price is ${less.toFixed(2)}`;
}
