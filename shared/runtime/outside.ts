import type { Messenger } from '../ports/messenger.ts';
import type { MetricsPort } from '../ports/metrics.ts';
import type { PortMap } from '../ports/port-map.ts';

/** Everything of a cloud process that is neither the engine's own store nor its messages. */
export interface Outside {
  readonly ports: PortMap;
  readonly metrics: MetricsPort;
  readonly messenger: Messenger;
  close(): Promise<void>;
}
