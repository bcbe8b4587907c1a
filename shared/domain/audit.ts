import type { Hold } from './hold.ts';
import type { Json } from './json.ts';
import { entryFault, GENESIS_HASH, type LedgerEntry } from './ledger.ts';
import type { Lockdown } from './lockdown.ts';

/** What the controls must be, folded from the ledger alone: state that no act explains was put there by somebody else. */
export interface Audit {
  /** Folded up to here. */
  readonly seq: number;
  readonly hash: string;
  readonly epoch: number;
  readonly isLocked: boolean;
  readonly holds: Readonly<Record<string, Hold['status']>>;
  readonly overrides: readonly string[];
  readonly waivers: readonly string[];
}

export const EMPTY_AUDIT: Audit = {
  seq: 0,
  hash: GENESIS_HASH,
  epoch: 0,
  isLocked: false,
  holds: {},
  overrides: [],
  waivers: [],
};

/** Holds of this many newest dates are remembered. */
const REMEMBERED_DATES = 7;

/** Folds the next entry; a string says why the chain does not continue with it. */
export function fold(audit: Audit, entry: LedgerEntry | undefined): Audit | string {
  const seq = audit.seq + 1;
  if (entry === undefined) return `ledger entry ${seq} is missing`;
  if (entryFault(entry, seq, audit.hash) !== undefined) return `ledger entry ${seq} does not continue the chain`;
  return { ...apply(audit, entry), seq, hash: entry.hash };
}

function apply(audit: Audit, { kind, subject }: LedgerEntry): Audit {
  const without = (ids: readonly string[]) => ids.filter((id) => id !== subject);
  switch (kind) {
    case 'lockdown-set':
      return { ...audit, isLocked: true, epoch: epochOf(subject) };
    case 'lockdown-released':
      return { ...audit, isLocked: false };
    case 'hold-set':
      return { ...audit, holds: remember(audit.holds, subject, 'active') };
    case 'hold-released':
      return { ...audit, holds: remember(audit.holds, subject, 'released') };
    case 'hold-expired':
      return { ...audit, holds: remember(audit.holds, subject, 'expired') };
    case 'override-granted':
      return { ...audit, overrides: [...audit.overrides, subject] };
    case 'override-expired':
      return { ...audit, overrides: without(audit.overrides) };
    case 'waiver-granted':
      return { ...audit, waivers: [...audit.waivers, subject] };
    case 'waiver-expired':
      return { ...audit, waivers: without(audit.waivers) };
    default:
      return audit;
  }
}

const epochOf = (subject: string): number => Number(/^epoch (\d+)$/.exec(subject)?.[1] ?? Number.NaN);

function remember(holds: Audit['holds'], date: string, status: Hold['status']): Audit['holds'] {
  const kept = Object.entries({ ...holds, [date]: status }).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(kept.slice(-REMEMBERED_DATES));
}

export interface AuditedState {
  readonly lockdown: Lockdown;
  readonly overrideIds: readonly string[];
  readonly waiverIds: readonly string[];
  readonly holds: readonly { readonly date: string; readonly hold: Hold | null }[];
}

/** What stands in the store and in no act, or the other way round. */
export function differences(audit: Audit, state: AuditedState): readonly string[] {
  const found: string[] = [];
  const differs = (what: string, stored: Json, told: Json) =>
    found.push(`${what}: the store says ${JSON.stringify(stored)}, the ledger ${JSON.stringify(told)}`);
  if (state.lockdown.active !== audit.isLocked) differs('lockdown in force', state.lockdown.active, audit.isLocked);
  if (state.lockdown.epoch !== audit.epoch) differs('lockdown epoch', state.lockdown.epoch, audit.epoch);
  for (const id of state.overrideIds) if (!audit.overrides.includes(id)) differs(`override ${id}`, 'granted', null);
  for (const id of state.waiverIds) if (!audit.waivers.includes(id)) differs(`waiver ${id}`, 'granted', null);
  for (const { date, hold } of state.holds) {
    const told = audit.holds[date] ?? null;
    if ((hold?.status ?? null) !== told) differs(`hold of ${date}`, hold?.status ?? null, told);
  }
  return found;
}
