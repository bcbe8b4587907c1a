import alerts from '../../../shared/catalog/alerts.json' with { type: 'json' };
import { catalog, PHASE_NAMES, type PhaseName } from '../../../shared/domain/catalog.ts';
import { isGood } from '../../../shared/domain/ending.ts';
import { type MonthlyWork, type PeerPrice, peerPrices } from '../../../shared/domain/peer-prices.ts';
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
import { slotsOfDate } from '../../../shared/domain/slot.ts';
import type { RunView } from '../../../shared/engine/read-run.ts';
import { type CountedDay, type CountedFunction, SECONDS_PER_CALL, SECONDS_PER_START } from '../serve/count-day.ts';

/** Five references: two git tokens, two keys, one webhook (infra/secrets.tf). */
const SECRETS = 5;

export interface FunctionCost {
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

/** What a sum is made of: a function, or something that is paid for by standing there. */
export interface CostPart {
  readonly name: string;
  readonly usdPerMonth: number;
}

export interface Sum {
  /** They add up to `usdPerMonth`; so do `lines`. */
  readonly parts: readonly CostPart[];
  readonly lines: readonly PricedLine[];
  readonly usdPerDay: number;
  readonly usdPerMonth: number;
  readonly usdPerMonthAfterFree: number;
}

/** How a slot of the played day ended: its ending, or where it stood at the day's end, `none` for a run that never was. */
export interface SlotEnding {
  readonly phase: PhaseName;
  readonly slot: string;
  readonly ended: string;
  readonly isGood: boolean;
  readonly reason: string;
}

export type OwnPrice = Omit<PeerPrice, 'unitsEach' | 'page'>;

export interface CostView {
  readonly schema: 'highnoon.cost/1';
  readonly pricesAsOf: string;
  readonly region: string;
  /** The date that was played, not the one on which it was played. */
  readonly countedDate: string;
  /** False when a slot did not end good or a message was never taken: then the figures are of less than a day's work. */
  readonly isWholeDay: boolean;
  readonly endings: readonly SlotEnding[];
  readonly deadLetters: number;
  readonly assumptions: { readonly secondsPerCall: number; readonly secondsPerStart: number };
  readonly functions: readonly FunctionCost[];
  /** The five phases, their schedules included. Only a whole day reaches what is to be reached. */
  readonly phases: Sum & { readonly reachUsdPerMonth: number; readonly reached: boolean };
  /** With watchdog, relay, secrets and alerts. */
  readonly everything: Sum;
  /** What state and messages of a whole day cost, the watchdog's included. */
  readonly stateAndMessages: { readonly usdPerDay: number; readonly reachUsdPerDay: number; readonly reached: boolean };
  /** A month of it, in the units that peers count. */
  readonly work: MonthlyWork;
  readonly own: OwnPrice;
  readonly peers: readonly PeerPrice[];
}

/** Firestore and Pub/Sub. */
const STATE_METERS: ReadonlySet<Meter> = new Set<Meter>(['reads', 'writes', 'deletes', 'messageBytes']);
const phaseNames = new Set<string>(PHASE_NAMES);
const perMonth = (name: string): number => (name === 'weekly-risk-review' ? WEEKS_PER_MONTH : DAYS_PER_MONTH);

/** A counted Sunday as a month: what runs daily times the days, the weekly review times the weeks. */
export function costView({ date, functions, runs, deadLetters }: CountedDay): CostView {
  const endings = endingsOf(date, runs);
  const isWholeDay = deadLetters === 0 && endings.every((one) => one.isGood);
  const costs = functions.map(functionCost);
  const monthly = (chosen: readonly CountedFunction[]) =>
    addUsage(...chosen.map(({ name, usage }) => timesUsage(usage, perMonth(name))));
  const partsOf = (arePhases: boolean) => costs.filter(({ isPhase }) => isPhase === arePhases).map(partOf);
  const ofPhases = functions.filter(({ name }) => phaseNames.has(name));
  const schedules = { schedulerJobs: phaseNames.size };
  const phases = sumOf(addUsage(monthly(ofPhases), schedules), [...partsOf(true), ...standingParts(schedules)]);
  const standing = standingBeside();
  const everything = sumOf(addUsage(monthly(functions), schedules, standing), [
    { name: 'the five phases', usdPerMonth: phases.usdPerMonth },
    ...partsOf(false),
    ...standingParts(standing),
  ]);
  const ofState =
    everything.lines.filter(({ meter }) => STATE_METERS.has(meter)).reduce((sum, line) => sum + line.usd, 0) /
    DAYS_PER_MONTH;
  const work: MonthlyWork = {
    runs: runs.reduce((sum, { phase }) => sum + perMonth(phase), 0),
    operations: runs.reduce((sum, { phase, operations }) => sum + operations.length * perMonth(phase), 0),
    ticks: (functions.find(({ name }) => name === 'watchdog')?.messages ?? 0) * DAYS_PER_MONTH,
  };
  return {
    schema: 'highnoon.cost/1',
    pricesAsOf: PRICES_AS_OF,
    region: PRICES_REGION,
    countedDate: date,
    isWholeDay,
    endings,
    deadLetters,
    assumptions: { secondsPerCall: SECONDS_PER_CALL, secondsPerStart: SECONDS_PER_START },
    functions: costs,
    phases: { ...phases, reachUsdPerMonth: 1, reached: isWholeDay && phases.usdPerMonth < 1 },
    everything,
    stateAndMessages: { usdPerDay: ofState, reachUsdPerDay: 0.01, reached: isWholeDay && ofState < 0.01 },
    work,
    own: ownPrice(work, everything.usdPerMonth),
    peers: peerPrices(work),
  };
}

/** Every slot that the date has, whether something ran for it or not. */
function endingsOf(date: string, runs: readonly RunView[]): SlotEnding[] {
  return PHASE_NAMES.flatMap((phase) => slotsOfDate(phase, date)).map(({ phase, slotId }) => {
    const run = runs.find(({ slot }) => slot === slotId);
    return {
      phase,
      slot: slotId,
      ended: run?.ending ?? run?.status ?? 'none',
      isGood: run?.ending != null && isGood(run.ending),
      reason: run?.reason ?? 'nothing ran for it',
    };
  });
}

/** What is paid for by standing there, beside the schedules of the phases. Each alert reads about one series a minute. */
function standingBeside(): Usage {
  const evaluations = (DAYS_PER_MONTH * 86_400) / alerts.evaluationSeconds;
  return {
    schedulerJobs: catalog.services.filter(({ cron }) => cron !== undefined).length,
    secretVersions: SECRETS,
    alertConditions: alerts.policies.length,
    alertSeries: alerts.policies.length * evaluations,
  };
}

const standingParts = (standing: Usage): CostPart[] =>
  priceMonth(standing).map(({ title, units, usd }) => ({ name: `${title}: ${Math.round(units)}`, usdPerMonth: usd }));

const partOf = ({ name, usdPerMonth }: FunctionCost): CostPart => ({ name, usdPerMonth });

function ownPrice({ runs, operations, ticks }: MonthlyWork, usdPerMonth: number): OwnPrice {
  return {
    name: 'High Noon',
    plan: 'everything above',
    counted: `${Math.round(runs)} runs, ${Math.round(operations)} steps, ${Math.round(ticks)} ticks`,
    usdPerMonth,
    note: 'neither runs, steps nor ticks: the calls and seconds of the table above, with the compute and the store that the others leave out, and with its secrets and alerts',
    leavesOut: 'storage of data and images, egress, and what probed services cost their owners',
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

function sumOf(usage: Usage, parts: readonly CostPart[]): Sum {
  const lines = priceMonth(usage);
  const usdPerMonth = totalUsd(lines);
  return {
    parts,
    lines,
    usdPerDay: usdPerMonth / DAYS_PER_MONTH,
    usdPerMonth,
    usdPerMonthAfterFree: totalUsdAfterFree(lines),
  };
}
