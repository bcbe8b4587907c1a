import { PortError } from '../domain/errors.ts';
import type { CallFault, Faults, PortName } from './faults.ts';
import { mix } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Worker } from './worker.ts';

/** Milliseconds to the resource and back, at least. */
const LATENCY: Record<PortName, number> = {
  documents: 8,
  publisher: 20,
  metrics: 40,
  messenger: 150,
  objects: 30,
  world: 120,
};

/** A window in which a resource answers nothing. */
export interface Outage {
  readonly port: PortName;
  readonly from: number;
  readonly until: number;
}

export interface CallNote {
  readonly at: number;
  readonly worker: string;
  readonly number: number;
  readonly port: PortName;
  readonly verb: string;
  readonly subject: string;
}

/** Every call of every worker to the outside passes here: the point where time passes, others come first, and faults strike. */
export class Gate {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly outages: Outage[] = [];
  /** When the newest fault stopped to work: progress is demanded from then on. */
  lastFaultEndsAt = 0;
  /** Every call, when somebody wants the list. */
  notes: CallNote[] | undefined;
  /** One line for everything that happens, when somebody wants to read it. */
  trace: string[] | undefined;

  #jumper: Worker | undefined;
  #jumpedFrom = 0;
  readonly #landed = (): void => {
    this.#jumper = undefined;
  };

  constructor(scheduler: Scheduler, faults: Faults) {
    this.scheduler = scheduler;
    this.faults = faults;
  }

  call<T>(worker: Worker, port: PortName, verb: string, subject: string, apply: () => T): Promise<T> {
    if (worker.isDead) return never();
    const { scheduler } = this;
    const number = worker.calls++;
    const draw = mix(worker.seed, number);
    if (this.notes !== undefined)
      this.notes.push({ at: scheduler.now, worker: worker.key, number, port, verb, subject });
    const fault = worker.isSpared ? undefined : this.faults.forCall(worker.key, draw, number, port, verb, subject);
    if (this.trace !== undefined)
      this.say(
        `${worker.key} ${port}.${verb} ${subject}${fault === undefined ? '' : `   <<< ${fault.kind} ${fault.ms / 1000} s`}`,
      );
    if (fault !== undefined) return this.#faulty(worker, port, verb, fault, apply);
    const at = worker.isInstant ? scheduler.now : this.#startOf(worker) + LATENCY[port] + (draw & 15);
    if (this.isOut(port, scheduler.now)) return this.#answer(worker, at + 900, () => unavailable(port));
    if (worker.frozenUntil <= scheduler.now && scheduler.mayJump(at)) {
      this.#jumpTo(worker, at);
      try {
        return Promise.resolve(apply());
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#answer(worker, at, apply);
  }

  /** Calls that a worker makes at once begin at once, although the first of them has moved time on. */
  #startOf(worker: Worker): number {
    return this.#jumper === worker ? this.#jumpedFrom : this.scheduler.now;
  }

  #jumpTo(worker: Worker, at: number): void {
    const { scheduler } = this;
    if (this.#jumper === undefined) {
      this.#jumper = worker;
      this.#jumpedFrom = scheduler.now;
      queueMicrotask(this.#landed);
    }
    if (at > scheduler.now) scheduler.now = at;
  }

  say(line: string): void {
    this.trace?.push(`${new Date(this.scheduler.now).toISOString()} ${line}`);
  }

  /** Something goes wrong until then. */
  disturbedUntil(at: number): void {
    if (at > this.lastFaultEndsAt) this.lastFaultEndsAt = at;
  }

  isOut(port: PortName, at: number): boolean {
    for (const outage of this.outages) if (outage.port === port && outage.from <= at && at < outage.until) return true;
    return false;
  }

  /** When that port is out of reach next, after that time or still; infinity when it is not. */
  nextOutageMs(port: PortName, after: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const outage of this.outages)
      if (outage.port === port && outage.until > after + 1) next = Math.min(next, Math.max(outage.from, after + 1));
    return next;
  }

  /** The request lands at that time; its answer reaches the worker if it still lives, when it is awake. */
  #answer<T>(worker: Worker, at: number, apply: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.scheduler.at(at, () => {
        try {
          const value = apply();
          worker.wake(() => resolve(value));
        } catch (error) {
          worker.wake(() => reject(error));
        }
      });
    });
  }

  #faulty<T>(worker: Worker, port: PortName, verb: string, fault: CallFault, apply: () => T): Promise<T> {
    const { scheduler } = this;
    const soon = scheduler.now + LATENCY[port];
    this.disturbedUntil(scheduler.now + fault.ms + 1000);
    switch (fault.kind) {
      case 'crash-before':
        worker.die();
        return never();
      case 'crash-after':
        this.#land(soon, apply);
        worker.die();
        return never();
      case 'crash-late':
        this.#land(scheduler.now + fault.ms, apply);
        worker.die();
        return never();
      case 'error':
        return this.#answer(worker, soon, () => unavailable(port));
      case 'refused':
        return this.#answer(worker, soon, () => {
          throw new PortError(port, 'permission-denied', 'simulated: it may not do this');
        });
      case 'aborted':
        return this.#answer(worker, soon, () => {
          throw new PortError(port, 'aborted', 'simulated: contention');
        });
      case 'ambiguous':
        this.#land(soon, apply);
        return this.#answer(worker, soon + 1, () => unavailable(port));
      case 'late':
        this.#land(scheduler.now + fault.ms, apply);
        // A client gives up by itself after a minute; what waits with a shorter limit does not wait for this answer.
        return this.#answer(worker, scheduler.now + Math.min(fault.ms, 60_000) + 1, () => {
          throw new PortError(port, 'deadline-exceeded', 'simulated: no answer');
        });
      case 'freeze-before':
        worker.freeze(fault.ms);
        return this.#answer(worker, scheduler.now + fault.ms, apply);
      case 'freeze-after':
        worker.freeze(fault.ms);
        return this.#answer(worker, soon, apply);
      case 'twice':
        if (verb !== 'commit') this.#land(scheduler.now + fault.ms, apply);
        return this.#answer(worker, soon, apply);
      case 'slow':
        return this.#answer(worker, scheduler.now + fault.ms, apply);
    }
  }

  /** A request without anybody who waits for its answer. */
  #land(at: number, apply: () => unknown): void {
    this.scheduler.at(at, () => {
      try {
        apply();
        this.say('  (a request without its sender landed)');
      } catch {
        this.say('  (a request without its sender was refused)');
      }
    });
  }
}

function unavailable(port: PortName): never {
  throw new PortError(port, 'unavailable', 'simulated: no answer');
}

/** What a dead worker awaits. A new one each time, so that nothing gathers on it. */
const never = (): Promise<never> => new Promise(() => {});
