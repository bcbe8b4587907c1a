import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import { dateOf, plusSeconds } from '../../../shared/domain/time.ts';
import { dateOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { openLocal, storeOption } from '../open-runtime.ts';
import { costView, renderCost } from '../render/cost.ts';
import { countDay } from '../serve/count-day.ts';

export const costCommand: Command = {
  name: 'cost',
  usage: 'cost [--date YYYY-MM-DD]',
  summary: 'counts every billed call of a played Sunday and prices a month of them, beside other orchestrators',
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
    return 0;
  },
};

const isSunday = (date: string): boolean => new Date(`${date}T00:00:00Z`).getUTCDay() === 0;

function nextSunday(today: string): string {
  let date = today;
  do date = plusSeconds(`${date}T00:00:00.000Z`, 86_400).slice(0, 10);
  while (!isSunday(date));
  return date;
}
