import type { PhaseName } from './catalog.ts';
import type { Hold } from './hold.ts';
import type { SlotSummary } from './run.ts';
import { makeSlot } from './slot.ts';
import type { Ticket } from './ticket.ts';

/** Everything about one date that a gate, an intent or the operator page needs, in one document. */
export interface DayRecord {
  readonly date: string;
  /** By slot id; the summaries mirror the slots and change in the same commit. */
  readonly slots: Readonly<Record<string, SlotSummary>>;
  readonly ticket: Ticket | null;
  readonly hold: Hold | null;
  readonly scrubbed: boolean;
  /** No last known good was stored when this day's T-90 began. */
  readonly genesis: boolean;
  /** Services that the newest judging phase found degraded or worse. */
  readonly degradedServices: readonly string[];
}

export const emptyDay = (date: string): DayRecord => ({
  date,
  slots: {},
  ticket: null,
  hold: null,
  scrubbed: false,
  genesis: false,
  degradedServices: [],
});

/** The daily chain, in order: at most one of them works at a time. */
export const CHAIN = ['t-90-prep', 't-30-final-check', 'high-noon-sync'] as const satisfies readonly PhaseName[];
export type ChainPhase = (typeof CHAIN)[number];
export const isChainPhase = (phase: PhaseName): phase is ChainPhase => (CHAIN as readonly PhaseName[]).includes(phase);

const TIMES: Record<ChainPhase, string> = {
  't-90-prep': '10:30',
  't-30-final-check': '11:30',
  'high-noon-sync': '12:00',
};

/** The chain's slot of that date. The times are the catalog's, held equal by a test. */
export const chainSlot = (phase: ChainPhase, date: string) => makeSlot(phase, `${date}T${TIMES[phase]}:00.000Z`);

export const summaryOf = (day: DayRecord, phase: ChainPhase): SlotSummary | undefined =>
  day.slots[chainSlot(phase, day.date).slotId];

/** Concluded with a good ending that opens gates, in its newest attempt. */
export function isGoPhase(day: DayRecord, phase: ChainPhase): boolean {
  return summaryOf(day, phase)?.opensGate === true;
}

export const withSlot = (day: DayRecord, summary: SlotSummary): DayRecord => ({
  ...day,
  slots: { ...day.slots, [summary.slotId]: summary },
});

/** The chain phase other than this one that works now, if any. */
export function activeChainSlot(day: DayRecord, except: string): SlotSummary | undefined {
  return CHAIN.map((phase) => summaryOf(day, phase)).find(
    (summary) => summary?.status === 'running' && summary.slotId !== except,
  );
}
