import { fails, type Observation, result } from '../../domain/finding.ts';
import { movedBindings, ticketFault } from '../../domain/ticket.ts';
import { defineOperation } from '../define-operation.ts';
import { proveOwnWriting } from '../repositories/prove-repository-rollback.ts';
import { observeWorld } from './observe-world.ts';

const REMEDY =
  'find out what moved it; then rerun t-30-final-check for a new ticket, and noon while the window is open';

/** The gate's last look: the world is what T-30 said go to. Nothing has been changed yet when it fails. */
export const verifyTicket = defineOperation({
  name: 'verify-ticket',
  claim: 'the go ticket holds: what was checked at T-30 is what is there now',
  kind: 'check',
  failure: 'hard',
  needs: ['datasets', 'objects', 'repositories', 'services'],
  timeoutSeconds: 120,
  async run(context) {
    const { ticket } = context.day;
    const fault = ticketFault(ticket, context.runId, context.now());
    // A dry-run looks before the ticket is claimed, or after it was used: it says so and goes on looking.
    if (ticket === null || (fault !== undefined && context.mode === 'run')) {
      const message = fault ?? 'there is no go ticket';
      return {
        ...result([fails({ code: 'no-ticket', subject: 'ticket', message, remedy: REMEDY })], []),
        output: { moved: [], pins: {} },
      };
    }
    const [observed, writing] = [await observeWorld(context, ticket.bindings), await proveOwnWriting(context)];
    const moved = movedBindings(ticket.bindings, observed.bindings);
    const findings: Observation[] = [
      ...observed.findings,
      ...writing.findings,
      ...moved.map(({ name, was, is }) =>
        fails({
          code: 'moved',
          subject: name,
          message: `${name} was ${show(was)} at T-30 and is ${show(is)} now`,
          remedy: REMEDY,
        }),
      ),
    ];
    const evidence = {
      subject: 'ticket',
      request: `go ticket of ${ticket.slotId}#${ticket.attempt} against the world`,
      observedAt: context.now(),
      value: `${Object.keys(ticket.bindings).length} bindings`,
      digest: ticket.id,
    };
    return {
      ...result(findings, [...observed.evidence, ...writing.evidence, evidence]),
      output: { moved: moved.map(({ name }) => name), pins: observed.bindings },
    };
  },
});

const show = (value: unknown): string =>
  value === null ? 'absent' : String(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 80);
