import { renderHighNoon } from '../../../shared/domain/report/markdown.ts';
import { dateOf } from '../../../shared/domain/time.ts';
import { readReport } from '../../../shared/engine/write-report.ts';
import { dateOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, requirePlayed, storeOption } from '../open-runtime.ts';

export const reportCommand: Command = {
  name: 'report',
  usage: 'report [--date D]',
  summary: 'the High Noon Sync Report, computed from stored outcomes; Markdown, or JSON with --json',
  options: { date: { type: 'string', value: 'D', help: 'default: today, by the clock of the data folder' } },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    if (storeOption(args) === 'firestore') {
      const { reportInCloud } = await import('../cloud/look.ts');
      return reportInCloud(args, output);
    }
    requirePlayed('report', args);
    const at = localTime(dataFolder(args), undefined);
    const runtime = await openLocal(args, output, at);
    try {
      const report = await readReport(runtime.engine, dateOption(args, 'date') ?? dateOf(at));
      output.line(renderHighNoon(report).trimEnd());
      output.document(report);
      return 0;
    } finally {
      await runtime.close();
    }
  },
};
