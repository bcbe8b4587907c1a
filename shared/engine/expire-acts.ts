import type { DayRecord } from '../domain/day.ts';
import { chainSlot } from '../domain/day.ts';
import { isHeld } from '../domain/hold.ts';
import { EMPTY_HEAD, type LedgerHead, type LedgerLine } from '../domain/ledger.ts';
import { rerunClosesAt } from '../domain/slot.ts';
import { dateOf, type Instant, plusSeconds } from '../domain/time.ts';
import type { Engine } from './engine.ts';
import { type OverridesRecord, paths, type WaiversRecord, writeLedger } from './records.ts';
import { transact } from './transact.ts';

type Acts = { readonly overrides: OverridesRecord | undefined; readonly waivers: WaiversRecord | undefined };

/** Whether there is anything that `expireActs` would take away. */
export function hasExpired(
  { overrides, waivers }: Acts,
  days: readonly (DayRecord | undefined)[],
  now: Instant,
): boolean {
  const isOver = (one: { readonly until: Instant }) => one.until <= now;
  if ((overrides?.items ?? []).some(isOver) || (waivers?.items ?? []).some(isOver)) return true;
  return days.some((day) => day !== undefined && isHeld(day.hold) && now > closesAt(day.date));
}

const closesAt = (date: string): Instant => rerunClosesAt(chainSlot('high-noon-sync', date));

/** Takes expired overrides, waivers and holds out of the way, each with its line in the ledger. They counted for nothing already. */
export async function expireActs(engine: Engine): Promise<void> {
  await transact(engine, async (transaction) => {
    const [overrides, waivers, head] = await transaction.getAll<[OverridesRecord, WaiversRecord, LedgerHead]>([
      paths.overrides,
      paths.waivers,
      paths.head,
    ]);
    const at = transaction.readAt;
    const isOver = (one: { readonly until: Instant }) => one.until <= at;
    const overOverrides = (overrides?.items ?? []).filter(isOver);
    const overWaivers = (waivers?.items ?? []).filter(isOver);
    if (overOverrides.length + overWaivers.length === 0) return;
    const line = (kind: string, id: string): LedgerLine => ({ kind, subject: id, actor: 'engine', detail: null });
    const lines = [
      ...overOverrides.map(({ id }) => line('override-expired', id)),
      ...overWaivers.map(({ id }) => line('waiver-expired', id)),
    ];
    if (overrides !== undefined)
      transaction.set(paths.overrides, { items: overrides.items.filter((one) => !isOver(one)) });
    if (waivers !== undefined)
      transaction.set(paths.waivers, { ...waivers, items: waivers.items.filter((one) => !isOver(one)) });
    writeLedger(transaction, head ?? EMPTY_HEAD, lines, at);
  });
  const now = engine.clock.now();
  for (const date of [dateOf(plusSeconds(now, -86_400)), dateOf(now)]) await expireHold(engine, date);
}

async function expireHold(engine: Engine, date: string): Promise<void> {
  const known = await engine.documents.get<DayRecord>(paths.day(date));
  if (!isHeld(known?.hold ?? null) || engine.clock.now() <= closesAt(date)) return;
  await transact(engine, async (transaction) => {
    const [day, head] = await transaction.getAll<[DayRecord, LedgerHead]>([paths.day(date), paths.head]);
    const noon = chainSlot('high-noon-sync', date);
    // The hold says why the day is scrubbed: it is not taken away before noon has been concluded for it.
    if (
      day === undefined ||
      !isHeld(day.hold) ||
      day.slots[noon.slotId]?.status !== 'concluded' ||
      transaction.readAt <= closesAt(date)
    )
      return;
    const { status: _active, ...hold } = day.hold;
    transaction.set(paths.day(date), {
      ...day,
      hold: { ...hold, status: 'expired', expiredAt: transaction.readAt },
    } satisfies DayRecord);
    writeLedger(
      transaction,
      head ?? EMPTY_HEAD,
      [{ kind: 'hold-expired', subject: date, actor: 'engine', detail: null }],
      transaction.readAt,
    );
  });
}
