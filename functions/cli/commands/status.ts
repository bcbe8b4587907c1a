import { dateOf } from '../../../shared/domain/time.ts';
import { statusView } from '../../../shared/operator/api/status-view.ts';
import { dateOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, requirePlayed, storeOption } from '../open-runtime.ts';
import { renderStatus } from '../render/status.ts';

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
