import { createLocalAccess } from '../adapters/local/access.ts';
import { createLocalAdvisories } from '../adapters/local/advisories.ts';
import { createLocalBackups } from '../adapters/local/backups.ts';
import { LocalDatasets } from '../adapters/local/datasets.ts';
import type { LocalDocuments } from '../adapters/local/documents.ts';
import { createLocalEvidence } from '../adapters/local/evidence.ts';
import { LocalMemory } from '../adapters/local/memory.ts';
import { LocalObjects } from '../adapters/local/objects.ts';
import { createSampleDns } from '../adapters/local/sample/dns.ts';
import { riskFiles } from '../adapters/local/sample/risk.ts';
import { worldFiles } from '../adapters/local/sample-world.ts';
import { createLocalSchedules } from '../adapters/local/schedules.ts';
import { LocalServices } from '../adapters/local/services.ts';
import { createOsvAdvisories } from '../adapters/osv/index.ts';
import type { Configuration } from '../domain/configuration/index.ts';
import { createHistory } from '../engine/history.ts';
import type { Clock } from '../ports/clock.ts';
import type { HttpPort } from '../ports/http.ts';
import type { KeysPort } from '../ports/keys.ts';
import type { ObjectsPort } from '../ports/objects.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { RepositoriesPort } from '../ports/repositories.ts';

export interface LocalPorts {
  readonly objects: ObjectsPort;
  readonly memory: LocalMemory;
  readonly services: LocalServices;
  servingRevision(service: string): Promise<string | undefined>;
  /** With the ports that carry credentials and find the sample world. */
  ports(outside: {
    readonly http: HttpPort;
    readonly repositories: RepositoriesPort;
    readonly keys: KeysPort;
  }): PortMap;
  close(): Promise<void>;
}

/** One adapter for each port, over the folder and the embedded store. */
export function localPorts(options: {
  readonly data: string;
  readonly documents: LocalDocuments;
  readonly clock: Clock;
  readonly configuration: Configuration;
  /** The sample world brings its own source of advisories; any other asks the real one. */
  readonly isSample: boolean;
}): LocalPorts {
  const { data, documents, clock, configuration, isSample } = options;
  const files = worldFiles(data);
  const objects = new LocalObjects({ data, clock });
  const services = new LocalServices({ file: files.registry });
  const memory = new LocalMemory({ data, documents, clock });
  const risk = riskFiles(data);
  const sampleAdvisories = isSample
    ? createLocalAdvisories({ file: risk.advisories, scans: risk.imageScans, clock })
    : undefined;
  return {
    objects,
    memory,
    services,
    servingRevision: async (service) => services.serving(service),
    ports: ({ http, repositories, keys }) => ({
      objects,
      memory,
      keys,
      services,
      http,
      repositories,
      access: createLocalAccess({ file: risk.access, clock }),
      advisories: sampleAdvisories ?? createOsvAdvisories({ fetch }),
      backups: createLocalBackups({ file: risk.backups, objects }),
      datasets: new LocalDatasets({ objects }),
      dns: createSampleDns({ file: files.dns }),
      evidence: createLocalEvidence({ objects, documents, memory, http, services, repositories, configuration }),
      history: createHistory(documents),
      schedules: createLocalSchedules(files.schedules),
    }),
    close: async () => {
      await sampleAdvisories?.close();
      objects.close();
      services.close();
    },
  };
}
