/** Defaults that follow from other parts of the configuration. */
import { USUAL_ALIASES } from './evidence.ts';
import type { ParsedConfiguration } from './schema.ts';
import { parseSource } from './sources.ts';

type Parsed = ParsedConfiguration;
export type Repository = Parsed['repositories'][number];
export type Service = Parsed['services'][number] & { readonly audience?: string };
export type Dataset = Omit<Parsed['datasets'][number], 'incoming_uri' | 'staged_uri' | 'live_uri'> & {
  incoming_uri: string;
  staged_uri: string;
  live_uri: string;
};
export type Evidence = Omit<Parsed['evidence'][string], 'alias' | 'format' | 'routes'> & {
  alias: string;
  format: 'ndjson' | 'json' | 'csv';
  routes: string[];
};
export type MemoryCollection = Parsed['memory'][number];
export type Configuration = Omit<
  Parsed,
  'context_manifest' | 'services' | 'datasets' | 'evidence' | 'docs' | 'reports' | 'snapshots' | 'network'
> & {
  context_manifest: Omit<Parsed['context_manifest'], 'uri'> & { uri: string };
  services: Service[];
  datasets: Dataset[];
  evidence: Record<string, Evidence>;
  docs: (Omit<Parsed['docs'][number], 'repository'> & { repository: string })[];
  reports: { uri: string };
  snapshots: Omit<Parsed['snapshots'], 'uri'> & { uri: string };
  network: Parsed['network'];
};

/** The bucket for one use: plain in production, with the name of the environment elsewhere. */
export function bucketName(deployment: Parsed['deployment'], use: 'data' | 'reports' | 'snapshots'): string {
  const environment = deployment.environment === 'production' ? '' : `-${deployment.environment}`;
  return `${deployment.project_id}-highnoon${environment}-${use}`;
}

export function derive(parsed: Parsed): Configuration {
  const { deployment } = parsed;
  const data = `gs://${bucketName(deployment, 'data')}`;
  const services = parsed.services.map(withAudience);
  const own = services.flatMap((service) => service.audience ?? []);
  return {
    ...parsed,
    context_manifest: {
      ...parsed.context_manifest,
      uri: parsed.context_manifest.uri ?? `${data}/context/context_manifest.yaml`,
    },
    services,
    datasets: parsed.datasets.map((dataset) => withPlaces(dataset, data)),
    evidence: Object.fromEntries(
      Object.entries(parsed.evidence).map(([name, entry]) => [name, withUsual(name, entry)]),
    ),
    docs: parsed.docs.map((document) => ({
      ...document,
      repository: document.repository ?? parsed.repositories[0]?.name ?? '',
    })),
    reports: { uri: parsed.reports.uri ?? `gs://${bucketName(deployment, 'reports')}/` },
    snapshots: { ...parsed.snapshots, uri: parsed.snapshots.uri ?? `gs://${bucketName(deployment, 'snapshots')}/` },
    network: { ...parsed.network, allowed_audiences: [...new Set([...parsed.network.allowed_audiences, ...own])] },
  };
}

function withAudience(service: Parsed['services'][number]): Service {
  if (service.auth !== 'oidc' || service.audience !== undefined) return service as Service;
  // Addresses of the sample world have no base before they are resolved.
  return service.url.startsWith('sample://')
    ? (service as Service)
    : { ...service, audience: new URL(service.url).origin };
}

function withPlaces(dataset: Parsed['datasets'][number], data: string): Dataset {
  const source = parseSource(dataset.source_uri);
  const system = typeof source === 'string' ? undefined : source;
  const isFolder = system?.system === 'gs' && (system.key === '' || system.key.endsWith('/'));
  return {
    ...dataset,
    incoming_uri: dataset.incoming_uri ?? (isFolder ? dataset.source_uri : `${data}/incoming/${dataset.name}/`),
    staged_uri: dataset.staged_uri ?? `${data}/staged/${dataset.name}/`,
    live_uri:
      dataset.live_uri ?? (system?.system === 'bigquery' ? dataset.source_uri : `${data}/live/${dataset.name}/`),
  };
}

function withUsual(name: string, entry: Parsed['evidence'][string]): Evidence {
  const ending = /\.(json|csv)$/.exec(entry.source_uri)?.[1];
  return {
    ...entry,
    alias: entry.alias ?? (Object.hasOwn(USUAL_ALIASES, name) ? USUAL_ALIASES[name] : undefined) ?? name,
    format: entry.format ?? (ending === 'json' || ending === 'csv' ? ending : 'ndjson'),
    routes: entry.routes ?? ['/'],
  };
}
