import { catalog, type PhaseName } from '../../../shared/domain/catalog.ts';
import { nextInstant, parseCron } from '../../../shared/domain/cron.ts';
import { type Instant, plusSeconds } from '../../../shared/domain/time.ts';

/** A firing of the scheduler. */
export interface Firing {
  readonly at: Instant;
  readonly topic: PhaseName | 'watchdog';
}

/** Everything that Cloud Scheduler would fire on a date, in order; at one instant the phases before the watchdog. */
export function firingsOf(date: string): Firing[] {
  const from = plusSeconds(`${date}T00:00:00.000Z`, -0.001);
  const to = plusSeconds(from, 86_400);
  const firings: Firing[] = [];
  const add = (topic: Firing['topic'], expression: string) => {
    const cron = parseCron(expression);
    for (let at = nextInstant(cron, from); at !== undefined && at <= to; at = nextInstant(cron, at))
      firings.push({ at, topic });
  };
  for (const { name, cron } of catalog.phases) add(name, cron);
  const watchdog = catalog.services.find(({ name }) => name === 'watchdog');
  if (watchdog?.cron !== undefined) add('watchdog', watchdog.cron);
  const rank = ({ topic }: Firing) => (topic === 'watchdog' ? 1 : 0);
  return firings.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : rank(a) - rank(b)));
}
