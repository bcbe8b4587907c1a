import { fails, type Observation } from '../../domain/finding.ts';
import { IntegrityError, SourceError } from '../../snapshots/index.ts';
import { cannotTell } from '../support/cannot-tell.ts';

/** What went wrong with a collection as a finding: stored bytes that changed, a record that no snapshot can hold, or the world. */
export function explainFault(error: unknown, subject: string, what: string, isPersonal = false): Observation {
  if (error instanceof IntegrityError) return damage(error);
  if (error instanceof SourceError) {
    const record = isPersonal ? 'a record' : error.path;
    return fails({
      code: 'unreadable-record',
      subject,
      message: `${what}: ${record} cannot be captured without loss`,
      remedy: 'mend or remove that record, then rerun the slot',
    });
  }
  return cannotTell(error, subject, what);
}

/** Names the collection and the chunk; never what is in it. */
export function damage({ kind, collection, chunk, uri }: IntegrityError): Observation {
  return fails({
    code: 'damaged',
    subject: `memory/${collection}`,
    severity: 'critical',
    message: `${kind}: chunk ${chunk} of ${collection} in ${uri} is not what was written`,
    remedy: 'find out what changed the bucket; the snapshot is set aside and made again from what is there now',
    facts: { chunk, uri, kind },
  });
}
