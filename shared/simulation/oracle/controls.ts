import type { DayRecord } from '../../domain/day.ts';
import type { LedgerEntry, LedgerHead } from '../../domain/ledger.ts';
import { GENESIS_HASH } from '../../domain/ledger.ts';
import type { Lockdown } from '../../domain/lockdown.ts';
import type { SlotRecord } from '../../domain/run.ts';
import { runIdOf } from '../../domain/slot.ts';
import type { Commit } from '../documents.ts';
import type { OracleState } from './state.ts';

/** The lockdown changed. */
export function onLockdown(state: OracleState, before: Lockdown | undefined, after: Lockdown): void {
  const epoch = before?.epoch ?? 0;
  state.demand(after.epoch >= epoch, 'I18', () => `the lockdown epoch fell from ${epoch} to ${after.epoch}`);
  const setsAnew = after.active && (before?.active !== true || before.cause !== after.cause);
  state.demand(
    !setsAnew || after.epoch === epoch + 1,
    'I18',
    () => `a lockdown was set in epoch ${after.epoch} after ${epoch}`,
  );
  if (before?.active !== true || after.active) return;
  const { released } = after;
  const people = new Set(released?.by ?? []);
  const isReleasedWell =
    released !== null &&
    released.reason.trim() !== '' &&
    after.epoch === before.epoch &&
    !people.has(before.setBy) &&
    people.size >= (before.cause === 'compliance' ? 2 : 1);
  state.demand(
    isReleasedWell,
    'I18',
    () => `the lockdown of epoch ${epoch} (${before.cause}) was lifted by ${[...people].join(', ')}`,
  );
}

/** The ledger's head changed: its entries are in the same commit, one after the other. */
export function onHead(
  state: OracleState,
  before: LedgerHead | undefined,
  after: LedgerHead,
  { writes }: Commit,
): void {
  let { seq, hash } = before ?? { seq: 0, hash: GENESIS_HASH };
  for (const { path, data, kind } of writes) {
    if (!path.startsWith('ledger/')) continue;
    const entry = data as LedgerEntry;
    state.demand(
      kind === 'create' && entry.seq === seq + 1 && entry.previous === hash,
      'I25',
      () => `ledger entry ${entry.seq} does not follow entry ${seq}`,
    );
    seq = entry.seq;
    hash = entry.hash;
  }
  state.demand(
    after.seq === seq && after.hash === hash,
    'I25',
    () => `the ledger's head says ${after.seq}, its last entry is ${seq}`,
  );
  state.demand(after.token >= (before?.token ?? 0), 'I4', () => `the newest token fell to ${after.token}`);
}

/** Every transition has its line in the commit that makes it. */
export function checkLines(state: OracleState, { writes, before }: Commit): void {
  let kinds: Set<string> | undefined;
  const demandLine = (kind: string, subject: string): void => {
    kinds ??= new Set(
      writes.flatMap(({ path, data }) => {
        if (!path.startsWith('ledger/')) return [];
        const entry = data as LedgerEntry;
        return [`${entry.kind} ${entry.subject}`];
      }),
    );
    state.demand(kinds.has(`${kind} ${subject}`), 'I25', () => `${kind} of ${subject} has no line in the ledger`);
  };
  for (const [index, { path, data }] of writes.entries()) {
    const old = before[index];
    if (data === undefined) continue;
    if (path.startsWith('slots/') && path.indexOf('/', 6) === -1)
      slotLines(old as SlotRecord | undefined, data as SlotRecord, demandLine);
    else if (path === 'controls/lockdown') lockdownLines(old as Lockdown | undefined, data as Lockdown, demandLine);
    else if (path.startsWith('days/')) holdLines(old as DayRecord | undefined, data as DayRecord, demandLine);
  }
}

type Demand = (kind: string, subject: string) => void;

function slotLines(before: SlotRecord | undefined, after: SlotRecord, demandLine: Demand): void {
  const runId = runIdOf(after.slotId, after.attempt);
  if (after.status === 'waiting' && before === undefined) demandLine('slot-waiting', after.slotId);
  if (after.status === 'running' && (before?.status !== 'running' || before.attempt !== after.attempt))
    demandLine('attempt-started', runId);
  if (after.status === 'running' && after.rollback !== null && before?.status === 'running' && before.rollback === null)
    demandLine('rollback-begun', runId);
  if (after.status === 'concluded') demandLine('attempt-concluded', runId);
}

function lockdownLines(before: Lockdown | undefined, after: Lockdown, demandLine: Demand): void {
  const subject = `epoch ${after.epoch}`;
  if (after.active && after.epoch !== (before?.epoch ?? 0)) demandLine('lockdown-set', subject);
  if (!after.active && before?.active === true) demandLine('lockdown-released', subject);
}

function holdLines(before: DayRecord | undefined, after: DayRecord, demandLine: Demand): void {
  const status = after.hold?.status;
  if (status === undefined || status === before?.hold?.status) return;
  demandLine(status === 'active' ? 'hold-set' : `hold-${status}`, after.date);
}
