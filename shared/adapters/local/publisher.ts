import type { PhaseName } from '../../domain/catalog.ts';
import type { Escalation } from '../../domain/escalation.ts';
import type { Instant } from '../../domain/time.ts';
import type { TriggerBody } from '../../domain/trigger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Publisher } from '../../ports/publisher.ts';

/** A published message that waits for its delivery. */
export interface QueuedMessage {
  readonly topic: PhaseName | 'watchdog' | 'escalations';
  readonly messageId: string;
  readonly publishedAt: Instant;
  readonly data: unknown;
}

/** The topics of one machine: a queue in memory. What a killed process loses, the watchdog makes up for, as in the cloud. */
export class LocalPublisher implements Publisher {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #ids: Ids;
  readonly #queue: QueuedMessage[] = [];

  constructor(clock: Pick<Clock, 'now'>, ids: Ids) {
    this.#clock = clock;
    this.#ids = ids;
  }

  async trigger(phase: PhaseName, body: TriggerBody): Promise<void> {
    this.#push(phase, body);
  }

  async escalate(escalation: Escalation): Promise<void> {
    this.#push('escalations', escalation);
  }

  /** Takes the oldest message. */
  take(): QueuedMessage | undefined {
    return this.#queue.shift();
  }

  get size(): number {
    return this.#queue.length;
  }

  #push(topic: QueuedMessage['topic'], data: unknown): void {
    this.#queue.push({ topic, messageId: this.#ids.unique(), publishedAt: this.#clock.now(), data });
  }
}
