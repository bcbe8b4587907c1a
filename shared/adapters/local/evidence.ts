import type { Point } from '../../domain/points.ts';
import type { DocumentsPort } from '../../ports/documents.ts';
import type { EvidencePort } from '../../ports/evidence.ts';
import {
  type CollectionReader,
  createEvidence,
  type EvidenceParts,
  type MetricReading,
  type MetricsReader,
} from '../evidence/index.ts';

/** Collections that lie elsewhere than in the embedded store. */
export interface LoadedCollections {
  /** Undefined when the collection is not one of them. */
  openLoaded(
    collection: string,
  ): ReturnType<CollectionReader['open']> extends Promise<infer Opened> ? Promise<Opened | undefined> : never;
}

export interface LocalEvidenceParts extends Omit<EvidenceParts, 'collections' | 'metrics'> {
  readonly documents: Pick<DocumentsPort, 'get' | 'query'>;
  /** Where collections lie that were loaded as a whole; without it only those of the embedded store are seen. */
  readonly memory?: LoadedCollections;
  /** Default: the newest points that the embedded store holds. */
  readonly metrics?: MetricsReader;
}

/** Evidence of the local world: the same reading as in the cloud, over the embedded store and the local parts. */
export function createLocalEvidence({ documents, memory, ...parts }: LocalEvidenceParts): EvidencePort {
  const { metrics = localMetrics(documents) } = parts;
  return createEvidence({ ...parts, metrics, collections: localCollections(documents, memory) });
}

/** The newest point of each series, as the local metrics adapter keeps it: a histogram counts with its mean. */
export function localMetrics(documents: Pick<DocumentsPort, 'query'>): MetricsReader {
  return {
    async latest() {
      const points = await documents.query<Point & { readonly samples?: number }>('metrics');
      return points.map(({ data: { metric, labels, at, value, samples } }): MetricReading => {
        const isHistogram = value.kind === 'distribution';
        const number = isHistogram ? value.value.mean : value.value;
        return { metric, labels, at, value: number, samples: samples ?? (isHistogram ? value.value.count : 1) };
      });
    },
  };
}

/**
 * Collections in the embedded store: records are `collections/NAME/records/ID`, and `collections/NAME` may say when
 * they were last written as a whole.
 */
export function localCollections(
  documents: Pick<DocumentsPort, 'get' | 'query'>,
  memory?: LoadedCollections,
): CollectionReader {
  return {
    async open(collection) {
      const loaded = await memory?.openLoaded(collection);
      if (loaded !== undefined) return loaded;
      const about = await documents.get<{ readonly updatedAt?: string }>(`collections/${collection}`);
      const found = await documents.query<Record<string, unknown>>(`collections/${collection}/records`);
      async function* records() {
        for (const { id, data } of found) yield { _id: id, ...data };
      }
      return { updatedAt: about?.updatedAt ?? null, records: records() };
    },
  };
}
