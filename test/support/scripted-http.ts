import { PortError } from '../../shared/domain/errors.ts';
import { sha256 } from '../../shared/domain/json.ts';
import type { HttpPort, HttpRequest, HttpResponse } from '../../shared/ports/http.ts';

export interface ScriptedAnswer {
  readonly status?: number;
  /** Sent as JSON unless it is text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly durationMs?: number;
}

export interface ScriptedHttp extends HttpPort {
  readonly asked: { readonly url: string; readonly request: HttpRequest }[];
  /** The most requests that were under way at once. */
  readonly mostAtOnce: number;
}

type Script = ScriptedAnswer | PortError | readonly (ScriptedAnswer | PortError)[];

/** Answers each address by its script, one answer after the other and the last one for ever. */
export function scriptedHttp(scripts: Readonly<Record<string, Script>>): ScriptedHttp {
  const asked: { url: string; request: HttpRequest }[] = [];
  const counts = new Map<string, number>();
  const state = { now: 0, most: 0 };
  return {
    asked,
    get mostAtOnce() {
      return state.most;
    },
    async request(url, request) {
      asked.push({ url, request });
      state.now += 1;
      state.most = Math.max(state.most, state.now);
      // A turn of the event loop, so that what may run at once does.
      await new Promise((resolve) => setImmediate(resolve));
      state.now -= 1;
      const script = scripts[url] ?? new PortError('http', 'not-found', 'no such host');
      const steps = Array.isArray(script)
        ? (script as readonly (ScriptedAnswer | PortError)[])
        : [script as ScriptedAnswer];
      const turn = counts.get(url) ?? 0;
      counts.set(url, turn + 1);
      const step = steps[Math.min(turn, steps.length - 1)];
      if (step === undefined || step instanceof PortError) throw step ?? new Error('an empty script');
      return response(step);
    },
  };
}

function response({ status = 200, body = '', headers = {}, durationMs = 20 }: ScriptedAnswer): HttpResponse {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const digest = `sha256:${sha256(bytes)}`;
  return { status, headers, body: bytes, truncated: false, durationMs, remoteAddress: '203.0.113.7', digest };
}
