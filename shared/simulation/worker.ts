import { type Instant, instant } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import { hashText, mix, unit } from './random.ts';
import type { Scheduler } from './scheduler.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** One delivery being worked: a process of its own, which can stand still, die, or have a wrong clock. */
export class Worker implements Clock, Ids {
  readonly key: string;
  readonly seed: number;
  readonly scheduler: Scheduler;
  /** Calls made so far: the number names a call. */
  calls = 0;
  isDead = false;
  /** No fault strikes it. */
  isSpared = false;
  /** Its calls take no time. */
  isInstant = false;
  onDeath: () => void = () => {};
  /** Stands still until then. */
  frozenUntil = 0;
  /** How far its wall clock is off; the monotonic clock never jumps. */
  skewMs = 0;
  #drawn = 0;
  #made = 0;
  #nowMs = -1;
  #now: Instant = '';

  constructor(key: string, seed: number, scheduler: Scheduler) {
    this.key = key;
    this.seed = hashText(key, seed);
    this.scheduler = scheduler;
  }

  now(): Instant {
    const ms = this.scheduler.now + this.skewMs;
    if (ms !== this.#nowMs) {
      this.#nowMs = ms;
      this.#now = instant(ms);
    }
    return this.#now;
  }

  monotonicMs(): number {
    return this.scheduler.now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const happening = this.scheduler.at(this.scheduler.now + Math.ceil(ms), () => this.wake(resolve));
      signal?.addEventListener(
        'abort',
        () => {
          happening.work = undefined;
          this.wake(resolve);
        },
        { once: true },
      );
    });
  }

  after(ms: number, work: () => void): () => void {
    const happening = this.scheduler.at(this.scheduler.now + Math.ceil(ms), () =>
      this.wake(() => isCancelled || work()),
    );
    let isCancelled = false;
    return () => {
      isCancelled = true;
      happening.work = undefined;
    };
  }

  /** Goes on now, or when it wakes, or never. */
  wake(goOn: () => void): void {
    if (this.isDead) return;
    if (this.frozenUntil > this.scheduler.now) this.scheduler.at(this.frozenUntil, () => this.wake(goOn));
    else goOn();
  }

  die(): void {
    this.isDead = true;
    this.onDeath();
  }

  freeze(ms: number): void {
    this.frozenUntil = Math.max(this.frozenUntil, this.scheduler.now + ms);
  }

  unique(): string {
    let text = '';
    const number = this.#made++;
    for (let part = 0; part < 4; part++) {
      let hash = mix(mix(this.seed, 0x1d + part), number);
      for (let index = 0; index < 5; index++) {
        text += ALPHABET[hash % 36];
        hash = Math.floor(hash / 36);
      }
    }
    return text;
  }

  random(): number {
    return unit(mix(mix(this.seed, 0x4a17), this.#drawn++));
  }
}
