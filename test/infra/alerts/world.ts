import catalog from '../../../shared/catalog/phases.json' with { type: 'json' };

/**
 * What the watchdog writes at one tick, as the catalog of metrics describes it. The suite asks a situation for its
 * levels at each tick; the product's own function over stored state fits the same type.
 */
export interface LevelPoint {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export type Levels = (minute: number) => readonly LevelPoint[];

/** A level of a situation: a number, or the time since a minute, as a gauge of age shows it. */
export type Level = number | { readonly since: number; readonly unit: 's' | 'h' };
/** `phase_ending/t-90-prep` or `lockdown_active`. */
export type Changes = Readonly<Record<string, Level>>;
export interface Step {
  /** Minutes since the situation's midnight (UTC). */
  readonly at: number;
  readonly set: Changes;
}

export const PHASES = catalog.phases.map((phase) => phase.name);
const perPhase = [
  'phase_verdict',
  'phase_ending',
  'slot_lateness_seconds',
  'slot_overrun_seconds',
  'consecutive_failures',
];

export const DAY = 1440;
/** '10:41' on the first day; `day` counts from zero. */
export function clock(text: string, day = 0): number {
  const [hours = Number.NaN, minutes = Number.NaN] = text.split(':').map(Number);
  if (!(hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60))
    throw new Error(`clock ${JSON.stringify(text)}: HH:MM wanted`);
  return day * DAY + hours * 60 + minutes;
}

/** The newest valid snapshot was concluded this many minutes into the day; the noon one waits for noon. */
const SNAPSHOTS = [clock('00:02'), clock('06:02'), clock('12:24'), clock('18:02')];
/** Entries are anchored by the tick after they were made, an unchanged head every hour. */
const ENTRIES = [...SNAPSHOTS, clock('10:32'), clock('11:34'), clock('12:20')].sort((a, b) => a - b);

/** Minutes since the newest of some times of day. */
function sinceNewest(times: readonly number[], minute: number): number {
  const today = times.filter((time) => time <= minute % DAY).at(-1);
  return today === undefined ? (minute % DAY) + DAY - (times.at(-1) as number) : (minute % DAY) - today;
}

/**
 * A system that does well, with the unevenness of real days: Scheduler is late now and then and the watchdog starts
 * the slot, a message comes twice, noon runs a little over, the noon snapshot waits.
 */
function well(minute: number): Map<string, number> {
  const day = Math.floor(minute / DAY);
  const levels = new Map<string, number>();
  for (const phase of PHASES) {
    for (const metric of perPhase) levels.set(`${metric}/${phase}`, 0);
    levels.set(`scheduler_success_rate/${phase}`, 1);
    levels.set(`slot_lateness_seconds/${phase}`, day % 4 === 2 ? 345 : 2 + (day % 7));
  }
  levels.set('slot_overrun_seconds/high-noon-sync', day % 9 === 3 ? 30 : 0);
  levels.set('high_noon_sync_status', 1);
  levels.set('degraded_services', 0);
  levels.set('outbox_age_seconds', day % 5 === 1 && minute % DAY < 20 ? 310 : 0);
  levels.set('configuration_changed', 0);
  levels.set('ledger_anchor_age_seconds', 60 * Math.min(sinceNewest(ENTRIES, minute), minute % 65));
  // Delivered a little after it was begun, each week.
  levels.set('delivery_self_test_age_seconds', 60 * ((minute + 3 * DAY) % (7 * DAY)) + 300 * (day % 3));
  levels.set('watchdog_heartbeat', 1);
  levels.set('margin_to_noon_seconds', 1560 + (day % 5) * 20);
  levels.set('lockdown_active', 0);
  levels.set('surplus_starts', day % 3 === 1 ? 2 : day % 3);
  levels.set('snapshot_freshness_hours', sinceNewest(SNAPSHOTS, minute) / 60);
  levels.set('snapshot_storage_bytes', 4_000_000 + day * 100_000);
  levels.set('snapshot_dedupe_ratio', 20 + (day % 7));
  return levels;
}

const shown = (level: Level, minute: number): number =>
  typeof level === 'number' ? level : (minute - level.since) * (level.unit === 's' ? 60 : 1 / 60);

/** The levels of a situation: what a healthy system shows, changed step by step. */
export function levelsOf(steps: readonly Step[], environment = 'production'): Levels {
  return (minute) => {
    const levels = well(minute);
    for (const step of steps) {
      if (step.at > minute) continue;
      for (const [series, level] of Object.entries(step.set)) {
        if (!levels.has(series)) throw new Error(`${series}: not a level that the watchdog writes`);
        levels.set(series, shown(level, minute));
      }
    }
    return [...levels].map(([series, value]) => {
      const [metric = '', phase] = series.split('/');
      return { metric, labels: phase === undefined ? { environment } : { phase, environment }, value };
    });
  };
}
