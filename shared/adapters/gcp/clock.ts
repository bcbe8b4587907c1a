import { PortError } from '../../domain/errors.ts';
import { type Instant, latest, parseInstant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { JsonServer } from './json-request.ts';

const TIMEOUT_MS = 5000;

/** One clock for all processes of a test day: they ask for it, and whoever runs the day steps it. */
export interface SharedClock extends Clock {
  /** Asks the time anew. Throws PortError: a process that does not know the time judges nothing. */
  refresh(): Promise<Instant>;
}

/** `url` answers GET with `{"now": RFC 3339}`. Effort is still measured by the process's own clock. */
export function createSharedClock(url: string, effort: Omit<Clock, 'now'>): SharedClock {
  let known: Instant | undefined;
  const server = new JsonServer(url);
  return {
    monotonicMs: effort.monotonicMs,
    sleep: effort.sleep,
    after: effort.after,
    now() {
      if (known === undefined) throw new PortError('clock', 'unavailable', 'the shared clock was not asked yet');
      return known;
    },
    async refresh() {
      const now = await ask(server, url);
      // Two answers may overtake each other; time does not go back.
      known = known === undefined ? now : latest(known, now);
      return known;
    },
  };
}

async function ask(server: JsonServer, url: string): Promise<Instant> {
  let body: unknown;
  try {
    ({ body } = await server.ask({ method: 'GET', path: new URL(url).pathname, timeoutMs: TIMEOUT_MS }));
  } catch (cause) {
    throw new PortError('clock', 'unavailable', 'the shared clock does not answer', { cause });
  }
  const { now } = (body ?? {}) as { now?: unknown };
  const at = typeof now === 'string' ? parseInstant(now) : undefined;
  if (at === undefined) throw new PortError('clock', 'invalid', 'the shared clock answers no RFC 3339 time');
  return at;
}
