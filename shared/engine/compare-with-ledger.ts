import { type Audit, differences, EMPTY_AUDIT, fold } from '../domain/audit.ts';
import type { DayRecord } from '../domain/day.ts';
import type { Escalation } from '../domain/escalation.ts';
import { EMPTY_HEAD, type LedgerEntry, type LedgerHead } from '../domain/ledger.ts';
import { type Lockdown, lock, NO_LOCKDOWN } from '../domain/lockdown.ts';
import { dateOf, type Instant, plusSeconds } from '../domain/time.ts';
import type { Transaction } from '../ports/documents.ts';
import type { Engine } from './engine.ts';
import { type OverridesRecord, paths, type WaiversRecord, writeLedger } from './records.ts';
import { transact } from './transact.ts';

export const AUDIT_PATH = 'controls/audit';
/** New entries read in one tick; an ordinary day makes about thirty. */
const ENTRIES_PER_TICK = 200;

export interface AuditRecord {
  readonly audit: Audit;
  /** The differences already told: one escalation for one cause. */
  readonly told: readonly string[];
}

/** What is compared: the controls, and how far the ledger was folded. */
export interface Controlled {
  readonly record: AuditRecord | undefined;
  readonly head: LedgerHead | undefined;
  readonly lockdown: Lockdown;
  readonly overrides: OverridesRecord | undefined;
  readonly waivers: WaiversRecord | undefined;
  readonly days: readonly (DayRecord | undefined)[];
}

/** Whether the ledger has nothing new and nothing differs that was not told: then comparing would change nothing. */
export function isAsTheLedgerSays(controlled: Controlled): boolean {
  const { record, head } = controlled;
  if (record === undefined || record.audit.seq !== (head?.seq ?? 0)) return false;
  return differencesIn(record.audit, controlled).every((difference) => record.told.includes(difference));
}

const differencesIn = (audit: Audit, { lockdown, overrides, waivers, days }: Omit<Controlled, 'record' | 'head'>) =>
  differences(audit, {
    lockdown,
    overrideIds: (overrides?.items ?? []).map(({ id }) => id),
    waiverIds: (waivers?.items ?? []).map(({ id }) => id),
    holds: days.flatMap((day) => (day === undefined ? [] : [{ date: day.date, hold: day.hold }])),
  });

/**
 * IAM stops at the database: whoever may write one document may write all of them. So what the controls say is compared
 * with what the ledger's acts make of them; a difference locks down and tells security.
 */
export async function compareWithLedger(engine: Engine): Promise<readonly string[]> {
  return transact(engine, async (transaction) => {
    const [record, head] = await transaction.getAll<[AuditRecord, LedgerHead]>([AUDIT_PATH, paths.head]);
    const at = transaction.readAt;
    const dates = [dateOf(plusSeconds(at, -86_400)), dateOf(at)];
    const [lockdown, overrides, waivers, ...days] = await transaction.getAll<
      [Lockdown, OverridesRecord, WaiversRecord, DayRecord, DayRecord]
    >([paths.lockdown, paths.overrides, paths.waivers, paths.day(dates[0] ?? ''), paths.day(dates[1] ?? '')]);
    const folded = await foldNew(transaction, record?.audit ?? EMPTY_AUDIT, head?.seq ?? 0);
    // With entries still to be folded the comparison would be unfair; the next tick goes on.
    if (typeof folded !== 'string' && folded.seq < (head?.seq ?? 0)) {
      transaction.set(AUDIT_PATH, { audit: folded, told: record?.told ?? [] } satisfies AuditRecord);
      return [];
    }
    const found =
      typeof folded === 'string'
        ? [folded]
        : differencesIn(folded, { lockdown: lockdown ?? NO_LOCKDOWN, overrides, waivers, days });
    const fresh = found.filter((difference) => !(record?.told ?? []).includes(difference));
    const audit = typeof folded === 'string' ? (record?.audit ?? EMPTY_AUDIT) : folded;
    if (fresh.length === 0) {
      if (audit.seq !== record?.audit.seq) transaction.set(AUDIT_PATH, { audit, told: found } satisfies AuditRecord);
      return [];
    }
    lockForTampering(transaction, { head: head ?? EMPTY_HEAD, lockdown: lockdown ?? NO_LOCKDOWN, found: fresh, at });
    transaction.set(AUDIT_PATH, { audit, told: found } satisfies AuditRecord);
    return fresh;
  });
}

async function foldNew(transaction: Transaction, audit: Audit, until: number): Promise<Audit | string> {
  const count = Math.min(until - audit.seq, ENTRIES_PER_TICK);
  if (count < 0) return `the ledger's head is ${until}; entries up to ${audit.seq} were seen before`;
  if (count === 0) return audit;
  const wanted = Array.from({ length: count }, (_, index) => paths.ledger(audit.seq + 1 + index));
  const entries = await transaction.getAll<LedgerEntry[]>(wanted);
  let current = audit;
  for (const entry of entries) {
    const next = fold(current, entry);
    if (typeof next === 'string') return next;
    current = next;
  }
  return current;
}

interface Found {
  readonly head: LedgerHead;
  readonly lockdown: Lockdown;
  readonly found: readonly string[];
  readonly at: Instant;
}

function lockForTampering(transaction: Transaction, { head, lockdown, found, at }: Found): void {
  const id = `tampering~${at}`;
  const reason = `state without its act in the ledger: ${found.join('; ')}`.slice(0, 500);
  const next = lock(
    lockdown,
    { cause: 'tampering', reason, slotId: null, findingIds: [], escalationId: id, setBy: 'watchdog' },
    at,
  );
  if (next !== lockdown) {
    transaction.set(paths.lockdown, next);
    const line = {
      kind: 'lockdown-set',
      subject: `epoch ${next.epoch}`,
      actor: 'watchdog',
      detail: { cause: 'tampering', found },
    };
    writeLedger(transaction, head, [line], at);
  }
  const escalation: Escalation = {
    id,
    cause: reason,
    routes: ['security'],
    severity: 'critical',
    title: 'state was changed without an act in the ledger',
    phase: null,
    slotId: null,
    runId: null,
    since: at,
    findings: found.map((message) => ({
      id: 'ledger-comparison',
      message,
      remedy: 'find who wrote it in the data access logs',
    })),
    rolledBack: [],
    nextStep: 'treat it as an intrusion: docs/runbook.md says how',
    acknowledgedAt: null,
    joined: [],
  };
  transaction.set(paths.escalation(id), escalation);
  transaction.set(paths.outbox(id), { id, createdAt: at, points: [], escalations: [id], wakes: [], reports: [] });
}
