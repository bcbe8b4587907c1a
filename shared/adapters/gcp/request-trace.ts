import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

export interface Trace {
  readonly traceId: string;
  readonly spanId: string | undefined;
}

const traces = new AsyncLocalStorage<Trace | undefined>();

// Node tells of each request as it starts, in the request's own asynchronous context: no handler has to pass it on. Loaded
// before the first request comes: a phase runs once a day, so the first request of its process is mostly the only one.
subscribe('http.server.request.start', (message) => {
  traces.enterWith(traceOf((message as { request: IncomingMessage }).request.headers));
});

/** W3C's header first, Google's older one otherwise. What does not look like one is no trace. */
export function traceOf(headers: Readonly<Record<string, string | string[] | undefined>>): Trace | undefined {
  const w3c = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(String(headers.traceparent ?? ''));
  if (w3c !== null) return { traceId: w3c[1] ?? '', spanId: w3c[2] };
  const google = /^([0-9a-f]{32})(?:\/(\d{1,20}))?/.exec(String(headers['x-cloud-trace-context'] ?? ''));
  if (google === null) return undefined;
  const span = google[2] === undefined ? undefined : BigInt(google[2]).toString(16).padStart(16, '0');
  return { traceId: google[1] ?? '', spanId: span };
}

/** The trace of the request that is being served; undefined outside of one, or when the caller sent none. */
export const currentTrace = (): Trace | undefined => traces.getStore();
