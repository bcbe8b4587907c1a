import type { PortError } from '../domain/errors.ts';
import type { Escalation } from '../domain/escalation.ts';

export interface Told {
  /** Whom it reached now: `chat`, `mail`, ... */
  readonly channels: readonly string[];
  /** Channels that could not be reached, each for itself; they are tried again, and the others are not. */
  readonly failed?: readonly { readonly channel: string; readonly error: PortError }[];
}

/** Carries the detail of an escalation to people: chat and mail. */
export interface Messenger {
  /** Tells every channel but those that `escalation.told` names. Throws PortError when nobody could be reached. */
  send(escalation: Escalation): Promise<Told>;
}
