import { InvariantError } from '../domain/errors.ts';
import type { RunningSlot, SlotRecord } from '../domain/run.ts';
import { plusSeconds } from '../domain/time.ts';
import type { Transaction } from '../ports/documents.ts';
import type { Engine } from './engine.ts';
import { paths } from './records.ts';

/** Thrown when another stretch holds the run now: this worker writes nothing more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** What every write of a stretch must carry. */
export interface Holding {
  readonly slotId: string;
  readonly attempt: number;
  readonly holder: string;
  readonly token: number;
}

/** The stored run, if this stretch still holds it at the store's time. Throws LeaseLost otherwise. */
export async function assertHolding(transaction: Transaction, holding: Holding): Promise<RunningSlot> {
  const slot = await transaction.get<SlotRecord>(paths.slot(holding.slotId));
  return checkHolding(slot, holding, transaction.readAt);
}

export function checkHolding(slot: SlotRecord | undefined, holding: Holding, at: string): RunningSlot {
  if (slot === undefined || slot.status !== 'running' || slot.attempt !== holding.attempt) {
    throw new LeaseLost(`${holding.slotId}: attempt ${holding.attempt} is no longer running`);
  }
  if (slot.lease === null || slot.lease.holder !== holding.holder || slot.token !== holding.token) {
    throw new LeaseLost(`${holding.slotId}: the token is ${slot.token} now, this stretch has ${holding.token}`);
  }
  if (slot.lease.until <= at) throw new LeaseLost(`${holding.slotId}: the lease ended at ${slot.lease.until}`);
  return slot;
}

export function renewed(engine: Engine, slot: RunningSlot, at: string): RunningSlot {
  if (slot.lease === null) throw new InvariantError(`${slot.slotId}: a lease that is not held cannot be renewed`);
  return { ...slot, lease: { ...slot.lease, until: plusSeconds(at, engine.limits.leaseSeconds) } };
}

/** Prolongs the lease in its document. Throws LeaseLost. */
export type Renew = (engine: Engine, transaction: Transaction, holding: Holding) => Promise<void>;

const renewSlot: Renew = async (engine, transaction, holding) => {
  const slot = await assertHolding(transaction, holding);
  transaction.set(paths.slot(slot.slotId), renewed(engine, slot, transaction.readAt));
};

/**
 * Keeps a stretch's lease alive in the background, and stops the stretch by itself, on its own monotonic clock, before
 * the lease could have ended: a worker that slept through its lease must not wake up and go on.
 */
export class LeaseKeeper {
  readonly #engine: Engine;
  readonly #lost = new AbortController();
  readonly #halt = new AbortController();
  readonly #leave = (): void => this.#halt.abort(this.#engine.draining.reason);
  readonly #renew: Renew;
  #holding: Holding;
  #renewedAtMs: number;
  #isOver = false;
  #cancelNext: () => void = () => {};
  #underWay: Promise<void> = Promise.resolve();

  constructor(engine: Engine, holding: Holding, grantedAtMs: number, renew: Renew = renewSlot) {
    this.#engine = engine;
    this.#renew = renew;
    this.#holding = holding;
    this.#renewedAtMs = grantedAtMs;
    if (engine.draining.aborted) this.#leave();
    else engine.draining.addEventListener('abort', this.#leave, { once: true });
    this.#renewLater();
  }

  /** Aborts when the lease is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Aborts when the lease is lost or the process is asked to go. */
  get halt(): AbortSignal {
    return this.#halt.signal;
  }

  get holding(): Holding {
    return this.#holding;
  }

  /** The lease was granted anew under another token (rollback), or renewed by a write of the stretch. */
  granted(holding: Holding, atMs: number): void {
    this.#holding = holding;
    this.#renewedAtMs = Math.max(this.#renewedAtMs, atMs);
  }

  /** Throws LeaseLost when, by this worker's own clock, the lease may have ended. */
  check(): void {
    if (this.#mayHaveEnded()) this.#lose();
    if (this.#lost.signal.aborted) throw new LeaseLost(`${this.#holding.slotId}: the lease was not renewed in time`);
  }

  #lose(): void {
    this.#stop();
    this.#lost.abort('the lease is lost');
    this.#halt.abort('the lease is lost');
  }

  #stop(): void {
    this.#isOver = true;
    this.#cancelNext();
  }

  async close(): Promise<void> {
    this.#stop();
    this.#engine.draining.removeEventListener('abort', this.#leave);
    await this.#underWay;
  }

  #renewLater(): void {
    const { clock, limits } = this.#engine;
    this.#cancelNext = clock.after((limits.leaseSeconds * 1000) / 3, () => {
      this.#underWay = this.#renewNow();
    });
  }

  async #renewNow(): Promise<void> {
    const { clock, log, documents } = this.#engine;
    const beforeMs = clock.monotonicMs();
    try {
      await documents.transact((transaction) => this.#renew(this.#engine, transaction, this.#holding));
      this.#renewedAtMs = Math.max(this.#renewedAtMs, beforeMs);
    } catch (error) {
      if (this.#isOver) return;
      if (error instanceof LeaseLost) return this.#lose();
      log.write('WARNING', 'a lease could not be renewed yet', { run: this.#holding.slotId, error });
      if (this.#mayHaveEnded()) return this.#lose();
    }
    if (!this.#isOver) this.#renewLater();
  }

  /** A tenth is left for the clocks' different speeds and for the way to the store. */
  #mayHaveEnded(): boolean {
    return this.#engine.clock.monotonicMs() - this.#renewedAtMs > this.#engine.limits.leaseSeconds * 900;
  }
}
