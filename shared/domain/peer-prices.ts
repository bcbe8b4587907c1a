/** The same work a month on an orchestrator of others, at list price, as far as it was known in November 2026. */

/** What High Noon does in a month, in the units that others count. */
export interface MonthlyWork {
  /** Runs of phases. */
  readonly runs: number;
  /** Judged steps of those runs. */
  readonly operations: number;
  /** Looks of the watchdog. Composer and Dagster bring a scheduler and sensors of their own and do not bill them. */
  readonly ticks: number;
}

export interface PeerPrice {
  readonly name: string;
  readonly plan: string;
  /** What the peer would count for this work. */
  readonly counted: string;
  readonly usdPerMonth: number;
  readonly page: string;
  /** What the figure leaves out, in a sentence. */
  readonly leavesOut: string;
}

const COMPUTE = 'the compute that runs the steps, and the store, which cost the same beside it';

/** In the order of price. The peers orchestrate; gate, ticket, rollback and ledger would have to be written on top. */
export function peerPrices(work: MonthlyWork): readonly PeerPrice[] {
  return [composer(), temporal(work), dagster(work), inngest(work)].sort((a, b) => b.usdPerMonth - a.usdPerMonth);
}

/** An environment is paid for as long as it stands, idle or not. Users report 300 to 400 a month for the smallest; the least is taken. */
function composer(): PeerPrice {
  return {
    name: 'Cloud Composer 3',
    plan: 'smallest environment',
    counted: 'one environment, always on, at 0.06 a DCU-hour',
    usdPerMonth: 300,
    page: 'https://cloud.google.com/composer/pricing',
    leavesOut: 'whatever the tasks start elsewhere',
  };
}

const TEMPORAL_PLAN_USD = 100;
const TEMPORAL_INCLUDED_ACTIONS = 1e6;
const TEMPORAL_USD_PER_MILLION = 50;

/** A start, an activity, a timer are an action each; a schedule adds one to each start. */
function temporal({ runs, operations, ticks }: MonthlyWork): PeerPrice {
  const actions = runs * 2 + operations + ticks * 2;
  const beyond = Math.max(0, actions - TEMPORAL_INCLUDED_ACTIONS);
  return {
    name: 'Temporal Cloud',
    plan: 'Essentials',
    counted: `${Math.round(actions)} actions of 1,000,000 included`,
    usdPerMonth: TEMPORAL_PLAN_USD + (beyond / 1e6) * TEMPORAL_USD_PER_MILLION,
    page: 'https://docs.temporal.io/cloud/pricing',
    leavesOut: `workers, which must be always on, beside ${COMPUTE}`,
  };
}

const DAGSTER_PLAN_USD = 10;
const DAGSTER_USD_PER_CREDIT = 0.04;

/** A credit for each step; one user and one deployment. */
function dagster({ operations }: MonthlyWork): PeerPrice {
  return {
    name: 'Dagster+',
    plan: 'Solo',
    counted: `${Math.round(operations)} credits at 0.04`,
    usdPerMonth: DAGSTER_PLAN_USD + operations * DAGSTER_USD_PER_CREDIT,
    page: 'https://dagster.io/pricing',
    leavesOut: `serverless compute at 0.01 a minute, or ${COMPUTE}`,
  };
}

const INNGEST_FREE_EXECUTIONS = 50_000;
const INNGEST_PRO_USD = 75;

/** A run is an execution and each step another. Below the free plan's number it costs nothing, with a day of traces. */
function inngest({ runs, operations, ticks }: MonthlyWork): PeerPrice {
  const executions = runs + operations + ticks;
  const isFree = executions <= INNGEST_FREE_EXECUTIONS;
  return {
    name: 'Inngest',
    plan: isFree ? 'Free' : 'Pro',
    counted: `${Math.round(executions)} executions of ${isFree ? '50,000' : '1,000,000'} included`,
    usdPerMonth: isFree ? 0 : INNGEST_PRO_USD,
    page: 'https://www.inngest.com/pricing',
    leavesOut: isFree ? `traces older than 24 hours, and ${COMPUTE}` : COMPUTE,
  };
}
