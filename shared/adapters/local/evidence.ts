import type { DocumentsPort } from '../../ports/documents.ts';
import type { EvidencePort } from '../../ports/evidence.ts';
import { type CollectionReader, createEvidence, type EvidenceParts } from '../evidence/index.ts';

export interface LocalEvidenceParts extends Omit<EvidenceParts, 'collections'> {
  readonly documents: Pick<DocumentsPort, 'get' | 'query'>;
}

/** Evidence of the local world: the same reading as in the cloud, over the embedded store and the local parts. */
export function createLocalEvidence({ documents, ...parts }: LocalEvidenceParts): EvidencePort {
  return createEvidence({ ...parts, collections: localCollections(documents) });
}

/**
 * Collections in the embedded store: records are `collections/NAME/records/ID`, and `collections/NAME` may say when
 * they were last written as a whole.
 */
export function localCollections(documents: Pick<DocumentsPort, 'get' | 'query'>): CollectionReader {
  return {
    async open(collection) {
      const about = await documents.get<{ readonly updatedAt?: string }>(`collections/${collection}`);
      const found = await documents.query<Record<string, unknown>>(`collections/${collection}/records`);
      async function* records() {
        for (const { id, data } of found) yield { _id: id, ...data };
      }
      return { updatedAt: about?.updatedAt ?? null, records: records() };
    },
  };
}
