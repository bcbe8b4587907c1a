import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import { dateOf, plusSeconds } from '../../../shared/domain/time.ts';
import { dateOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { openLocal, storeOption } from '../open-runtime.ts';
import { renderCost } from '../render/cost.ts';
import { costView } from '../render/cost-view.ts';
import { countDay } from '../serve/count-day.ts';

export const costCommand: Command = {
  name: 'cost',
  usage: 'cost [--date YYYY-MM-DD]',
  summary:
    'counts every billed call of a played Sunday and prices a month of them, beside other orchestrators; exit code 1 when a phase of it did not end good',
  options: { date: { type: 'string', value: 'YYYY-MM-DD', help: 'a Sunday (default: the next one)' } },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    if (storeOption(args) === 'firestore')
      throw new UsageError('cost: counts a day that is played, which only --store local has');
    const date = dateOption(args, 'date') ?? nextSunday(dateOf(systemClock.now()));
    if (!isSunday(date)) throw new UsageError(`--date ${date}: a Sunday is allowed, for only then do all phases run`);
    const day = await countDay((data, at) => openLocal(args, output, at, data), date, output.progress);
    const view = costView(day);
    for (const line of renderCost(view)) output.line(line);
    output.document(view);
    // What could not be counted is inconclusive, whatever the day itself would have exited with: nobody runs it for real.
    return view.isWholeDay ? 0 : 1;
  },
};

const isSunday = (date: string): boolean => new Date(`${date}T00:00:00Z`).getUTCDay() === 0;

function nextSunday(today: string): string {
  let date = today;
  do date = plusSeconds(`${date}T00:00:00.000Z`, 86_400).slice(0, 10);
  while (!isSunday(date));
  return date;
}
