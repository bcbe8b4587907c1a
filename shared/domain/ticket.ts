import { digestOf, type Json } from './json.ts';
import type { Pins } from './run.ts';
import type { Instant } from './time.ts';

/** What was checked, by name: commits, refs, batches, service revisions. Each value is compared again before noon acts. */
export type Bindings = Readonly<Record<string, Json>>;

interface TicketBase {
  /** One hash over everything the go decision rests on. */
  readonly id: string;
  readonly slotId: string;
  readonly attempt: number;
  readonly issuedAt: Instant;
  readonly validUntil: Instant;
  readonly bindings: Bindings;
  readonly pins: Pins;
  readonly resultsDigest: string;
}

export type Ticket =
  | (TicketBase & { readonly status: 'open' })
  | (TicketBase & { readonly status: 'claimed'; readonly claimedBy: string; readonly claimedAt: Instant })
  | (TicketBase & {
      readonly status: 'used';
      readonly claimedBy: string;
      readonly usedAt: Instant;
      readonly good: boolean;
    })
  | (TicketBase & { readonly status: 'void'; readonly voidedAt: Instant; readonly moved: readonly string[] });

export type TicketContent = Omit<TicketBase, 'id'>;

export function issueTicket(content: TicketContent): Ticket {
  return { ...content, id: digestOf(content), status: 'open' };
}

/** The ticket's hash still says what the ticket says. */
export function isIntact(ticket: Ticket): boolean {
  const { slotId, attempt, issuedAt, validUntil, bindings, pins, resultsDigest } = ticket;
  return ticket.id === digestOf({ slotId, attempt, issuedAt, validUntil, bindings, pins, resultsDigest });
}

/** Why this run may not act on the ticket; undefined when it may. */
export function ticketFault(ticket: Ticket | null, runId: string, at: Instant): string | undefined {
  if (ticket === null) return 'there is no go ticket';
  if (ticket.status === 'void') return `the go ticket is void: ${ticket.moved.join(', ')}`;
  if (ticket.status === 'used') return `the go ticket was used by ${ticket.claimedBy}`;
  if (ticket.status === 'claimed' && ticket.claimedBy !== runId)
    return `the go ticket is claimed by ${ticket.claimedBy}`;
  if (!isIntact(ticket)) return 'the go ticket does not match its own hash';
  if (ticket.status === 'open' && ticket.validUntil < at) return `the go ticket was valid until ${ticket.validUntil}`;
  return undefined;
}

/** What moved between the go decision and now, by name with both values. */
export function movedBindings(
  ticketed: Bindings,
  observed: Bindings,
): readonly { name: string; was: Json; is: Json }[] {
  const names = [...new Set([...Object.keys(ticketed), ...Object.keys(observed)])].sort();
  return names
    .map((name) => ({ name, was: ticketed[name] ?? null, is: observed[name] ?? null }))
    .filter(({ was, is }) => digestOf(was) !== digestOf(is));
}
