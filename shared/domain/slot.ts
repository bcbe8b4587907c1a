import { type Phase, type PhaseName, phaseNamed } from './catalog.ts';
import { cronOf, instantsBetween, nextInstant, previousInstant } from './cron.ts';
import { UsageError } from './errors.ts';
import { dateOf, type Instant, parseInstant, plusSeconds, toMinutes, toSeconds } from './time.ts';

/** The instant a phase is for, as an id: `high-noon-sync@2026-11-23T12:00Z`. */
export type SlotId = string;

export interface Slot {
  readonly slotId: SlotId;
  readonly phase: PhaseName;
  readonly dueAt: Instant;
}

/** Scheduler's and Pub/Sub's clocks may run ahead of the schedule by this much. */
export const EARLY_CLOCK_SECONDS = 60;

export const makeSlot = (phase: PhaseName, dueAt: Instant): Slot => ({
  slotId: `${phase}@${toMinutes(dueAt)}`,
  phase,
  dueAt,
});

/** Undefined when the text is not the id of an instant that the phase's schedule really has. */
export function parseSlotId(text: string): Slot | undefined {
  const [name = '', time = ''] = text.split('@');
  const dueAt = parseInstant(time);
  const phase = phaseNamed(name);
  return dueAt === undefined || phase === undefined || `${name}@${toMinutes(dueAt)}` !== text
    ? undefined
    : slotAt(phase.name, dueAt);
}

/** The slot of the phase at exactly that instant, if its schedule has one. */
export function slotAt(name: PhaseName, dueAt: Instant): Slot | undefined {
  const phase = required(name);
  return previousInstant(cronOf(phase.cron), dueAt) === dueAt ? makeSlot(name, dueAt) : undefined;
}

/** The slot that a message published at this time is for: the newest at or before it. */
export function newestSlot(name: PhaseName, publishedAt: Instant): Slot {
  const dueAt = previousInstant(cronOf(required(name).cron), plusSeconds(publishedAt, EARLY_CLOCK_SECONDS));
  if (dueAt === undefined) throw new UsageError(`phase ${name}: its schedule has no instant before ${publishedAt}`);
  return makeSlot(name, dueAt);
}

/** The first slot of the phase strictly after `at`. */
export function nextSlot(name: PhaseName, at: Instant): Slot {
  const dueAt = nextInstant(cronOf(required(name).cron), at);
  if (dueAt === undefined) throw new UsageError(`phase ${name}: its schedule has no instant after ${at}`);
  return makeSlot(name, dueAt);
}

/** All slots of the phase with `from <= dueAt < to`, in order. */
export function slotsBetween(name: PhaseName, from: Instant, to: Instant): Slot[] {
  return instantsBetween(cronOf(required(name).cron), from, to).map((at) => makeSlot(name, at));
}

export function slotsOfDate(name: PhaseName, date: string): Slot[] {
  const from = `${date}T00:00:00.000Z`;
  return slotsBetween(name, from, plusSeconds(from, 86_400));
}

/** Until when a first attempt may start. */
export const startClosesAt = (slot: Slot): Instant => plusSeconds(slot.dueAt, required(slot.phase).startWindowSeconds);
/** Until when a rerun may start. */
export const rerunClosesAt = (slot: Slot): Instant => plusSeconds(slot.dueAt, required(slot.phase).rerunWindowSeconds);
/** After it no forward effect may begin. Only noon has one; other phases: the end of their last window and budget. */
export function effectDeadlineOf(slot: Slot): Instant {
  const phase = required(slot.phase);
  return plusSeconds(slot.dueAt, phase.effectDeadlineSeconds ?? phase.rerunWindowSeconds + phase.budgetSeconds);
}

export const dateOfSlot = (slot: Slot): string => dateOf(slot.dueAt);
export const runIdOf = (slotId: SlotId, attempt: number): string => `${slotId}#${attempt}`;

/** Splits `slotId#attempt`; undefined when malformed. */
export function parseRunId(runId: string): { slot: Slot; attempt: number } | undefined {
  const match = /^(.+)#([1-9]\d{0,3})$/.exec(runId);
  const slot = match?.[1] === undefined ? undefined : parseSlotId(match[1]);
  return slot === undefined ? undefined : { slot, attempt: Number(match?.[2]) };
}

function required(name: PhaseName): Phase {
  const phase = phaseNamed(name);
  if (phase === undefined) throw new UsageError(`phase '${String(name)}' is not in the catalog`);
  return phase;
}

type Time = string | Date;
function toInstant(time: Time): Instant {
  const parsed =
    typeof time === 'string' ? parseInstant(time) : Number.isNaN(time.getTime()) ? undefined : time.toISOString();
  if (parsed === undefined)
    throw new UsageError(`time '${String(time)}': an RFC 3339 time such as 2026-11-24T12:00:00Z is allowed`);
  return parsed;
}

/** The first High Noon strictly after `time`, as `2026-11-24T12:00:00Z`. Throws UsageError on a time that is not one. */
export function nextHighNoon(time: Time): string {
  const next = nextInstant(cronOf(required('high-noon-sync').cron), toInstant(time));
  if (next === undefined) throw new UsageError(`time '${String(time)}': no noon follows it`);
  return toSeconds(next);
}

/** The slot id that a message for `phase`, published at `publishTime`, belongs to. Throws UsageError on an unknown phase. */
export function slotFor(phase: PhaseName, publishTime: Time): SlotId {
  return newestSlot(phase, toInstant(publishTime)).slotId;
}
