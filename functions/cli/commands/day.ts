import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import type { Lockdown } from '../../../shared/domain/lockdown.ts';
import { NO_LOCKDOWN } from '../../../shared/domain/lockdown.ts';
import { renderHighNoon } from '../../../shared/domain/report/markdown.ts';
import type { Revision } from '../../../shared/domain/revision.ts';
import { nextHighNoon } from '../../../shared/domain/slot.ts';
import { dateOf } from '../../../shared/domain/time.ts';
import { paths } from '../../../shared/engine/records.ts';
import { readReport, reportUri } from '../../../shared/engine/write-report.ts';
import { type LocalRuntime, playedUntil } from '../../../shared/runtime/local.ts';
import { provideRuntime } from '../../../shared/runtime/the-runtime.ts';
import { dateOption, flagOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, openLocal, storeOption } from '../open-runtime.ts';
import { playAlone } from '../play-alone.ts';
import { dayHeadline, judgeDay } from '../render/day.ts';
import { runLine } from '../render/run.ts';
import { serveUntilInterrupted } from '../serve/fire-on-time.ts';
import { type PlayedDay, playDay } from '../serve/play-day.ts';
import { serveFunctions } from '../serve/push-server.ts';

export const dayCommand: Command = {
  name: 'day',
  usage: 'day [--date YYYY-MM-DD] [--serve]',
  summary: 'one whole day on a virtual clock, through the real functions over local parts; what npm start runs',
  options: {
    date: { type: 'string', value: 'YYYY-MM-DD', help: 'default: the day after the last one played, else today (UTC)' },
    serve: {
      type: 'boolean',
      help: 'afterwards serves the operator page of that day, and what is asked for there, until interrupted',
    },
  },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    if (storeOption(args) === 'firestore')
      throw new UsageError('day: plays a day on a virtual clock, which only --store local has');
    const data = dataFolder(args);
    const date = dateOption(args, 'date') ?? usualDate(data);
    const start = startOf(data, date);
    using _alone = playAlone(data);
    const runtime = await openLocal(args, output, start);
    provideRuntime(runtime);
    try {
      const servers = await serveFunctions(runtime);
      try {
        const isStored = start === endOf(date);
        output.progress(isStored ? `${date} (UTC) was played already in ${data}` : `playing ${date} (UTC) in ${data}`);
        const played = await playDay(runtime, servers, date, (run) => output.progress(`  ${runLine(run)}`));
        const view = { ...(await dayView(runtime, date, played)), alreadyPlayed: isStored };
        output.line(dayHeadline(date, view.phases));
        if (isStored) output.line('Already played: nothing was run again, this is what is stored.');
        output.line();
        output.line(renderHighNoon(await readReport(runtime.engine, date)));
        output.document(view);
        if (flagOption(args, 'serve')) {
          output.progress(`the operator page is at ${servers.operator} (interrupt to end)`);
          await serveUntilInterrupted(runtime, servers);
        }
        return view.exitCode;
      } finally {
        await servers.close();
      }
    } finally {
      provideRuntime(undefined);
      await runtime.close();
    }
  },
};

const DAY_ENDS = 'T23:59:59.000Z';
const endOf = (date: string): string => `${date}${DAY_ENDS}`;

/** A finished day is followed by the next; one that was cut short is finished first. */
function usualDate(data: string): string {
  const until = playedUntil(data);
  if (until === undefined) return dateOf(systemClock.now());
  return until.slice(10) === DAY_ENDS ? dateOf(new Date(Date.parse(until) + 1000).toISOString()) : dateOf(until);
}

function startOf(data: string, date: string): string {
  const until = playedUntil(data);
  const midnight = `${date}T00:00:00.000Z`;
  if (until === undefined || until < midnight) return midnight;
  if (dateOf(until) === date) return until;
  throw new UsageError(
    `day: ${data} has been played until ${until}; --date takes ${dateOf(until)} or later, or name another --data`,
  );
}

async function dayView(runtime: LocalRuntime, date: string, { day, runs, deadLetters }: PlayedDay) {
  const { engine } = runtime;
  const [lockdown, lastKnownGood] = await Promise.all([
    engine.documents.get<Lockdown>(paths.lockdown),
    engine.documents.get<Revision>(paths.lastKnownGood),
  ]);
  return {
    schema: 'highnoon.day/1' as const,
    date,
    ...judgeDay(runs),
    phases: runs,
    ticket: day.ticket,
    hold: day.hold,
    lockdown: lockdown ?? NO_LOCKDOWN,
    scrubbed: day.scrubbed,
    lastKnownGood: lastKnownGood ?? null,
    deadLetters,
    nextHighNoon: nextHighNoon(`${date}T12:00:00Z`),
    reports: {
      markdown: reportUri(engine, date, 'high-noon-sync.md'),
      json: reportUri(engine, date, 'high-noon-sync.json'),
    },
  };
}
