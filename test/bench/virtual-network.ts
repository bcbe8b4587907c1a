import { PortError } from '../../shared/domain/errors.ts';
import { sha256 } from '../../shared/domain/json.ts';
import type { HttpPort, HttpResponse } from '../../shared/ports/http.ts';

/**
 * A network on a virtual clock: every host answers after its own time, a dead one never. When nothing else can happen
 * the clock jumps to the next answer, so that an hour of waiting costs nothing and is still an hour.
 */
export class VirtualNetwork implements HttpPort {
  nowMs = 0;
  requests = 0;
  mostAtOnce = 0;
  readonly #due: { readonly atMs: number; readonly land: () => void }[] = [];
  readonly #latencyOf: (url: string) => number;
  #isPumping = false;

  /** `latencyOf` in milliseconds; `Infinity` is a dead host. */
  constructor(latencyOf: (url: string) => number) {
    this.#latencyOf = latencyOf;
  }

  request: HttpPort['request'] = (url, { timeoutMs }) =>
    new Promise((resolve, reject) => {
      const latencyMs = this.#latencyOf(url);
      const isLate = latencyMs > timeoutMs;
      this.requests += 1;
      this.#due.push({
        atMs: this.nowMs + Math.min(latencyMs, timeoutMs),
        land: () =>
          isLate ? reject(new PortError('http', 'deadline-exceeded', 'no answer in time')) : resolve(answer(latencyMs)),
      });
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#due.length);
      this.#pump();
    });

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    const step = () => {
      this.#due.sort((a, b) => a.atMs - b.atMs);
      const next = this.#due.shift();
      if (next === undefined) {
        this.#isPumping = false;
        return;
      }
      this.nowMs = next.atMs;
      next.land();
      setImmediate(step);
    };
    setImmediate(step);
  }
}

const BODY = Buffer.from('{"status":"healthy"}');
const DIGEST = `sha256:${sha256(BODY)}`;
const answer = (durationMs: number): HttpResponse => ({
  status: 200,
  headers: {},
  body: BODY,
  truncated: false,
  durationMs,
  remoteAddress: '203.0.113.7',
  digest: DIGEST,
});
