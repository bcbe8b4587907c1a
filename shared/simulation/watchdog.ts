import { nextInstant, parseCron } from '../domain/cron.ts';
import type { DayRecord } from '../domain/day.ts';
import { chainSlot, emptyDay } from '../domain/day.ts';
import { gateFor } from '../domain/gate.ts';
import { type Lockdown, NO_LOCKDOWN } from '../domain/lockdown.ts';
import { isLeaseLive, type SlotRecord } from '../domain/run.ts';
import { isSelfTestDue, type SelfTestRecord } from '../domain/self-test.ts';
import { rerunClosesAt, type Slot, startClosesAt } from '../domain/slot.ts';
import { dateOf, epochMs, instant } from '../domain/time.ts';
import { paths } from '../engine/records.ts';
import { SELF_TEST_PATH } from '../engine/self-test.ts';
import { WATCH_PATH, type WatchRecord } from '../engine/watch.ts';
import { DAY_MS, endsByMs, TICK_MS } from './calendar.ts';
import { CONFIGURATION } from './configuration.ts';
import type { SimulatedStore } from './documents.ts';

const SELF_TESTS = parseCron(CONFIGURATION.alerts.delivery_selftest.cron);

/**
 * Whether a tick at this time would do anything but look: of 288 ticks a day nearly all would not. Passing those over
 * is proven to change no trace (test/simulation/idle-ticks.test.ts).
 */
export class IdleTicks {
  readonly #store: SimulatedStore;
  /** Slots that have not concluded, by id; the newest days' only. */
  readonly #open = new Map<string, Slot>();

  constructor(store: SimulatedStore) {
    this.#store = store;
  }

  expect(slots: readonly Slot[]): void {
    for (const slot of slots) {
      // A message that came a few seconds early, the evening before, may have run it to its end already.
      const isConcluded = this.#store.get<SlotRecord>(paths.slot(slot.slotId))?.status === 'concluded';
      if (!isConcluded) this.#open.set(slot.slotId, slot);
    }
  }

  /** Something of a slot was written: it may have been rerun. */
  touched(slot: SlotRecord): void {
    if (slot.status === 'concluded') this.#open.delete(slot.slotId);
    else if (!this.#open.has(slot.slotId)) this.#open.set(slot.slotId, slot);
  }

  /** What has not concluded. */
  openIds(): string[] {
    return [...this.#open.keys()];
  }

  /** When the last of what is open must have ended. */
  lastEndMs(): number {
    return Math.max(0, ...[...this.#open.values()].map((slot) => endsByMs(slot, 2)));
  }

  /** The first tick after `nowMs` that could have something to do while nothing else happens. */
  nextMs(nowMs: number): number {
    let next = nowMs + 12 * 12 * TICK_MS;
    for (const slot of this.#open.values()) {
      const record = this.#store.get<SlotRecord>(paths.slot(slot.slotId));
      const needed =
        record === undefined
          ? epochMs(slot.dueAt) + CONFIGURATION.alerts.missed_run_grace_s * 1000
          : record.status === 'waiting'
            ? nowMs
            : record.status === 'running' && record.lease !== null
              ? epochMs(record.lease.until)
              : nowMs;
      next = Math.min(next, needed);
    }
    for (const at of this.#expiries(nowMs)) next = Math.min(next, at);
    next = Math.min(
      next,
      this.#testsDelivery(nowMs) ? nowMs : epochMs(nextInstant(SELF_TESTS, instant(nowMs)) ?? instant(nowMs)),
    );
    if (this.#store.size('outbox') > 0) next = nowMs;
    return Math.max(next, nowMs + 1);
  }

  isIdle(nowMs: number): boolean {
    const at = instant(nowMs);
    if (this.#store.size('outbox') > 0 || this.#testsDelivery(nowMs)) return false;
    for (const slot of this.#open.values()) if (this.#mayMove(slot, at)) return false;
    return !this.#expiries(nowMs).some((expiry) => expiry <= nowMs);
  }

  #mayMove(slot: Slot, at: string): boolean {
    const record = this.#store.get<SlotRecord>(paths.slot(slot.slotId));
    if (record === undefined)
      return epochMs(at) >= epochMs(slot.dueAt) + CONFIGURATION.alerts.missed_run_grace_s * 1000;
    if (record.status === 'concluded') return false;
    // A lease that ends while the tick looks is the next tick's, and a live one is nobody's but its holder's.
    if (record.status === 'running') return !isLeaseLive(record.lease, instant(epochMs(at)));
    if (at > startClosesAt(slot)) return true;
    const day = this.#store.get<DayRecord>(paths.day(record.date)) ?? emptyDay(record.date);
    const lockdown = this.#store.get<Lockdown>(paths.lockdown) ?? NO_LOCKDOWN;
    return gateFor(slot, { day, lockdown, at }).kind !== 'wait';
  }

  /** A self-test of delivery is to begin, or waits for its end to be noted. */
  #testsDelivery(nowMs: number): boolean {
    const test = this.#store.get<SelfTestRecord>(SELF_TEST_PATH);
    if (test !== undefined && test.deliveredAt === null) return true;
    const watch = this.#store.get<WatchRecord>(WATCH_PATH);
    return watch !== undefined && isSelfTestDue(test, SELF_TESTS, watch.since, instant(nowMs));
  }

  /** When people's acts run out: overrides, waivers, and the hold of a noon that has ended. */
  #expiries(nowMs: number): number[] {
    const found: number[] = [];
    for (const path of [paths.overrides, paths.waivers]) {
      const stored = this.#store.get<{ items: readonly { until: string }[] }>(path);
      for (const { until } of stored?.items ?? []) found.push(epochMs(until));
    }
    for (const daysBack of [0, 1]) {
      const day = this.#store.get<DayRecord>(paths.day(dateOf(instant(nowMs - daysBack * DAY_MS))));
      if (day?.hold?.status !== 'active') continue;
      const noon = chainSlot('high-noon-sync', day.date);
      if (day.slots[noon.slotId]?.status === 'concluded') found.push(epochMs(rerunClosesAt(noon)) + 1);
    }
    return found;
  }
}
