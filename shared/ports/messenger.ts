import type { Escalation } from '../domain/escalation.ts';

/** Carries the detail of an escalation to people: chat and mail. Throws PortError; what was not sent is sent again. */
export interface Messenger {
  send(escalation: Escalation): Promise<{ readonly channels: readonly string[] }>;
}
