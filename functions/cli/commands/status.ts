import { dateOf } from '../../../shared/domain/time.ts';
import { type StatusView, statusView } from '../../../shared/operator/api/status-view.ts';
import { dateOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, requirePlayed, storeOption } from '../open-runtime.ts';
import { markOf } from '../render/run.ts';

export const statusCommand: Command = {
  name: 'status',
  usage: 'status [--date D]',
  summary: "the day's slots, verdicts, gates, hold, lockdown, ticket",
  options: { date: { type: 'string', value: 'D', help: 'default: today, by the clock of the data folder' } },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    if (storeOption(args) === 'firestore') {
      const { statusInCloud } = await import('../cloud/look.ts');
      return statusInCloud(args, output);
    }
    requirePlayed('status', args);
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
