import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';

let open = 0;
let waiting: (() => void)[] = [];

// Loaded before the first request comes, because a request that began unseen would not be waited for.
subscribe('http.server.request.start', (message) => {
  open += 1;
  (message as { response: ServerResponse }).response.once('close', () => {
    open -= 1;
    if (open > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  });
});

/** Resolves when no request of this process is unanswered. */
export function whenIdle(): Promise<void> {
  return open === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
}
