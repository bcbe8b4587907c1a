import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { nextHighNoon } from '../../../shared/domain/slot.ts';
import { timeOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, storeOption } from '../open-runtime.ts';

export const nextCommand: Command = {
  name: 'next',
  usage: 'next [--at T]',
  summary: "the next High Noon after T; at exactly noon it is tomorrow's",
  options: { at: { type: 'string', value: 'T', help: 'default: now, or where the clock of the data folder stands' } },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    const at = timeOption(args, 'at');
    const next = nextHighNoon(
      (storeOption(args) === 'local' ? localTime(dataFolder(args), at) : at) ?? systemClock.now(),
    );
    output.line(next);
    output.document({ schema: 'highnoon.next/1', nextHighNoon: next });
    return 0;
  },
};
