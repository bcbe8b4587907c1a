import type { SharedClock } from '../adapters/gcp/clock.ts';
import { FirestoreDocuments } from '../adapters/gcp/documents.ts';
import { createCloudLog } from '../adapters/gcp/log.ts';
import { createCloudPublisher } from '../adapters/gcp/publisher.ts';
import { systemClock } from '../adapters/local/clock.ts';
import { systemIds } from '../adapters/local/ids.ts';
import { UsageError } from '../domain/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { DocumentsPort } from '../ports/documents.ts';
import { type CloudSettings, cloudSettings } from './cloud-settings.ts';
import { codeRevisionOf, databaseName, resourceNamer } from './deployed-names.ts';
import { drainOnSigterm } from './drain.ts';
import { anchorsUriOf, limitsFrom } from './engine-settings.ts';
import { checkConfiguration, type LoadedConfiguration, loadConfiguration } from './load-configuration.ts';
import type { Outside } from './outside.ts';
import { restampBy } from './restamp.ts';
import type { Runtime } from './runtime.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface CloudOptions {
  readonly log?: (line: string) => void;
  /** A function hands its work over when it is asked to go; a command of a person just ends. */
  readonly drains?: boolean;
  /** Wraps the engine's store: what counts its operations stands here. */
  readonly wrapDocuments?: (documents: DocumentsPort) => DocumentsPort;
}

/** The engine over Firestore and Pub/Sub, and over everything else of Google Cloud or of the sample world. */
export async function createCloudRuntime(environment: Environment, options: CloudOptions = {}): Promise<Runtime> {
  const settings = cloudSettings(environment);
  const { emulators } = settings;
  const loaded = await readConfiguration(settings);
  const { configuration } = loaded;
  const { project_id: projectId, region, environment: environmentName } = configuration.deployment;
  requireSame('HIGHNOON_ENV', environment.HIGHNOON_ENV, environmentName);
  requireSame('GOOGLE_CLOUD_PROJECT', environment.GOOGLE_CLOUD_PROJECT, projectId);
  const resourceName = resourceNamer(environmentName);
  const shared = await sharedClock(settings.clockUrl);
  const clock = shared ?? systemClock;
  const databaseId = settings.databaseId ?? databaseName(environmentName, emulators !== undefined);
  const firestore = new FirestoreDocuments({
    projectId,
    databaseId,
    emulatorHost: emulators?.firestore,
    clock,
    ids: systemIds,
    readTime: shared?.refresh,
  });
  const publisher = createCloudPublisher({ projectId, region, emulatorHost: emulators?.pubsub, topicOf: resourceName });
  const codeRevision = codeRevisionOf(environment);
  const log = createCloudLog({
    projectId,
    service: settings.service,
    version: codeRevision,
    clock,
    write: options.log ?? ((line) => process.stdout.write(`${line}\n`)),
  });
  const documents = options.wrapDocuments?.(firestore) ?? firestore;
  const isSample = isSampleWorld(settings, loaded);
  const outside = await openOutside({ isSample, environment, settings, loaded, clock, documents, databaseId });
  const draining =
    options.drains === false
      ? new AbortController().signal
      : drainOnSigterm(() => log.write('NOTICE', 'asked to go: checkpoint, release, continue elsewhere'));
  const engine: Engine = {
    clock,
    ids: systemIds,
    log,
    documents,
    publisher,
    metrics: outside.metrics,
    ports: outside.ports,
    phases: {},
    configuration,
    configurationSha256: loaded.sha256,
    pinnedConfigurationSha256: environment.HIGHNOON_CONFIG_SHA256,
    codeRevision,
    anchorsUri: anchorsUriOf(configuration),
    environmentName,
    environment,
    // The sample world has nothing to lose on its first day; a real one waits for a person.
    holdAtGenesis: !isSample,
    limits: limitsFrom(environment),
    // One phase in five needs it: loaded when a report is owed.
    writeWeeklyReport: async (own, owed) => {
      const { writeWeeklyReport } = await import('./write-weekly-report.ts');
      await writeWeeklyReport(own, owed);
    },
    draining,
  };
  return {
    engine,
    messenger: outside.messenger,
    refreshClock: async () => {
      await shared?.refresh();
    },
    ...(shared === undefined ? {} : { restamp: restampBy(shared) }),
    resourceName,
    async close() {
      await outside.close();
      await Promise.all([firestore.close(), publisher.close()]);
    },
  };
}

/** A clock of test days is loaded where one is named, and nowhere else. */
async function sharedClock(url: string | undefined): Promise<SharedClock | undefined> {
  if (url === undefined) return undefined;
  const { createSharedClock } = await import('../adapters/gcp/clock.ts');
  const shared = createSharedClock(url, systemClock);
  await shared.refresh();
  return shared;
}

function requireSame(name: string, given: string | undefined, configured: string): void {
  if (given === undefined || given === '' || given === configured) return;
  throw new UsageError(`${name} '${given}': the configuration says '${configured}', and only that is allowed`);
}

async function readConfiguration(settings: CloudSettings): Promise<LoadedConfiguration> {
  const { configuration: source, emulators, storageHost } = settings;
  const local = emulators !== undefined;
  if (!source.startsWith('gs://')) return loadConfiguration(source, { local });
  const { readSmallObject } = await import('../adapters/gcp/read-small-object.ts');
  return checkConfiguration(await readSmallObject(source, { endpoint: storageHost }), source, { local });
}

/** The sample's addresses exist only where somebody plays them, which is never beside a real store. */
const isSampleWorld = ({ emulators }: CloudSettings, { text }: LoadedConfiguration): boolean =>
  emulators !== undefined && text.includes('sample://');

async function openOutside(options: {
  readonly isSample: boolean;
  readonly environment: Environment;
  readonly settings: CloudSettings;
  readonly loaded: LoadedConfiguration;
  readonly clock: typeof systemClock;
  readonly documents: DocumentsPort;
  readonly databaseId: string;
}): Promise<Outside> {
  const { environment, clock, documents, settings, databaseId } = options;
  const { configuration } = options.loaded;
  if (options.isSample) {
    const { sampleOutside } = await import('./sample-outside.ts');
    return sampleOutside({ environment, configuration, clock, documents });
  }
  const { cloudOutside } = await import('./cloud-outside.ts');
  return cloudOutside({ environment, configuration, clock, documents, settings, databaseId });
}
