import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { nextHighNoon } from '../../../shared/domain/slot.ts';
import { timeOption } from '../arguments.ts';
import type { Command } from '../command.ts';

export const nextCommand: Command = {
  name: 'next',
  usage: 'next [--at T]',
  summary: "the next High Noon after T; at exactly noon it is tomorrow's",
  options: { at: { type: 'string', value: 'T', help: 'default: now' } },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    const next = nextHighNoon(timeOption(args, 'at') ?? systemClock.now());
    output.line(next);
    output.document({ schema: 'highnoon.next/1', nextHighNoon: next });
    return 0;
  },
};
