import { PHASE_NAMES } from '../../../shared/domain/catalog.ts';
import { type DayRecord, emptyDay } from '../../../shared/domain/day.ts';
import { gateFor } from '../../../shared/domain/gate.ts';
import { type Lockdown, NO_LOCKDOWN } from '../../../shared/domain/lockdown.ts';
import { activeWaivers } from '../../../shared/domain/override.ts';
import { nextHighNoon, slotsOfDate } from '../../../shared/domain/slot.ts';
import { dateOf } from '../../../shared/domain/time.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { type OverridesRecord, paths, type WaiversRecord } from '../../../shared/engine/records.ts';
import { dateOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, storeOption } from '../open-runtime.ts';
import { markOf } from '../render/run.ts';

export const statusCommand: Command = {
  name: 'status',
  usage: 'status [--date D]',
  summary: "the day's slots, verdicts, gates, hold, lockdown, ticket",
  options: { date: { type: 'string', value: 'D', help: 'default: today, by the clock of the data folder' } },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    if (storeOption(args) === 'firestore') {
      const { statusFromOperator } = await import('../cloud/look.ts');
      return statusFromOperator(args, output);
    }
    const at = localTime(dataFolder(args), undefined);
    const runtime = await openLocal(args, output, at);
    try {
      const view = await statusView(runtime.engine, dateOption(args, 'date') ?? dateOf(at));
      for (const line of renderStatus(view)) output.line(line);
      output.document(view);
      return 0;
    } finally {
      await runtime.close();
    }
  },
};

export type StatusView = Awaited<ReturnType<typeof statusView>>;

/** `highnoon.status/1`, from one document for the day and the controls. */
export async function statusView(engine: Engine, date: string) {
  const [stored, lockdown, overrides, waivers] = await Promise.all([
    engine.documents.get<DayRecord>(paths.day(date)),
    engine.documents.get<Lockdown>(paths.lockdown),
    engine.documents.get<OverridesRecord>(paths.overrides),
    engine.documents.get<WaiversRecord>(paths.waivers),
  ]);
  const day = stored ?? emptyDay(date);
  const now = engine.clock.now();
  const state = { day, lockdown: lockdown ?? NO_LOCKDOWN, at: now };
  const slots = PHASE_NAMES.flatMap((phase) => slotsOfDate(phase, date))
    .sort((a, b) => (a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : 0))
    .map((slot) => {
      const known = day.slots[slot.slotId];
      return {
        slot: slot.slotId,
        phase: slot.phase,
        runId: known === undefined ? null : `${slot.slotId}#${known.attempt}`,
        attempt: known?.attempt ?? null,
        status: known?.status ?? ('none' as const),
        ending: known?.ending ?? null,
        verdict: known?.verdict ?? null,
        exitCode: known?.exitCode ?? null,
        dueAt: slot.dueAt,
        latenessSeconds: known?.latenessSeconds ?? null,
        reason: known?.reason ?? '',
        gate: known?.status === 'concluded' || known?.status === 'running' ? null : gateFor(slot, state),
      };
    });
  return {
    schema: 'highnoon.status/1' as const,
    date,
    slots,
    hold: day.hold,
    lockdown: state.lockdown,
    ticket: day.ticket,
    scrubbed: day.scrubbed,
    overrides: (overrides?.items ?? []).filter(({ until }) => until > now),
    waivers: activeWaivers(waivers?.items ?? [], now),
    nextHighNoon: nextHighNoon(now),
  };
}

export function renderStatus(view: StatusView): string[] {
  const { lockdown, hold, ticket } = view;
  return [
    lockdown.active
      ? `LOCKDOWN (epoch ${lockdown.epoch}, ${lockdown.cause}): ${lockdown.reason}`
      : `${view.date}: no lockdown`,
    `hold: ${hold === null ? 'none' : `${hold.status} (${hold.reason})`}`,
    `ticket: ${ticket === null ? 'none' : `${ticket.status} ${ticket.id.slice(0, 23)}`}`,
    ...view.slots.map(({ slot, status, ending, verdict, latenessSeconds, reason, gate }) => {
      const late = latenessSeconds !== null && latenessSeconds > 0 ? `  ${latenessSeconds} s late` : '';
      const waits = gate?.kind === 'wait' ? `  would wait for ${gate.waitsFor}` : '';
      return `${markOf(verdict)} ${slot}  ${ending ?? status}${late}${verdict === 'passed' || reason === '' ? '' : `  ${reason}`}${waits}`;
    }),
    ...view.overrides.map(({ findingId, actor, until }) => `override: ${findingId} by ${actor} until ${until}`),
    ...view.waivers.map(({ guardrail, owner, until }) => `waiver: ${guardrail} by ${owner} until ${until}`),
    `next High Noon: ${view.nextHighNoon}`,
  ];
}
