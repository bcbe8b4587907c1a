import { ApiError } from '../api/errors.ts';
import type { OperatorContext } from '../context.ts';
import { COMMON_HEADERS, type OperatorRequest, type Reply } from '../http.ts';
import { readPage } from '../page/view.ts';
import { digestOfView } from './digest.ts';

/** A stream ends by itself: a forgotten tab must not keep an instance up and reading. */
export const STREAM_MS = 5 * 60_000;
const LOOK_MS = 5000;
/** Below the function's concurrency of 40, so that acts always find room. */
const MOST_STREAMS = 20;

let open = 0;

/** Tells that what is stored has changed; the page then asks for itself anew. */
export function events({ engine }: OperatorContext, request: OperatorRequest): Reply {
  if (open >= MOST_STREAMS)
    throw new ApiError('unavailable', `${MOST_STREAMS} pages are live already; this one stands still`);
  return {
    kind: 'stream',
    headers: { ...COMMON_HEADERS, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
    async run(write, signal) {
      open += 1;
      try {
        const { clock } = engine;
        const endsAtMs = clock.monotonicMs() + STREAM_MS;
        let seen = request.query.get('seen') ?? '';
        write('retry: 10000\n\n');
        while (!signal.aborted && clock.monotonicMs() < endsAtMs) {
          const digest = digestOfView(await readPage(engine));
          write(digest === seen ? ': nothing new\n\n' : `event: change\ndata: ${digest}\n\n`);
          seen = digest;
          await clock.sleep(Math.min(LOOK_MS, Math.max(1, endsAtMs - clock.monotonicMs())), signal);
        }
        if (!signal.aborted) write('event: end\ndata: five minutes\n\n');
      } finally {
        open -= 1;
      }
    },
  };
}
