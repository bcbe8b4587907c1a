import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createCloudObjects } from '../../../shared/adapters/gcp/objects.ts';
import { startOsvServer } from '../../../shared/adapters/local/osv-server.ts';
import { riskFiles } from '../../../shared/adapters/local/sample/risk.ts';
import { startSampleServices } from '../../../shared/adapters/local/sample-services.ts';
import { worldFiles } from '../../../shared/adapters/local/sample-world.ts';
import { metricCatalog } from '../../../shared/domain/catalog.ts';
import { epochMs } from '../../../shared/domain/time.ts';
import type { LocalRuntime } from '../../../shared/runtime/local.ts';
import { type PolicyStandIn, startIam, startPolicies } from '../../standins/access.ts';
import { startArtifactAnalysis } from '../../standins/artifact-analysis.ts';
import { type BigQueryStandIn, startBigQuery } from '../../standins/bigquery.ts';
import type { Faults } from '../../standins/faults.ts';
import { startFirestore } from '../../standins/firestore.ts';
import { type GithubHost, startGithubHost } from '../../standins/github-host.ts';
import { type MailServer, startMailServer } from '../../standins/mail-server.ts';
import { type MonitoringStandIn, startMonitoring } from '../../standins/monitoring.ts';
import { type RunStandIn, startRun } from '../../standins/run.ts';
import { type SchedulerStandIn, startScheduler } from '../../standins/scheduler.ts';
import { startSecretManager } from '../../standins/secret-manager.ts';
import { type StorageStandIn, startStorage } from '../../standins/storage.ts';
import { CONFIGURATION_URI, cloudConfiguration, OWNER, PROJECT } from './configuration.ts';
import { seedRun, servingIn } from './seed-run.ts';
import { readJson, seedAccess, seedBackups, seedCollections, seedObjects, seedScans, seedSchedules } from './seeds.ts';

const REGION = 'us-central1';
export const RUN_PARENT = `projects/${PROJECT}/locations/${REGION}`;
export const DATABASE = 'highnoon';
/** The check that GitHub requires on the default branches. */
export const CHECK = 'build';
const SECRETS = {
  'highnoon-git-read-token': 'a-token-that-only-reads',
  'highnoon-git-write-token': 'a-token-that-may-write-too',
  'highnoon-snapshot-key': 'a passphrase that nobody guesses in time',
  'gateway-token': 'the-token-of-the-reasoning-gateway',
} as const;

export type Part = 'storage' | 'run' | 'bigquery' | 'scheduler' | 'secrets' | 'policies' | 'iam' | 'scans' | 'backups';

/** Everything of Google Cloud that has no emulator, and GitHub, over the sample world of a folder. */
export interface CloudWorld {
  /** What a function's environment needs beside the emulators' hosts. */
  readonly environment: Readonly<Record<string, string>>;
  readonly run: RunStandIn;
  readonly bigquery: BigQueryStandIn;
  readonly monitoring: MonitoringStandIn;
  readonly scheduler: SchedulerStandIn;
  readonly policies: PolicyStandIn;
  /** Where each part can be told to fail, by a short name. */
  readonly faults: Readonly<Record<Part, Faults>>;
  readonly storage: StorageStandIn;
  readonly github: GithubHost;
  readonly chat: Chat;
  readonly mail: MailServer;
  /** When each secret was read, by its name and the day's clock. */
  readonly secretsRead: readonly { readonly name: string; readonly at: string }[];
  /** Every secret that was made up for the day: none may stand in a log line. */
  readonly secrets: readonly string[];
  /** Brings what the sample world did since (commits, batches, a new candidate) to the stand-ins. */
  sync(): Promise<void>;
}

export async function openCloudWorld(
  local: LocalRuntime,
  firestoreHost: string,
  stack: AsyncDisposableStack,
): Promise<CloudWorld> {
  const closing = <T extends { close(): Promise<void> }>(one: T): T => {
    stack.defer(() => one.close());
    return one;
  };
  const { clock, data } = local;
  const nowMs = () => epochMs(clock.now());
  const storage = closing(await startStorage({ nowMs }));
  const run = closing(await startRun(RUN_PARENT));
  const bigquery = closing(await startBigQuery(storage));
  const monitoring = closing(await startMonitoring({ nowMs, prefix: metricCatalog.prefix }));
  const scheduler = closing(await startScheduler());
  const secrets = closing(await startSecretManager());
  const policies = closing(await startPolicies());
  const iam = closing(await startIam());
  const scans = closing(await startArtifactAnalysis());
  const firestoreAdmin = closing(await startFirestore());
  const osv = closing(await startOsvServer());
  const github = closing(
    await startGithubHost({
      owner: OWNER,
      repositories: worldFiles(data).repositories,
      folder: join(data, 'github'),
      token: SECRETS['highnoon-git-read-token'],
      writeToken: SECRETS['highnoon-git-write-token'],
      check: CHECK,
    }),
  );
  const services = closing(
    await startSampleServices({
      clock,
      token: SECRETS['gateway-token'],
      servingRevision: (service) => servingIn(run, RUN_PARENT, service),
    }),
  );
  const chat = await startChat(stack);
  const mail = closing(await startMailServer({ tls: 'implicit', user: 'noon', password: 'of-the-mail-server' }));
  const secretValues: Record<string, string> = {
    ...SECRETS,
    'highnoon-relay-webhook': chat.url,
    'highnoon-relay-mail': `smtps://noon:of-the-mail-server@${mail.endpoint}`,
  };
  for (const [name, value] of Object.entries(secretValues))
    secrets.secrets.set(`projects/${PROJECT}/secrets/${name}/versions/latest`, value);

  const secretsRead: { name: string; at: string }[] = [];
  secrets.onAsked = (version) => secretsRead.push({ name: version.split('/')[3] ?? '', at: clock.now() });

  const objects = createCloudObjects({ projectId: PROJECT, endpoint: storage.origin });
  const configuration = Buffer.from(cloudConfiguration(services.resolve));
  await objects.write(CONFIGURATION_URI, configuration, { when: 'any' });
  const seeded = new Map<string, string>();
  seedSchedules(scheduler, REGION);

  const world: CloudWorld = {
    run,
    bigquery,
    monitoring,
    scheduler,
    policies,
    faults: {
      storage: storage.faults,
      run: run.faults,
      bigquery: bigquery.faults,
      scheduler: scheduler.faults,
      secrets: secrets.faults,
      policies: policies.faults,
      iam: iam.faults,
      scans: scans.faults,
      backups: firestoreAdmin.faults,
    },
    storage,
    github,
    chat,
    mail,
    secretsRead,
    secrets: Object.values(secretValues),
    environment: {
      COMPLIANCE_LEVEL: '21+',
      SOVEREIGN_TRINITY: local.engine.configuration.repositories.map(({ name }) => name).join(','),
      GOOGLE_CLOUD_PROJECT: PROJECT,
      HIGHNOON_STORE: 'firestore',
      HIGHNOON_ENV: 'production',
      HIGHNOON_DATABASE: DATABASE,
      HIGHNOON_CONFIG: CONFIGURATION_URI,
      HIGHNOON_CONFIG_SHA256: createHash('sha256').update(configuration).digest('hex'),
      HIGHNOON_CODE_REVISION: 'cloud-day',
      HIGHNOON_PII_KEY: 'a key for the names of people',
      STORAGE_EMULATOR_HOST: storage.origin,
      HIGHNOON_ENDPOINT_MONITORING: monitoring.endpoint,
      HIGHNOON_ENDPOINT_RUN: run.endpoint,
      HIGHNOON_ENDPOINT_SCHEDULER: scheduler.endpoint,
      HIGHNOON_ENDPOINT_FIRESTORE_ADMIN: firestoreAdmin.endpoint,
      HIGHNOON_ENDPOINT_SECRET_MANAGER: secrets.endpoint,
      HIGHNOON_ENDPOINT_RESOURCE_MANAGER: policies.endpoint,
      HIGHNOON_ENDPOINT_IAM: iam.endpoint,
      HIGHNOON_ENDPOINT_BIGQUERY: bigquery.endpoint,
      HIGHNOON_ENDPOINT_ARTIFACT_ANALYSIS: scans.endpoint,
      HIGHNOON_ENDPOINT_OSV: new URL(osv.origin).host,
      HIGHNOON_ENDPOINT_GITHUB: github.endpoint,
    },
    async sync() {
      await seedObjects(local, objects, services.resolve, seeded);
      await seedCollections(local, firestoreHost);
      await seedRun(run, RUN_PARENT, local.engine.ports.services);
      const now = clock.now();
      seedAccess(data, now, policies, iam);
      seedBackups(firestoreAdmin, DATABASE, now);
      seedScans(scans, run, now);
      osv.setRecords(readJson(riskFiles(data).advisories) as Parameters<typeof osv.setRecords>[0]);
    },
  };
  await world.sync();
  return world;
}

interface Chat {
  /** An address that is a secret. */
  readonly url: string;
  /** What arrived, in order. */
  readonly texts: readonly string[];
  /** How often it said that it was not there. */
  readonly refused: number;
}

/** An incoming webhook of Slack's shape, which is down when it is first asked. */
async function startChat(stack: AsyncDisposableStack): Promise<Chat> {
  const texts: string[] = [];
  let refused = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (refused === 0) {
      refused += 1;
      response.writeHead(503).end();
      return;
    }
    const { text } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { text: string };
    texts.push(text);
    response.writeHead(200).end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/cloud-day`;
  return {
    url,
    texts,
    get refused() {
      return refused;
    },
  };
}
