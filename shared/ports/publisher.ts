import type { PhaseName } from '../domain/catalog.ts';
import type { Escalation } from '../domain/escalation.ts';
import type { TriggerBody } from '../domain/trigger.ts';

/** Sends triggers to the topic of a phase, and escalations to the relay's. Throws PortError. */
export interface Publisher {
  trigger(phase: PhaseName, body: TriggerBody): Promise<void>;
  escalate(escalation: Escalation): Promise<void>;
}
