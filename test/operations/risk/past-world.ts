import { PHASE_NAMES, type PhaseName } from '../../../shared/domain/catalog.ts';
import { type DayRecord, emptyDay, withSlot } from '../../../shared/domain/day.ts';
import { type Ending, exitCodeOf, isGood } from '../../../shared/domain/ending.ts';
import {
  appendEntry,
  EMPTY_HEAD,
  type LedgerEntry,
  type LedgerHead,
  type LedgerLine,
} from '../../../shared/domain/ledger.ts';
import type { Override, Waiver } from '../../../shared/domain/override.ts';
import type { Checkpoint, EffectRecord } from '../../../shared/domain/run.ts';
import { slotsOfDate } from '../../../shared/domain/slot.ts';
import { dateOf, type Instant, plusSeconds } from '../../../shared/domain/time.ts';
import type { HistoryPort } from '../../../shared/ports/history.ts';

export interface PastOptions {
  /** The first date that is stored. */
  readonly from: string;
  /** Slots due at or after it are not there yet. */
  readonly until: Instant;
  /** Dates on which nothing ran and nothing was stored. */
  readonly without?: readonly string[];
  readonly ending?: (phase: PhaseName, date: string) => Ending;
  /** How long a run takes, in seconds. */
  readonly seconds?: (phase: PhaseName, day: number) => number;
  readonly attempts?: (phase: PhaseName, date: string) => number;
  /** Results of the audit of a date, by guardrail. */
  readonly audit?: (date: string) => Readonly<Record<string, string>> | undefined;
  /** Acts of people, with their time. */
  readonly acts?: readonly (LedgerLine & { readonly at: Instant })[];
  readonly waivers?: readonly Waiver[];
  readonly overrides?: readonly Override[];
  /** What the newest attempt of a slot did. */
  readonly effects?: (slotId: string) => readonly EffectRecord[];
  /** Outputs of the weekly review of a date, by operation. */
  readonly reviews?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A stored past as the engine would have left it: days, and the ledger line of every ending. */
export function storedPast(
  options: PastOptions,
): HistoryPort & { readonly allDays: DayRecord[]; readonly entries: LedgerEntry[] } {
  const allDays: DayRecord[] = [];
  const lines: (LedgerLine & { at: Instant })[] = [...(options.acts ?? [])];
  const seconds = options.seconds ?? (() => 60);
  for (let date = options.from, index = 0; date <= dateOf(options.until); index += 1) {
    const slots = PHASE_NAMES.flatMap((phase) => slotsOfDate(phase, date)).filter(({ dueAt }) => dueAt < options.until);
    if (!(options.without ?? []).includes(date) && slots.length > 0) {
      let day = emptyDay(date);
      for (const slot of slots) {
        const ending = options.ending?.(slot.phase, date) ?? 'passed';
        const attempt = options.attempts?.(slot.phase, date) ?? 1;
        const concludedAt = plusSeconds(slot.dueAt, seconds(slot.phase, index));
        const verdict = ending === 'passed' || ending === 'degraded' || ending === 'failed' ? ending : null;
        day = withSlot(day, {
          slotId: slot.slotId,
          phase: slot.phase,
          attempt,
          status: 'concluded',
          ending,
          verdict,
          exitCode: exitCodeOf(ending, verdict),
          dueAt: slot.dueAt,
          startedAt: slot.dueAt,
          concludedAt,
          latenessSeconds: 0,
          reason: '',
          opensGate: isGood(ending),
        });
        const subject = `${slot.slotId}#${attempt}`;
        lines.push({ kind: 'attempt-concluded', subject, actor: 'engine', detail: { ending }, at: concludedAt });
      }
      allDays.push(day);
    }
    date = dateOf(plusSeconds(`${date}T00:00:00.000Z`, 86_400));
  }
  const entries = chain(lines.sort((a, b) => (a.at < b.at ? -1 : 1)));
  return {
    allDays,
    entries,
    days: async (from, to) => allDays.filter(({ date }) => date >= from && date < to),
    attempts: async () => [],
    checkpoints: async (slotId) => checkpointsOf(options, slotId),
    effects: async (slotId) => options.effects?.(slotId) ?? [],
    ledger: async (since) => entries.filter(({ at }) => at >= since),
    overrides: async () => options.overrides ?? [],
    waivers: async () => options.waivers ?? [],
  };
}

function chain(lines: readonly (LedgerLine & { at: Instant })[]): LedgerEntry[] {
  let head: LedgerHead = EMPTY_HEAD;
  return lines.map(({ at, ...line }) => {
    const appended = appendEntry(head, line, at);
    head = appended.head;
    return appended.entry;
  });
}

function checkpointsOf({ audit, reviews }: PastOptions, slotId: string): Checkpoint[] {
  const date = slotId.split('@')[1]?.slice(0, 10) ?? '';
  if (slotId.startsWith('weekly-risk-review'))
    return Object.entries(reviews?.[date] ?? {}).map(([operation, output]) =>
      checkpointOf(operation, { output: output as Checkpoint['output'] }),
    );
  const results = slotId.startsWith('t-30') ? audit?.(date) : undefined;
  if (results === undefined) return [];
  const list = Object.entries(results).map(([guardrail, result]) => ({ guardrail, result, severity: 'high' }));
  return [checkpointOf('audit-compliance', { output: { results: list } })];
}

export function checkpointOf(operation: string, change: Partial<Checkpoint> = {}): Checkpoint {
  const at = '2026-11-22T12:00:00.000Z';
  return {
    operation,
    index: 0,
    kind: 'check',
    failure: 'hard',
    verdict: 'passed',
    findings: [],
    evidence: [{ subject: 'anything', request: 'looked', observedAt: at }],
    output: null,
    startedAt: at,
    finishedAt: at,
    durationMs: 1,
    tries: 1,
    token: 1,
    ...change,
  };
}
