import { join } from 'node:path';
import { gitRepositories } from '../adapters/git/index.ts';
import { createHttpClient } from '../adapters/http/client.ts';
import { createLocalCredentials } from '../adapters/local/credentials.ts';
import { LocalDocuments } from '../adapters/local/documents.ts';
import { createLocalMessenger } from '../adapters/local/messenger.ts';
import { LocalMetrics } from '../adapters/local/metrics.ts';
import type { Configuration } from '../domain/configuration/index.ts';
import { UsageError } from '../domain/errors.ts';
import { createHistory } from '../engine/history.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentsPort } from '../ports/documents.ts';
import { localPorts } from './local-ports.ts';
import type { Outside } from './outside.ts';
import { keysFromCredentials } from './snapshot-keys.ts';
import { withRepositoryCredentials, withServiceCredentials } from './with-credentials.ts';
import { httpOfSample, type ResolveSample, repositoriesOfSample } from './with-sample-addresses.ts';

interface Options {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly configuration: Configuration;
  readonly clock: Clock;
  /** Firestore's: the engine's own past is there. */
  readonly documents: DocumentsPort;
}

/**
 * The sample world around an engine that works over emulators. What the emulators do not have (objects, revisions,
 * schedules, memory) lies in HIGHNOON_DATA as on one machine, shared by all processes of the day; the world's servers
 * run in whoever plays it, who says where by HIGHNOON_SAMPLE_WORLD.
 */
export function sampleOutside({ environment, configuration, clock, documents }: Options): Outside {
  const data = environment.HIGHNOON_DATA;
  if (data === undefined || data === '')
    throw new UsageError('HIGHNOON_DATA is not set: the folder of the sample world is needed');
  const resolve = resolveFrom(environment.HIGHNOON_SAMPLE_WORLD ?? '');
  const world = new LocalDocuments(join(data, 'store.sqlite'), clock);
  const local = localPorts({ data, documents: world, clock, configuration, isSample: true });
  const credentials = createLocalCredentials(environment);
  const client = createHttpClient({ allowLoopbackHttp: true });
  const repositories = repositoriesOfSample(gitRepositories({ http: client }), resolve);
  const ports = local.ports({
    keys: keysFromCredentials(credentials),
    http: withServiceCredentials(httpOfSample(client, resolve), configuration, credentials),
    repositories: withRepositoryCredentials(repositories, configuration, credentials),
  });
  return {
    ports: { ...ports, history: createHistory(documents) },
    metrics: new LocalMetrics(world),
    messenger: createLocalMessenger(data),
    async close() {
      await local.close();
      world.close();
    },
  };
}

/** `{"sample://NAME": "http://127.0.0.1:PORT"}`; an address below a named one is found under it. */
function resolveFrom(json: string): ResolveSample {
  let known: Record<string, unknown>;
  try {
    known = JSON.parse(json) as Record<string, unknown>;
  } catch (cause) {
    throw new UsageError(
      `HIGHNOON_SAMPLE_WORLD '${json.slice(0, 80)}': a JSON map from sample:// addresses is needed`,
      {
        cause,
      },
    );
  }
  const names = Object.keys(known).sort((a, b) => b.length - a.length);
  return (address) => {
    if (typeof known[address] === 'string') return known[address];
    const name = names.find((one) => address.startsWith(`${one}/`));
    return name === undefined ? undefined : `${String(known[name]).replace(/\/$/, '')}${address.slice(name.length)}`;
  };
}
