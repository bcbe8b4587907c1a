import { createCloudAccess } from '../adapters/gcp/access.ts';
import { withImageScans } from '../adapters/gcp/advisories.ts';
import { createCloudBackups } from '../adapters/gcp/backups.ts';
import { createCloudCredentials } from '../adapters/gcp/credentials.ts';
import { createCloudDatasets } from '../adapters/gcp/datasets.ts';
import { endpointsFrom } from '../adapters/gcp/endpoints.ts';
import { createCloudEvidence } from '../adapters/gcp/evidence.ts';
import { withGithub } from '../adapters/gcp/github.ts';
import { gitThroughEndpoint } from '../adapters/gcp/github-endpoint.ts';
import { FirestoreMemory } from '../adapters/gcp/memory.ts';
import { createCloudMetrics } from '../adapters/gcp/metrics.ts';
import { createCloudObjects } from '../adapters/gcp/objects.ts';
import { createCloudSchedules } from '../adapters/gcp/schedules.ts';
import { createCloudServices } from '../adapters/gcp/services.ts';
import { gitRepositories } from '../adapters/git/index.ts';
import { createHttpClient } from '../adapters/http/client.ts';
import { createDnsClient } from '../adapters/http/dns.ts';
import { createOsvAdvisories } from '../adapters/osv/index.ts';
import type { Configuration } from '../domain/configuration/index.ts';
import { createHistory } from '../engine/history.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentsPort } from '../ports/documents.ts';
import { cloudMessenger } from './cloud-messenger.ts';
import { type CloudSettings, text } from './cloud-settings.ts';
import type { Outside } from './outside.ts';
import { keysFromCredentials } from './snapshot-keys.ts';
import { withRepositoryCredentials, withServiceCredentials } from './with-credentials.ts';

interface Options {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settings: CloudSettings;
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly documents: DocumentsPort;
  /** High Noon's own database. */
  readonly databaseId: string;
}

/** The business's own data lies in the project's default database, apart from High Noon's state. */
const APPLICATION_DATABASE = '(default)';

/** Google Cloud around the engine: one adapter for each port, each of which connects when it is first used. */
export function cloudOutside({ environment, settings, configuration, clock, documents, databaseId }: Options): Outside {
  const { project_id: projectId, region, environment: environmentName } = configuration.deployment;
  const endpoints = endpointsFrom(environment);
  const place = { projectId, region };
  const isEmulated = settings.emulators !== undefined;
  const emulatorHost = settings.emulators?.firestore;
  const client = createHttpClient({ allowLoopbackHttp: isEmulated });
  const { allowed_audiences: allowedAudiences } = configuration.network;
  const credentials = createCloudCredentials({ ...place, endpoint: endpoints.SECRET_MANAGER, allowedAudiences });
  const http = withServiceCredentials(client, configuration, credentials);
  const repositories = withRepositoryCredentials(
    withGithub({
      git: gitRepositories({ http: gitThroughEndpoint(client, endpoints.GITHUB) }),
      urls: configuration.repositories.map(({ url }) => url),
      http: client,
      endpoint: endpoints.GITHUB,
    }),
    configuration,
    credentials,
  );
  const objects = createCloudObjects({ projectId, endpoint: settings.storageHost });
  const services = createCloudServices({ ...place, endpoint: endpoints.RUN });
  const memory = new FirestoreMemory({
    projectId,
    databaseId: APPLICATION_DATABASE,
    emulatorHost,
    clock,
    ignoresReadTime: settings.clockUrl !== undefined,
  });
  const monitoring = { ...place, endpoint: endpoints.MONITORING, clock };
  return {
    ports: {
      objects,
      services,
      memory,
      http,
      repositories,
      access: createCloudAccess({ ...place, endpoint: endpoints.RESOURCE_MANAGER, iamEndpoint: endpoints.IAM }),
      advisories: withImageScans(
        createOsvAdvisories({
          fetch,
          ...(endpoints.OSV === undefined
            ? {}
            : { baseUrl: `http://${endpoints.OSV}`, dataUrl: `http://${endpoints.OSV}` }),
        }),
        { ...place, endpoint: endpoints.ARTIFACT_ANALYSIS },
      ),
      backups: createCloudBackups({
        ...place,
        databaseId,
        objects,
        clock,
        endpoint: endpoints.FIRESTORE_ADMIN,
        bigqueryEndpoint: endpoints.BIGQUERY,
      }),
      datasets: createCloudDatasets({
        ...place,
        objects,
        clock,
        endpoint: endpoints.BIGQUERY,
        datasets: configuration.datasets,
      }),
      dns: createDnsClient(),
      evidence: createCloudEvidence({
        ...monitoring,
        databaseId: APPLICATION_DATABASE,
        firestoreEmulatorHost: emulatorHost,
        configuration,
        objects,
        http,
        services,
        repositories,
      }),
      history: createHistory(documents),
      keys: keysFromCredentials(credentials),
      schedules: createCloudSchedules({ ...place, endpoint: endpoints.SCHEDULER }),
    },
    metrics: createCloudMetrics({ ...monitoring, namespace: environmentName }),
    messenger: cloudMessenger({
      http: client,
      credentials,
      configuration,
      operatorUrl: text(environment, 'HIGHNOON_OPERATOR_URL'),
      isEmulated,
    }),
    close: () => memory.close(),
  };
}
