import { chainSlot, type DayRecord, isGoPhase } from '../domain/day.ts';
import { isGood } from '../domain/ending.ts';
import type { Finding } from '../domain/finding.ts';
import { isHeld } from '../domain/hold.ts';
import type { Lockdown } from '../domain/lockdown.ts';
import { dateOf, instant, plusSeconds, toSeconds } from '../domain/time.ts';
import { holdNoon, releaseNoon } from '../engine/acts/hold.ts';
import { liftLockdown, lockDown } from '../engine/acts/lockdown.ts';
import { grantOverride, grantWaiver } from '../engine/acts/override.ts';
import type { Engine } from '../engine/engine.ts';
import { paths } from '../engine/records.ts';
import type { SimulatedStore } from './documents.ts';
import type { Dice } from './random.ts';
import type { Topics } from './topics.ts';

export const ACTS = [
  'hold',
  'release',
  'lock',
  'unlock',
  'override',
  'waive',
  'start-t-30',
  'rerun-t-90',
  'rerun-t-30',
  'rerun-noon',
  'rehearse',
  'dry-run',
] as const;
export type Act = (typeof ACTS)[number];

const REASON = 'simulated';

interface Place {
  readonly store: SimulatedStore;
  readonly topics: Topics;
  /** Names the act, for the messages it publishes. */
  readonly key: string;
  readonly nowMs: number;
}

/** One act of one person, now. What the engine refuses is refused; nothing here knows whether it should be. */
export async function perform(engine: Engine, who: string, act: Act, dice: Dice, place: Place): Promise<void> {
  const date = dateOf(instant(place.nowMs));
  const name = { name: who };
  switch (act) {
    case 'hold':
      await holdNoon(engine, name, { date, reason: REASON });
      return;
    case 'release':
      await releaseNoon(engine, name, { date, reason: REASON });
      return;
    case 'lock':
      await lockDown(engine, name, { reason: REASON });
      return;
    case 'unlock':
      await liftLockdown(engine, name, { reason: REASON });
      return;
    case 'override': {
      const found = newestBlocking(place.store, date);
      if (found !== undefined)
        await grantOverride(engine, name, { ...found, until: plusSeconds(engine.clock.now(), 7200), reason: REASON });
      return;
    }
    case 'waive':
      await grantWaiver(engine, name, {
        guardrail: dice.chance(0.5) ? 'GR-1' : 'GR-2',
        records: [],
        until: plusSeconds(engine.clock.now(), 86_400),
        reason: REASON,
      });
      return;
    case 'start-t-30':
      place.topics.publish(place.key, 't-30-final-check', { phase: 't-30-final-check', trigger: 'manual' });
      return;
    case 'rerun-t-90':
    case 'rerun-t-30':
    case 'rerun-noon':
    case 'rehearse':
    case 'dry-run':
      publish(act, place, date);
      return;
  }
}

const PHASE_OF = {
  'rerun-t-90': 't-90-prep',
  'rerun-t-30': 't-30-final-check',
  'rerun-noon': 'high-noon-sync',
} as const;

function publish(act: keyof typeof PHASE_OF | 'rehearse' | 'dry-run', { topics, key }: Place, date: string): void {
  if (act === 'rehearse' || act === 'dry-run') {
    const phase = 't-90-prep' as const;
    topics.publish(key, phase, { phase, trigger: 'manual', ...(act === 'dry-run' ? { dryRun: true } : {}) });
    return;
  }
  const phase = PHASE_OF[act];
  topics.publish(key, phase, { phase, trigger: 'manual', rerun: true, slot: toSeconds(chainSlot(phase, date).dueAt) });
}

function newestBlocking(store: SimulatedStore, date: string): { slotId: string; findingId: string } | undefined {
  const day = store.get<DayRecord>(paths.day(date));
  for (const { slotId, attempt, ending } of Object.values(day?.slots ?? {})) {
    if (ending !== 'failed' && ending !== 'inconclusive') continue;
    for (const { data } of store.query<{ findings: readonly Finding[] }>(paths.operations(slotId, attempt), {})) {
      const finding = data.findings.find(({ verdict }) => verdict === 'failed' || verdict === 'inconclusive');
      if (finding !== undefined) return { slotId, findingId: finding.id };
    }
  }
  return undefined;
}

/** What people on duty would do about the day as it stands. */
export function duty(store: SimulatedStore, nowMs: number): Act | undefined {
  const date = dateOf(instant(nowMs));
  if (store.get<Lockdown>(paths.lockdown)?.active === true) return 'unlock';
  const day = store.get<DayRecord>(paths.day(date));
  if (day === undefined) return undefined;
  for (const [phase, act] of [
    ['t-90-prep', 'rerun-t-90'],
    ['t-30-final-check', 'rerun-t-30'],
  ] as const) {
    const ending = day.slots[chainSlot(phase, date).slotId]?.ending;
    if (ending !== undefined && ending !== null && !isGood(ending)) return act;
  }
  if (isHeld(day.hold) && isGoPhase(day, 't-30-final-check')) return 'release';
  const noon = day.slots[chainSlot('high-noon-sync', date).slotId]?.ending;
  if (noon === undefined || noon === null || isGood(noon)) return undefined;
  return day.ticket?.status === 'open' ? 'rerun-noon' : 'rerun-t-30';
}
