import { type Configuration, parseSource } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import type { EvidencePort, EvidenceSet } from '../../ports/evidence.ts';
import type { HttpPort } from '../../ports/http.ts';
import type { ObjectsPort } from '../../ports/objects.ts';
import type { RepositoriesPort } from '../../ports/repositories.ts';
import type { ServicesPort } from '../../ports/services.ts';
import type { CollectionReader, MetricsReader } from './readers.ts';
import { serviceSettings } from './service-settings.ts';
import { setOfRecords } from './set.ts';
import { objectSet } from './stored-objects.ts';
import { trackedFiles } from './tracked-files.ts';

export type { CollectionReader, MetricReading, MetricsReader } from './readers.ts';

/** The systems that evidence is read from; each is a port or a reader of its own. */
export interface EvidenceParts {
  readonly configuration: Pick<Configuration, 'services' | 'repositories'>;
  readonly objects: Pick<ObjectsPort, 'stat' | 'list' | 'read'>;
  readonly http: HttpPort;
  readonly services: Pick<ServicesPort, 'describe' | 'revision'>;
  readonly repositories: Pick<RepositoriesPort, 'listRefs' | 'listFiles'>;
  readonly collections: CollectionReader;
  readonly metrics: MetricsReader;
}

/** Pages of a site: text of people's size. */
const LARGEST_PAGE = 4 * 1024 * 1024;
const PAGE_TIMEOUT_MS = 10_000;

/** Evidence over parts that already stand: which system holds it is said by its address. */
export function createEvidence(parts: EvidenceParts): EvidencePort {
  return {
    async open({ uri, format }, { signal }): Promise<EvidenceSet> {
      const source = parseSource(uri);
      if (typeof source === 'string') throw new PortError('evidence', 'invalid', `${uri} ${source}`);
      const options = signal === undefined ? {} : { signal };
      switch (source.system) {
        case 'gs':
          return objectSet(parts.objects, uri, format, signal);
        case 'firestore': {
          const { updatedAt, records } = await parts.collections.open(source.collection, options);
          return setOfRecords({ request: `documents of ${uri}`, updatedAt }, records);
        }
        case 'https':
        case 'sample':
          return pageSet(parts.http, uri, signal);
        case 'run:env':
          return serviceSettings(parts, signal);
        case 'repositories':
          return trackedFiles(parts, signal);
        case 'metrics':
          return metricSet(parts.metrics, signal);
        case 'bigquery':
          throw new PortError(
            'evidence',
            'unsupported',
            `${uri}: export the table to \`gs://\` and name that as evidence`,
          );
        default:
          return source satisfies never;
      }
    },
  };
}

/** One page is one record. A site is asked as anybody would ask it. */
async function pageSet(http: HttpPort, uri: string, signal: AbortSignal | undefined): Promise<EvidenceSet> {
  const limits = { maxBytes: LARGEST_PAGE, timeoutMs: PAGE_TIMEOUT_MS };
  const response = await http.request(uri, { method: 'GET', ...limits, ...(signal === undefined ? {} : { signal }) });
  const body = new TextDecoder().decode(response.body);
  return setOfRecords({ request: `GET ${uri}`, updatedAt: null }, [{ url: uri, status: response.status, body }]);
}

/** The newest of the values says how old the metrics are; a set without any is empty, whatever its age. */
async function metricSet(metrics: MetricsReader, signal: AbortSignal | undefined): Promise<EvidenceSet> {
  const readings = await metrics.latest(signal);
  const newest = readings.reduce<string | null>((at, one) => (at === null || one.at > at ? one.at : at), null);
  return setOfRecords(
    { request: 'newest values of all metrics', updatedAt: newest },
    readings.map((one) => ({ ...one })),
  );
}
