import { PortError } from '../../domain/errors.ts';
import type { Messenger, Told } from '../../ports/messenger.ts';

/** Several ways to tell people, each for itself: one that fails keeps no other waiting, and who was told is not told again. */
export function createChannels(channels: Readonly<Record<string, Messenger>>): Messenger {
  return {
    async send(escalation): Promise<Told> {
      const open = Object.entries(channels).filter(([name]) => !(escalation.told ?? []).includes(name));
      const outcomes = await Promise.allSettled(open.map(([, messenger]) => messenger.send(escalation)));
      const failed = outcomes.flatMap((outcome, index) =>
        outcome.status === 'rejected' ? [{ channel: open[index]?.[0] ?? '', error: faultOf(outcome.reason) }] : [],
      );
      const reached = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value.channels : []));
      return { channels: reached, failed };
    },
  };
}

const faultOf = (error: unknown): PortError =>
  error instanceof PortError
    ? error
    : new PortError('messenger', 'internal', 'telling people failed by a fault of this program', { cause: error });
