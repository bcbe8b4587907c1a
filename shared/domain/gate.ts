import type { PhaseName } from './catalog.ts';
import {
  activeChainSlot,
  type ChainPhase,
  chainSlot,
  type DayRecord,
  isChainPhase,
  isGoPhase,
  summaryOf,
} from './day.ts';
import { isJudged } from './ending.ts';
import { unreachable } from './errors.ts';
import { isHeld } from './hold.ts';
import type { Lockdown } from './lockdown.ts';
import { lockState } from './permissions.ts';
import { type Slot, startClosesAt } from './slot.ts';
import type { Instant } from './time.ts';

/** Whether a phase may start now, with the reason. Pure: the same state gives the same answer. */
export type GateAnswer =
  | { readonly kind: 'open' }
  /** Something upstream is not settled yet; its settling wakes this slot. */
  | { readonly kind: 'wait'; readonly waitsFor: string }
  /** It never will, in this state: the slot concludes `refused` at once. */
  | { readonly kind: 'refuse'; readonly why: string };

export interface GateState {
  readonly day: DayRecord;
  readonly lockdown: Lockdown;
  readonly at: Instant;
}

const OPEN: GateAnswer = { kind: 'open' };
const wait = (waitsFor: string): GateAnswer => ({ kind: 'wait', waitsFor });

/** The gate of a first attempt. */
export function gateFor(slot: Slot, state: GateState): GateAnswer {
  if (!isChainPhase(slot.phase)) return besideNoon(slot, state);
  if (lockState(state.lockdown, state.day) === 'lockdown') {
    return { kind: 'refuse', why: `lockdown (epoch ${state.lockdown.epoch}): ${state.lockdown.reason}` };
  }
  return chainGate(slot.phase, slot, state);
}

function chainGate(phase: ChainPhase, slot: Slot, state: GateState): GateAnswer {
  const active = activeChainSlot(state.day, slot.slotId);
  if (active !== undefined) return wait(`${active.slotId} to conclude`);
  switch (phase) {
    case 't-90-prep':
      return OPEN;
    case 't-30-final-check':
      return upstreamGo('t-90-prep', state.day);
    case 'high-noon-sync':
      return noonGate(state);
    default:
      return unreachable(phase, 'chain phase');
  }
}

function upstreamGo(phase: ChainPhase, day: DayRecord): GateAnswer {
  if (isGoPhase(day, phase)) return OPEN;
  const summary = summaryOf(day, phase);
  return wait(
    summary?.status === 'concluded'
      ? `${phase} to be rerun and pass (it ended ${summary.ending})`
      : `${phase} to conclude`,
  );
}

function noonGate({ day }: GateState): GateAnswer {
  for (const phase of ['t-90-prep', 't-30-final-check'] as const) {
    const answer = upstreamGo(phase, day);
    if (answer.kind !== 'open') return answer;
  }
  if (isHeld(day.hold)) return wait(`a person to release the hold (${day.hold.reason})`);
  // A ticket that is void or used is not waited for: noon starts, says so and fails with zero intents.
  return day.ticket === null ? wait('a go ticket') : OPEN;
}

/** The weekly review and the noon snapshot stay out of the way of noon: late, never in mid-sync. */
function besideNoon(slot: Slot, { day, at }: GateState): GateAnswer {
  const noon = chainSlot('high-noon-sync', day.date);
  if (slot.dueAt !== noon.dueAt) return OPEN;
  const summary = summaryOf(day, 'high-noon-sync');
  if (summary?.status === 'concluded') return OPEN;
  if (summary?.status === 'running') return wait(`${noon.slotId} to conclude`);
  return at > startClosesAt(noon) ? OPEN : wait(`${noon.slotId} to conclude, or its window to close`);
}

/** How an unstarted slot ends when its window closes. */
export function unstartedEnding(
  slot: Slot,
  day: DayRecord,
): { ending: 'missed' | 'skipped' | 'scrubbed'; reason: string } {
  const upstream = upstreamOf(slot.phase);
  const finalCheck = summaryOf(day, 't-30-final-check')?.ending ?? null;
  // A hold scrubs the day only when there was a go decision to hold; with T-30 never judged the day was already lost upstream.
  if (slot.phase === 'high-noon-sync' && isHeld(day.hold) && finalCheck !== null && isJudged(finalCheck))
    return { ending: 'scrubbed', reason: `the hold was not released in time (${day.hold.reason})` };
  const blocking = upstream.find((phase) => !isGoPhase(day, phase));
  if (blocking === undefined) return { ending: 'missed', reason: 'nothing started it in its window' };
  const cause = summaryOf(day, blocking);
  const why = cause?.reason === undefined || cause.reason === '' ? '' : `: ${cause.reason}`;
  return { ending: 'skipped', reason: `${blocking} ended ${cause?.ending ?? 'not at all'}${why}` };
}

function upstreamOf(phase: PhaseName): readonly ChainPhase[] {
  switch (phase) {
    case 't-30-final-check':
      return ['t-90-prep'];
    case 'high-noon-sync':
      return ['t-90-prep', 't-30-final-check'];
    case 't-90-prep':
    case 'weekly-risk-review':
    case 'snapshot-orchestration':
      return [];
    default:
      return unreachable(phase, 'phase');
  }
}
