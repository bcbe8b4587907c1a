import type { PhaseName } from '../domain/catalog.ts';
import type { TriggerBody } from '../domain/trigger.ts';
import type { Gate } from './gate.ts';
import { hashText, mix, unit } from './random.ts';
import { Worker } from './worker.ts';

export type Topic = PhaseName | 'escalations' | 'watchdog';

export interface Message {
  readonly id: string;
  readonly topic: Topic;
  readonly data: TriggerBody | { readonly id: string } | Record<string, never>;
  readonly publishedAtMs: number;
  /** No fault strikes it or its worker. */
  readonly isSpared: boolean;
  deliveries: number;
  isSettled: boolean;
}

/** Pub/Sub's own numbers: `shared/catalog/phases.json` sets them. */
const ACK_DEADLINE_MS = 600_000;
const MAX_DELIVERIES = 50;
const backoffMs = (deliveries: number): number => Math.min(600_000, 10_000 * 2 ** (deliveries - 1));

/** The share of deaths that the sender of a message notices. */
const CLOSED_CONNECTIONS = 0.75;

/** Works a delivery; true acknowledges it. */
export type Deliver = (message: Message, worker: Worker) => Promise<boolean>;

/** Pub/Sub: at least once, in no order, again after a refusal or after silence, and given up after fifty deliveries. */
export class Topics {
  readonly #gate: Gate;
  readonly #deliver: Deliver;
  #published = new Map<string, number>();
  /** Messages nobody acknowledged in fifty deliveries. */
  dead = 0;
  /** Deaths of processes, not of machines. */
  refusedByDeath = 0;

  constructor(gate: Gate, deliver: Deliver) {
    this.#gate = gate;
    this.#deliver = deliver;
  }

  /** `by` names the publisher, so that the message has the same id in every replay. */
  publish(by: string, topic: Topic, data: Message['data'], options: { isSpared?: boolean } = {}): Message {
    const number = (this.#published.get(by) ?? 0) + 1;
    this.#published.set(by, number);
    const hash = hashText(`${by}/${number}`, this.#gate.faults.seed);
    const message: Message = {
      id: `m${hash.toString(36)}${number}`,
      topic,
      data,
      publishedAtMs: this.#gate.scheduler.now,
      isSpared: options.isSpared ?? false,
      deliveries: 0,
      isSettled: false,
    };
    if (message.isSpared) {
      this.#work(message);
      return message;
    }
    const key = `${topic}.${message.id}`;
    const { messages } = this.#gate.faults.profile;
    const { scheduler } = this.#gate;
    const first = scheduler.now + 50 + Math.floor(unit(hash) * 400);
    const late = this.#strikes(`${key} is late`, messages.delay);
    const at = late === undefined ? first : first + Math.floor(late.between(2000, 400_000));
    if (late !== undefined) this.#gate.disturbedUntil(at);
    if (this.#strikes(`${key} is lost once`, messages.drop) === undefined) this.#deliverAt(at, message);
    else {
      this.#gate.disturbedUntil(at + ACK_DEADLINE_MS);
      this.#deliverAt(at + ACK_DEADLINE_MS, message);
    }
    const copy = this.#strikes(`${key} comes twice`, messages.duplicate);
    if (copy !== undefined) {
      const again = at + Math.floor(copy.between(0, copy.chance(0.5) ? 3000 : 300_000));
      scheduler.at(again, () => this.#work(message));
      this.#gate.disturbedUntil(again);
    }
    return message;
  }

  #strikes(key: string, chance: number) {
    return chance === 0 ? undefined : this.#gate.faults.strikes(key, chance);
  }

  #deliverAt(at: number, message: Message): void {
    this.#gate.scheduler.at(at, () => {
      if (!message.isSettled) this.#work(message);
    });
  }

  #work(message: Message): void {
    message.deliveries += 1;
    const { scheduler } = this.#gate;
    const worker = new Worker(
      `${message.topic}.${message.id}.${message.deliveries}`,
      this.#gate.faults.seed,
      scheduler,
    );
    worker.isSpared = message.isSpared;
    this.#gate.say(`${worker.key} is delivered`);
    const silence = scheduler.at(scheduler.now + ACK_DEADLINE_MS, () => this.#again(message, 0));
    const settle = (isAcknowledged: boolean): void => {
      silence.work = undefined;
      if (isAcknowledged) message.isSettled = true;
      else this.#again(message, backoffMs(message.deliveries));
    };
    // A process that dies closes its connection, which refuses the message; a machine that is lost says nothing.
    worker.onDeath = () => {
      if (unit(mix(worker.seed, worker.calls)) >= CLOSED_CONNECTIONS) return;
      this.refusedByDeath += 1;
      scheduler.at(scheduler.now + 1000, () => settle(false));
    };
    this.#deliver(message, worker).then(settle, () => settle(false));
  }

  #again(message: Message, afterMs: number): void {
    if (message.isSettled) return;
    if (message.deliveries >= MAX_DELIVERIES) {
      this.dead += 1;
      message.isSettled = true;
    } else this.#deliverAt(this.#gate.scheduler.now + afterMs, message);
  }
}
