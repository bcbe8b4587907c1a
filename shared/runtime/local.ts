import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { gitRepositories } from '../adapters/git/index.ts';
import { createHttpClient } from '../adapters/http/client.ts';
import { SteppedClock, systemClock } from '../adapters/local/clock.ts';
import { createLocalCredentials } from '../adapters/local/credentials.ts';
import { systemIds } from '../adapters/local/ids.ts';
import { createLog } from '../adapters/local/log.ts';
import { createLocalMessenger } from '../adapters/local/messenger.ts';
import { LocalMetrics } from '../adapters/local/metrics.ts';
import { LocalPublisher } from '../adapters/local/publisher.ts';
import {
  prepareSampleWorld,
  type SampleWorld,
  startSampleWorld,
  writeSampleConfiguration,
} from '../adapters/local/sample-world.ts';
import { UsageError } from '../domain/errors.ts';
import { type Instant, latest, parseInstant } from '../domain/time.ts';
import type { Engine } from '../engine/engine.ts';
import { localIdentity } from '../operator/identity/local-identity.ts';
import type { Clock } from '../ports/clock.ts';
import type { LogSeverity } from '../ports/log.ts';
import { codeRevisionOf, resourceNamer } from './deployed-names.ts';
import { anchorsUriOf, limitsFrom } from './engine-settings.ts';
import { loadConfiguration } from './load-configuration.ts';
import { localPorts } from './local-ports.ts';
import { openStore, refuseForeignStore } from './open-store.ts';
import type { Runtime } from './runtime.ts';
import { renewSampleMemory, seedSampleDay } from './seed-sample-day.ts';
import { keysFromCredentials } from './snapshot-keys.ts';
import { withRepositoryCredentials, withServiceCredentials } from './with-credentials.ts';
import { httpOfSample, repositoriesOfSample } from './with-sample-addresses.ts';
import { writeWeeklyReport } from './write-weekly-report.ts';

export interface LocalOptions {
  /** Everything local lies in this folder. */
  readonly data: string;
  readonly configurationFile?: string | undefined;
  /** Undefined: the real clock. A time: a clock that stands there, or where the folder's own clock stands if that is later. */
  readonly at?: Instant | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
  readonly logLeast?: LogSeverity;
}

export interface LocalRuntime extends Runtime {
  readonly clock: Clock & { advanceTo(at: Instant): void };
  readonly publisher: LocalPublisher;
  readonly data: string;
  /** Where the sample world's servers listen: `sample://NAME` to an address. */
  resolveSample(address: string): string | undefined;
  /** Moves the stepped clock on, and the sample world with it; the real clock has gone on by itself. */
  stepTo(at: Instant): Promise<void>;
}

const clockFile = (data: string): string => join(data, 'clock.json');

/** Where the folder's own clock stands: the last time that was played in it. Undefined when it never was. */
export function playedUntil(data: string): Instant | undefined {
  const file = clockFile(data);
  if (!existsSync(file)) return undefined;
  const at = clockIn(readFileSync(file, 'utf8'));
  if (at === undefined)
    throw new UsageError(`${file} holds no time; {"now": RFC 3339} is allowed: put it back, or name another --data`);
  return at;
}

function clockIn(text: string): Instant | undefined {
  try {
    const { now } = JSON.parse(text) as { now?: unknown };
    return typeof now === 'string' ? parseInstant(now) : undefined;
  } catch {
    return undefined;
  }
}

/** The embedded default: the same engine, operations and functions over SQLite, a folder and, where the configuration asks for it, the sample world. */
export async function createLocalRuntime(options: LocalOptions): Promise<LocalRuntime> {
  const { data } = options;
  refuseForeignStore(data);
  const configurationFile = options.configurationFile ?? (await writeSampleConfiguration(data));
  const loaded = await loadConfiguration(configurationFile, { local: true });
  const clock = options.at === undefined ? steppless() : new SteppedClock(options.at);
  const documents = openStore(data, clock);
  const publisher = new LocalPublisher(clock, systemIds);
  const isSample = loaded.text.includes('sample://');
  const { configuration } = loaded;
  const local = localPorts({ data, documents, clock, configuration, isSample });
  const seed = async (at: Instant) => {
    if (!isSample) return;
    await prepareSampleWorld(data, at, {
      onNewDay: (morning, isFirst) => seedSampleDay({ ...local, data, configuration, documents }, morning, isFirst),
    });
    await renewSampleMemory({ documents, memory: local.memory }, at);
  };
  await seed(clock.now());
  const world: SampleWorld | undefined = isSample
    ? await startSampleWorld(data, clock, local.servingRevision)
    : undefined;
  const environment = {
    ...sampleEnvironment(
      isSample,
      configuration.repositories.map(({ name }) => name),
      configuration.deployment.compliance_level,
      world,
    ),
    ...options.environment,
  };
  const credentials = createLocalCredentials(environment);
  const resolve = (address: string) => world?.resolve(address);
  const http = httpOfSample(createHttpClient({ allowLoopbackHttp: true }), resolve);
  const repositories = repositoriesOfSample(
    gitRepositories({ http: createHttpClient({ allowLoopbackHttp: true }) }),
    resolve,
  );
  const authorised = {
    keys: keysFromCredentials(credentials),
    http: withServiceCredentials(http, configuration, credentials),
    repositories: withRepositoryCredentials(repositories, configuration, credentials),
  };
  const engine: Engine = {
    clock,
    ids: systemIds,
    log: createLog(options.log, clock, options.logLeast ?? 'WARNING'),
    documents,
    publisher,
    metrics: new LocalMetrics(documents),
    ports: local.ports(authorised),
    phases: {},
    configuration,
    configurationSha256: loaded.sha256,
    pinnedConfigurationSha256: environment.HIGHNOON_CONFIG_SHA256,
    codeRevision: codeRevisionOf(environment),
    anchorsUri: anchorsUriOf(configuration),
    environmentName: configuration.deployment.environment,
    environment,
    holdAtGenesis: false,
    limits: limitsFrom(environment),
    writeWeeklyReport,
    draining: new AbortController().signal,
  };
  return {
    engine,
    messenger: createLocalMessenger(data),
    identity: localIdentity({ store: environment.HIGHNOON_STORE ?? 'local', user: userInfo().username }),
    dryRunsHere: true,
    clock,
    publisher,
    data,
    resolveSample: resolve,
    refreshClock: async () => {},
    resourceName: resourceNamer(configuration.deployment.environment),
    async stepTo(at) {
      if (options.at !== undefined) {
        clock.advanceTo(at);
        writeClock(data, clock.now());
      }
      await seed(clock.now());
    },
    async close() {
      await world?.close();
      await local.close();
      documents.close();
    },
  };
}

/** A sample world is deployed rightly unless a person says otherwise in the environment. */
function sampleEnvironment(
  isSample: boolean,
  repositories: readonly string[],
  level: string,
  world: SampleWorld | undefined,
): Record<string, string> {
  if (!isSample || world === undefined) return {};
  return {
    COMPLIANCE_LEVEL: level,
    SOVEREIGN_TRINITY: repositories.join(','),
    SAMPLE_GATEWAY_TOKEN: world.gatewayToken,
  };
}

function steppless(): LocalRuntime['clock'] {
  const refuse = (): never => {
    throw new UsageError('the real clock cannot be stepped');
  };
  return { ...systemClock, advanceTo: refuse };
}

export function writeClock(data: string, now: Instant): void {
  mkdirSync(data, { recursive: true });
  const known = playedUntil(data);
  const file = clockFile(data);
  // Two commands may write it at the same time, each its own whole file.
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, `${JSON.stringify({ now: known === undefined ? now : latest(known, now) })}\n`);
  renameSync(fresh, file);
}

/**
 * A copy of the data folder for a dry-run, in a temporary place: looking opens files, databases and servers, and none of
 * that may leave a trace in the folder that is looked at.
 */
export async function copyForDryRun(data: string): Promise<{ readonly data: string; remove(): Promise<void> }> {
  const copy = mkdtempSync(join(tmpdir(), 'highnoon-dry-run-'));
  if (existsSync(data)) await cp(data, copy, { recursive: true, preserveTimestamps: true });
  return { data: copy, remove: () => rm(copy, { recursive: true, force: true }) };
}
