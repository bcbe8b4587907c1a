import { type DayRecord, emptyDay } from '../domain/day.ts';
import {
  appendEntry,
  EMPTY_HEAD,
  type LedgerEntry,
  type LedgerHead,
  type LedgerLine,
  ledgerId,
} from '../domain/ledger.ts';
import { type Lockdown, NO_LOCKDOWN } from '../domain/lockdown.ts';
import type { Override, Waiver } from '../domain/override.ts';
import type { SlotRecord } from '../domain/run.ts';
import { dateOfSlot, type Slot } from '../domain/slot.ts';
import type { Instant } from '../domain/time.ts';
import type { Transaction } from '../ports/documents.ts';

/** Where each document lives. */
export const paths = {
  slot: (slotId: string) => `slots/${slotId}`,
  attempt: (slotId: string, attempt: number) => `slots/${slotId}/attempts/${attempt}`,
  operations: (slotId: string, attempt: number) => `slots/${slotId}/attempts/${attempt}/operations`,
  operation: (slotId: string, attempt: number, name: string) =>
    `slots/${slotId}/attempts/${attempt}/operations/${name}`,
  cursor: (slotId: string, attempt: number, name: string) => `slots/${slotId}/attempts/${attempt}/cursors/${name}`,
  fanOut: (slotId: string, attempt: number, id: string) => `slots/${slotId}/attempts/${attempt}/fan-outs/${id}`,
  shard: (slotId: string, attempt: number, id: string) => `slots/${slotId}/attempts/${attempt}/shards/${id}`,
  effects: (slotId: string, attempt: number) => `slots/${slotId}/attempts/${attempt}/effects`,
  effect: (slotId: string, attempt: number, effectId: string) =>
    `slots/${slotId}/attempts/${attempt}/effects/${effectId}`,
  day: (date: string) => `days/${date}`,
  lockdown: 'controls/lockdown',
  overrides: 'controls/overrides',
  waivers: 'controls/waivers',
  head: 'controls/head',
  anchor: 'controls/anchor',
  lastKnownGood: 'revisions/lastKnownGood',
  ledger: (seq: number) => `ledger/${ledgerId(seq)}`,
  outbox: (id: string) => `outbox/${id}`,
  escalation: (id: string) => `escalations/${id}`,
  counter: (id: string) => `counters/${id}`,
  rehearsal: (id: string) => `rehearsals/${id}`,
  quarantine: (id: string) => `quarantine/${id}`,
} as const;

/** The documents that decide almost everything, read together in one transaction. */
export interface Core {
  readonly slot: SlotRecord | undefined;
  readonly day: DayRecord;
  readonly lockdown: Lockdown;
  readonly head: LedgerHead;
  readonly at: Instant;
}

export async function readCore(transaction: Transaction, slot: Slot): Promise<Core> {
  const date = dateOfSlot(slot);
  const [record, day, lockdown, head] = await transaction.getAll<[SlotRecord, DayRecord, Lockdown, LedgerHead]>([
    paths.slot(slot.slotId),
    paths.day(date),
    paths.lockdown,
    paths.head,
  ]);
  return {
    slot: record,
    day: day ?? emptyDay(date),
    lockdown: lockdown ?? NO_LOCKDOWN,
    head: head ?? EMPTY_HEAD,
    at: transaction.readAt,
  };
}

/** Appends lines to the ledger, once in a commit, and returns the entries that they became. */
export function writeLedger(
  transaction: Transaction,
  head: LedgerHead,
  lines: readonly LedgerLine[],
  at: Instant,
): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  let current = head;
  for (const line of lines) {
    const appended = appendEntry(current, line, at);
    transaction.create(paths.ledger(appended.entry.seq), appended.entry);
    entries.push(appended.entry);
    current = appended.head;
  }
  transaction.set(paths.head, current);
  return entries;
}

export interface OverridesRecord {
  readonly items: readonly Override[];
}
export interface WaiversRecord {
  readonly items: readonly Waiver[];
  /** First acts on critical guardrails, waiting for a second person. */
  readonly proposals: readonly Waiver[];
}
