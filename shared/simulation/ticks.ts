import { DAY_MS, TICK_MS } from './calendar.ts';
import type { Stage } from './stage.ts';
import { IdleTicks } from './watchdog.ts';

/** The schedule of the watchdog: every five minutes, of which only those are played that could do something. */
export class Ticks {
  readonly idle: IdleTicks;
  readonly #stage: Stage;
  readonly #startMs: number;
  #next = { at: Number.POSITIVE_INFINITY, work: undefined as (() => void) | undefined };
  #lastForcedDay = 0;

  constructor(stage: Stage, startMs: number) {
    this.#stage = stage;
    this.#startMs = startMs;
    this.idle = new IdleTicks(stage.store);
  }

  /** The next one is played at that time or before. */
  by(at: number): void {
    if (at < this.#next.at) this.at(at);
  }

  at(at: number): void {
    this.#next.work = undefined;
    this.#next = this.#stage.scheduler.at(at, () => this.#tick(at));
  }

  /** The first tick after `nowMs` that is not idle as things stand. */
  nextMs(nowMs: number): number {
    const outage = this.#stage.gate.nextOutageMs('documents', nowMs);
    return nextTickMs(Math.min(this.idle.nextMs(nowMs), outage) - 1);
  }

  #tick(at: number): void {
    const { options, gate, faults, topics } = this.#stage;
    const day = Math.floor(at / DAY_MS);
    // The last tick of a day is always played: it anchors the ledger and compares it.
    const isForced = at < this.#startMs || (at % DAY_MS === DAY_MS - TICK_MS && this.#lastForcedDay !== day);
    if (isForced) this.#lastForcedDay = day;
    // One that finds the store out of reach is refused and comes again, perhaps when something is due.
    const isIdle = this.idle.isIdle(at) && !gate.isOut('documents', at);
    const isMissing = !isIdle && this.#isMissing(at);
    if (isMissing) gate.disturbedUntil(at + TICK_MS);
    else if (!isIdle || isForced || options.everyTick === true) {
      topics.publish(`tick/${at}`, 'watchdog', {}, { isSpared: isIdle });
      if (!isIdle && faults.strikes(`tick ${at} comes twice`, options.profile.ticks.double) !== undefined)
        topics.publish(`tick/${at}`, 'watchdog', {});
    }
    const next = options.everyTick === true || !isIdle ? at + TICK_MS : this.nextMs(at);
    const last = at - (at % DAY_MS) + DAY_MS - TICK_MS;
    this.at(Math.min(next, last > at ? last : last + DAY_MS));
  }

  #isMissing(at: number): boolean {
    const { scenario, profile } = this.#stage.options;
    const gap = scenario?.missingTicks;
    if (gap !== undefined) {
      const minutes = (at % DAY_MS) / 60_000;
      if (minutesOf(gap.from) <= minutes && minutes < minutesOf(gap.until)) return true;
    }
    return this.#stage.faults.strikes(`tick ${at} is missing`, profile.ticks.miss) !== undefined;
  }
}

export const nextTickMs = (nowMs: number): number => (Math.floor(nowMs / TICK_MS) + 1) * TICK_MS;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
