import { PHASE_NAMES, type PhaseName } from '../domain/catalog.ts';
import { CHAIN, type DayRecord, emptyDay } from '../domain/day.ts';
import { gateFor } from '../domain/gate.ts';
import type { Lockdown } from '../domain/lockdown.ts';
import type { OutboxRecord } from '../domain/outbox.ts';
import { isLeaseLive, type SlotRecord, type SlotSummary } from '../domain/run.ts';
import { dateOfSlot, runIdOf, type Slot, slotsBetween, startClosesAt } from '../domain/slot.ts';
import { dateOf, type Instant, plusSeconds, secondsBetween, toSeconds } from '../domain/time.ts';
import { anchorLedger, isAnchored } from './anchor-ledger.ts';
import { closeUnstarted } from './close-slot.ts';
import { compareWithLedger, isAsTheLedgerSays } from './compare-with-ledger.ts';
import type { Engine } from './engine.ts';
import { expireActs, hasExpired } from './expire-acts.ts';
import { deliver } from './outbox.ts';
import { paths } from './records.ts';
import { keepSelfTest } from './self-test.ts';
import { tendShards } from './sweep-shards.ts';
import { readTickView, type TickView } from './tick-view.ts';
import { noteSwept, readWatch, type WatchRecord } from './watch.ts';
import { tellLevels, writeLevels } from './write-levels.ts';

/** No window is longer than the weekly review's day; two days back nothing can be open any more. */
const LOOK_BACK_SECONDS = 2 * 86_400;
/** Two months of slots are closed in one tick; a longer absence takes more of them. */
const CATCH_UP_SECONDS = 62 * 86_400;

export interface SweepReport {
  readonly started: readonly string[];
  readonly resumed: readonly string[];
  readonly woken: readonly string[];
  readonly closed: readonly string[];
  readonly delivered: number;
  readonly tampering: readonly string[];
}

/**
 * One tick of the watchdog: nothing that is due is left without a row, nothing that began is left without an end, and
 * nothing that is owed is left undelivered. Each part stands alone: one that fails is told, and the others go on.
 */
export async function sweep(engine: Engine): Promise<SweepReport> {
  const now = engine.clock.now();
  const view = await readTickView(engine, now);
  const { lockdown, anchor, selfTest } = view.levels;
  const watch = view.levels.watch ?? (await readWatch(engine));
  const report = await sweepSlots(engine, view, watch, now);
  const tested = await guarded(engine, 'self-test', () => keepSelfTest(engine, selfTest, watch.since));
  const owed = await guarded(engine, 'outbox', () => deliverOwed(engine));
  const acts = newestDays(view);
  // Where this tick changed nothing, what it read at its beginning still tells whether the rest has anything to do.
  const isQuiet = report.closed.length === 0 && tested === 'nothing-due' && owed?.found === 0;
  const hasExpiredActs = hasExpired(view, acts, now);
  if (hasExpiredActs) await guarded(engine, 'acts', () => expireActs(engine));
  const isCompared =
    isQuiet && !hasExpiredActs && isAsTheLedgerSays({ ...view, lockdown, record: view.audit, days: acts });
  const tampering = isCompared ? [] : await guarded(engine, 'ledger comparison', () => compareWithLedger(engine));
  const isTold = isCompared && isAnchored(view.head, anchor, now);
  if (!isTold) await guarded(engine, 'anchor', () => anchorLedger(engine));
  await guarded(engine, 'levels', () =>
    isTold ? tellLevels(engine, now, 'watchdog', view.levels, null) : writeLevels(engine, now, 'watchdog'),
  );
  return { ...report, delivered: owed?.delivered ?? 0, tampering: tampering ?? [] };
}

async function sweepSlots(engine: Engine, view: TickView, watch: WatchRecord, now: Instant): Promise<Tally> {
  const tally: Tally = { started: [], resumed: [], woken: [], closed: [] };
  const { since, until } = sweptRange(watch, now);
  const known = await knownSlots(engine, view, since, until);
  let isWhole = true;
  for (const phase of IN_ORDER) {
    for (const slot of slotsBetween(phase, since, plusSeconds(until, 0.001))) {
      const status = known.get(slot.slotId);
      if (status === 'concluded') continue;
      // Before the watch nothing was missed; what a message began all the same is watched to its end.
      if (status === undefined && slot.dueAt < watch.since) continue;
      const swept = await guarded(engine, slot.slotId, () => sweepSlot(engine, slot, now, view.levels.lockdown, tally));
      isWhole &&= swept === true;
    }
  }
  // What could not be looked at is looked at again, however long the store was out of reach.
  if (isWhole) await guarded(engine, 'watch', () => noteSwept(engine, watch, until));
  return tally;
}

/** The chain first and in order, so that what follows from a closed upstream is closed in the same tick. */
const IN_ORDER: readonly PhaseName[] = [
  ...CHAIN,
  ...PHASE_NAMES.filter((name) => !(CHAIN as readonly string[]).includes(name)),
];

/** Yesterday's and today's: acts of people and their holds are about no others. */
const newestDays = ({ levels }: TickView) => levels.days.map(({ day }) => day);

async function guarded<T>(engine: Engine, what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    engine.log.write('ERROR', `the watchdog could not finish: ${what}`, { error });
    return undefined;
  }
}

/** The days know how their slots stand: two or three documents instead of one for every slot. */
async function knownSlots(
  engine: Engine,
  view: TickView,
  since: Instant,
  until: Instant,
): Promise<ReadonlyMap<string, SlotSummary['status']>> {
  const known = new Map<string, SlotSummary['status']>();
  for (let date = dateOf(since); date <= dateOf(until); date = dateOf(plusSeconds(`${date}T00:00:00.000Z`, 86_400))) {
    const day = view.days.has(date) ? view.days.get(date) : await engine.documents.get<DayRecord>(paths.day(date));
    for (const { slotId, status } of Object.values(day?.slots ?? {})) known.set(slotId, status);
  }
  return known;
}

/** A watchdog that was away for long catches up in bounded steps; within two days everything is looked at again. */
function sweptRange(watch: WatchRecord, now: Instant): { since: Instant; until: Instant } {
  const mark = watch.sweptUntil < now ? watch.sweptUntil : now;
  const since = plusSeconds(mark, -LOOK_BACK_SECONDS);
  const most = plusSeconds(since, CATCH_UP_SECONDS);
  return { since, until: most < now ? most : now };
}

type Tally = { started: string[]; resumed: string[]; woken: string[]; closed: string[] };

async function sweepSlot(engine: Engine, slot: Slot, now: Instant, lockdown: Lockdown, tally: Tally): Promise<true> {
  const record = await engine.documents.get<SlotRecord>(paths.slot(slot.slotId));
  if (record?.status === 'concluded') return true;
  if (record?.status === 'running') {
    if (isLeaseLive(record.lease, now)) return true;
    if (await tendShards(engine, record, now)) return true;
    tally.resumed.push(runIdOf(slot.slotId, record.attempt));
    await publish(engine, slot, { trigger: 'sweep' });
    return true;
  }
  if (now > startClosesAt(slot)) {
    const closed = await closeUnstarted(engine, slot);
    if (closed !== undefined) tally.closed.push(`${slot.slotId} ${closed.ending}`);
    return true;
  }
  if (record === undefined) {
    if (secondsBetween(slot.dueAt, now) < engine.configuration.alerts.missed_run_grace_s) return true;
    tally.started.push(slot.slotId);
    await publish(engine, slot, { trigger: 'sweep' });
    return true;
  }
  const day = (await engine.documents.get<DayRecord>(paths.day(dateOfSlot(slot)))) ?? emptyDay(dateOfSlot(slot));
  if (gateFor(slot, { day, lockdown, at: now }).kind === 'wait') return true;
  tally.woken.push(slot.slotId);
  await publish(engine, slot, { trigger: 'sweep' });
  return true;
}

async function publish(engine: Engine, slot: Slot, body: { trigger: 'sweep' }): Promise<void> {
  await engine.publisher.trigger(slot.phase, { phase: slot.phase, slot: toSeconds(slot.dueAt), ...body });
}

/** More than this in one tick would let a broken sender eat the tick; the rest is the next one's. */
const DELIVER_PER_TICK = 50;

async function deliverOwed(engine: Engine): Promise<{ readonly found: number; readonly delivered: number }> {
  const owed = await engine.documents.query<OutboxRecord>('outbox', { limit: DELIVER_PER_TICK });
  let delivered = 0;
  for (const { data } of owed) {
    if (await deliver(engine, data)) delivered += 1;
  }
  return { found: owed.length, delivered };
}
