import { findSecret } from '../../domain/configuration/secrets.ts';
import type { DayRecord } from '../../domain/day.ts';
import { EMPTY_HEAD, type LedgerHead, type LedgerLine } from '../../domain/ledger.ts';
import { type Lockdown, NO_LOCKDOWN } from '../../domain/lockdown.ts';
import type { OutboxRecord } from '../../domain/outbox.ts';
import type { Instant } from '../../domain/time.ts';
import type { Transaction } from '../../ports/documents.ts';
import type { Engine } from '../engine.ts';
import { deliver, wakesAfter } from '../outbox.ts';
import { EMPTY_PAGE, entriesOf, PAGE_PATH, type PageSummary, pageAfterAct } from '../page-summary.ts';
import { type OverridesRecord, paths, type WaiversRecord, writeLedger } from '../records.ts';
import { transact } from '../transact.ts';

/** Who acts: a name that the caller has verified, never one that a message claims. */
export interface Actor {
  readonly name: string;
}

export type ActAnswer =
  | { readonly ok: true; readonly message: string; readonly detail: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly why: string };

export const refuse = (why: string): ActAnswer => ({ ok: false, why });

/** What an act decided to store; the frame adds the ledger line, and wakes whoever waited for it. */
export interface ActEffect {
  readonly writes: readonly { readonly path: string; readonly data: object }[];
  readonly lines: readonly LedgerLine[];
  readonly message: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly day?: DayRecord;
  readonly lockdown?: Lockdown;
  readonly escalations?: readonly string[];
}

/** What every act reads first. */
export interface ActState {
  readonly day: DayRecord | undefined;
  readonly lockdown: Lockdown;
  readonly at: Instant;
  readonly transaction: Transaction;
}

/**
 * One act of a person: a single commit with its line in the ledger. Reason and name are asked for before anything is
 * read, and a refusal writes nothing.
 */
export async function act(
  engine: Engine,
  who: Actor,
  reason: string,
  date: string,
  decide: (state: ActState) => Promise<ActEffect | string> | ActEffect | string,
): Promise<ActAnswer> {
  if (who.name.trim() === '') return refuse('a name is needed: who acts?');
  if (reason.trim() === '') return refuse('a reason is needed');
  // It would stand in the ledger for ever.
  const secret = findSecret(reason);
  if (secret !== undefined) return refuse(`the reason contains ${secret.kind}: say it without`);
  const id = `act~${engine.ids.unique()}`;
  const done = await transact(engine, async (transaction): Promise<ActEffect | string> => {
    const [day, lockdown, head, own, page] = await transaction.getAll<
      [DayRecord, Lockdown, LedgerHead, OutboxRecord, PageSummary]
    >([paths.day(date), paths.lockdown, paths.head, paths.outbox(id), PAGE_PATH]);
    const effect = await decide({ day, lockdown: lockdown ?? NO_LOCKDOWN, at: transaction.readAt, transaction });
    // The outbox document of this very act is there: the earlier, unknown commit did land.
    if (own !== undefined) return typeof effect === 'string' ? { writes: [], lines: [], message: 'done' } : effect;
    if (typeof effect === 'string') return effect;
    for (const { path, data } of effect.writes) transaction.set(path, data);
    writeLedger(transaction, head ?? EMPTY_HEAD, effect.lines, transaction.readAt);
    const entries = entriesOf(head ?? EMPTY_HEAD, effect.lines, transaction.readAt);
    transaction.set(PAGE_PATH, pageAfterAct(page ?? EMPTY_PAGE, entries, changedBy(effect)));
    const after = effect.day ?? day;
    const wakes =
      after === undefined ? [] : wakesAfter(after, effect.lockdown ?? lockdown ?? NO_LOCKDOWN, transaction.readAt);
    const owed: OutboxRecord = {
      id,
      createdAt: transaction.readAt,
      points: [],
      escalations: effect.escalations ?? [],
      wakes,
      reports: [],
    };
    transaction.set(paths.outbox(id), owed);
    return effect;
  });
  if (typeof done === 'string') return refuse(done);
  const owed = await engine.documents.get<OutboxRecord>(paths.outbox(id));
  if (owed !== undefined) await deliver(engine, owed);
  return { ok: true, message: done.message, detail: done.detail ?? {} };
}

/** The exceptions that the act changed: the page shows those in force. */
function changedBy({ writes }: ActEffect): Parameters<typeof pageAfterAct>[2] {
  const written = <T>(path: string) => writes.find((one) => one.path === path)?.data as T | undefined;
  const waivers = written<WaiversRecord>(paths.waivers);
  return {
    overrides: written<OverridesRecord>(paths.overrides)?.items,
    waivers: waivers?.items,
    proposals: waivers?.proposals,
  };
}
