import type { Clock } from '../../ports/clock.ts';
import type { EvidencePort } from '../../ports/evidence.ts';
import { createEvidence, type EvidenceParts } from '../evidence/index.ts';
import type { CloudPlace } from './endpoints.ts';
import { firestoreCollections } from './evidence-collections.ts';
import { cloudMetricReadings } from './evidence-metrics.ts';

export interface CloudEvidenceOptions extends CloudPlace, Omit<EvidenceParts, 'collections' | 'metrics'> {
  /** The application's Firestore database, which evidence is read from: `(default)`, or its name. */
  readonly databaseId: string;
  readonly firestoreEmulatorHost?: string | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/** Evidence on Google Cloud: the same reading as in the local world, over Firestore, Cloud Monitoring and the cloud's parts. */
export function createCloudEvidence(options: CloudEvidenceOptions): EvidencePort {
  const { projectId, databaseId, firestoreEmulatorHost: emulatorHost } = options;
  return createEvidence({
    ...options,
    collections: firestoreCollections({ projectId, databaseId, emulatorHost }),
    metrics: cloudMetricReadings(options),
  });
}
