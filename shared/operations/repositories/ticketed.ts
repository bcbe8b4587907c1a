import type { Repository as Configured } from '../../domain/configuration/index.ts';
import { fails, type Observation } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import type { Bindings } from '../../domain/ticket.ts';
import type { ObjectId, Repository } from '../../ports/repositories.ts';
import { observeCommits } from './observe-repositories.ts';
import { portRepository, type RepositoryContext, softness, subjectOf } from './repository.ts';

/** One repository as the go ticket binds it. */
export interface Ticketed {
  readonly configured: Configured;
  readonly repository: Repository;
  readonly commit: ObjectId;
  readonly releaseRef: ObjectId | null;
}

export interface TicketedRelease {
  readonly repositories: readonly Ticketed[];
  readonly bindings: Bindings;
  /** What is not bound and why nothing can be released. */
  readonly findings: readonly Observation[];
}

/**
 * What noon releases is what the ticket says, and nothing that is observed later. A dry-run without a ticket plans
 * with what is there now, as if T-30 had just been go.
 */
export async function ticketedRelease(context: RepositoryContext): Promise<TicketedRelease> {
  const { ticket } = context.day;
  if (ticket === null && context.mode === 'run') {
    const noTicket = fails({
      code: 'no-ticket',
      subject: 'ticket',
      message: 'there is no go ticket, so nothing may be released',
      remedy: 'rerun t-30-final-check',
    });
    return { repositories: [], bindings: {}, findings: [noTicket] };
  }
  const bindings = ticket?.bindings ?? (await observeCommits(context)).bindings;
  const findings: Observation[] = [];
  const repositories = context.configuration.repositories.flatMap((configured): Ticketed[] => {
    const commit = bindings[`repositories/${configured.name}/commit`];
    if (typeof commit !== 'string') {
      findings.push(unbound(configured));
      return [];
    }
    const releaseRef = idOrNull(bindings[`repositories/${configured.name}/release-ref`]);
    return [{ configured, repository: portRepository(configured), commit, releaseRef }];
  });
  return { repositories, bindings, findings };
}

const idOrNull = (value: Json | undefined): ObjectId | null => (typeof value === 'string' ? value : null);

const unbound = (configured: Configured): Observation =>
  fails({
    code: 'not-ticketed',
    subject: subjectOf(configured),
    message: `the ticket binds no commit of ${configured.name}, so it is not released`,
    remedy: 'make it reachable, then rerun t-30-final-check',
    ...softness(configured),
  });

/** A finding that is not soft keeps every effect of the operation from beginning. */
export const blocks = (findings: readonly Observation[]): boolean =>
  findings.some(({ state, soft }) => state !== 'noted' && soft !== true);
