import type { Service } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import type { HttpPort, HttpResponse } from '../../ports/http.ts';

/** Health pages are small; one that is not is no health page. */
const LARGEST_ANSWER = 1024 * 1024;
/** A service that is judged by its speed is given four times what it may need, and no service less than two seconds. */
const SHORTEST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 10_000;
const USUAL_WAIT_MS = 5000;

export interface Probed {
  readonly answers: readonly HttpResponse[];
  /** What kept the next answer from coming; no further one is asked for then. */
  readonly fault: PortError | undefined;
  /** Samples that were not taken because there was no time for them. */
  readonly notTaken: number;
}

export interface Asking {
  readonly http: HttpPort;
  readonly signal: AbortSignal;
  remainingMs(): number;
}

/** Asks a service as often as it is configured, one request after the other, so that it is not the probe that slows it. */
export async function probeService(asking: Asking, service: Service): Promise<Probed> {
  const timeoutMs = waitFor(service);
  const answers: HttpResponse[] = [];
  for (let taken = 0; taken < service.samples; taken++) {
    if (asking.remainingMs() < timeoutMs + SHORTEST_WAIT_MS)
      return { answers, fault: undefined, notTaken: service.samples - taken };
    try {
      answers.push(
        await asking.http.request(service.url, {
          method: 'GET',
          headers: { accept: 'application/json, text/plain;q=0.9, */*;q=0.5' },
          maxBytes: LARGEST_ANSWER,
          timeoutMs,
          signal: asking.signal,
        }),
      );
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return { answers, fault: error, notTaken: 0 };
    }
  }
  return { answers, fault: undefined, notTaken: 0 };
}

function waitFor({ p95_ms }: Service): number {
  return p95_ms === undefined ? USUAL_WAIT_MS : Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, p95_ms * 4));
}
