import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SteppedClock } from '../adapters/local/clock.ts';
import { createLocalCredentials } from '../adapters/local/credentials.ts';
import { LocalMemory } from '../adapters/local/memory.ts';
import { LocalObjects } from '../adapters/local/objects.ts';
import { writeSampleConfiguration } from '../adapters/local/sample-world.ts';
import type { Configuration } from '../domain/configuration/index.ts';
import type { Instant } from '../domain/time.ts';
import type { DocumentsPort } from '../ports/documents.ts';
import type { KeysPort } from '../ports/keys.ts';
import type { MemoryPort } from '../ports/memory.ts';
import type { ObjectsPort } from '../ports/objects.ts';
import { loadConfiguration } from './load-configuration.ts';
import { openStore, refuseForeignStore } from './open-store.ts';
import { keysFromCredentials } from './snapshot-keys.ts';

/** What commands about memory and snapshots work with, without the rest of the world that a day needs. */
export interface SnapshotWorld {
  readonly configuration: Configuration;
  readonly pins: { readonly configuration: string };
  readonly documents: DocumentsPort;
  readonly ports: { readonly objects: ObjectsPort; readonly keys: KeysPort; readonly memory: MemoryPort };
  readonly environment: Readonly<Record<string, string | undefined>>;
  now(): Instant;
  close(): void | Promise<void>;
}

export interface LocalSnapshotWorld extends SnapshotWorld {
  readonly ports: SnapshotWorld['ports'] & { readonly memory: LocalMemory };
}

/** The parts of one data folder that hold memory and snapshots; the clock stands at `at`. */
export async function openLocalSnapshots(options: {
  readonly data: string;
  readonly configurationFile: string | undefined;
  readonly at: Instant;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Promise<LocalSnapshotWorld> {
  const { data, at, environment } = options;
  refuseForeignStore(data);
  const own = join(data, 'herbitrage.yaml');
  const file = options.configurationFile ?? (existsSync(own) ? own : await writeSampleConfiguration(data));
  const { configuration, sha256 } = await loadConfiguration(file, { local: true });
  const clock = new SteppedClock(at);
  const documents = openStore(data, clock);
  const objects = new LocalObjects({ data, clock });
  return {
    configuration,
    pins: { configuration: sha256 },
    documents,
    ports: {
      objects,
      keys: keysFromCredentials(createLocalCredentials(environment)),
      memory: new LocalMemory({ data, documents, clock }),
    },
    environment,
    now: () => clock.now(),
    close() {
      objects.close();
      documents.close();
    },
  };
}
