import { PortError } from '../domain/errors.ts';
import type { QuarantineRecord } from '../envelope/parse-envelope.ts';
import type { DocumentsPort } from '../ports/documents.ts';

/** By digest: the same hostile message a million times is one document, and the first of them stays as it was kept. */
export async function keepEvidence(documents: DocumentsPort, record: QuarantineRecord): Promise<void> {
  try {
    // Nothing is read before: one call, and the same hostile message from many sides contends for nothing.
    await documents.transact(async (transaction) => transaction.create(`quarantine/${record.id}`, record));
  } catch (error) {
    if (!(error instanceof PortError) || error.code !== 'already-exists') throw error;
  }
}
