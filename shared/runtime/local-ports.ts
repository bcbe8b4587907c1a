import { LocalDatasets } from '../adapters/local/datasets.ts';
import type { LocalDocuments } from '../adapters/local/documents.ts';
import { createLocalEvidence } from '../adapters/local/evidence.ts';
import { LocalObjects } from '../adapters/local/objects.ts';
import { createSampleDns } from '../adapters/local/sample/dns.ts';
import { worldFiles } from '../adapters/local/sample-world.ts';
import { createLocalSchedules } from '../adapters/local/schedules.ts';
import { LocalServices } from '../adapters/local/services.ts';
import type { Configuration } from '../domain/configuration/index.ts';
import { createHistory } from '../engine/history.ts';
import type { Clock } from '../ports/clock.ts';
import type { HttpPort } from '../ports/http.ts';
import type { ObjectsPort } from '../ports/objects.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { RepositoriesPort } from '../ports/repositories.ts';

export interface LocalPorts {
  readonly objects: ObjectsPort;
  readonly services: LocalServices;
  servingRevision(service: string): Promise<string | undefined>;
  /** With the ports that carry credentials and find the sample world. */
  ports(outside: { readonly http: HttpPort; readonly repositories: RepositoriesPort }): PortMap;
  close(): void;
}

/** One adapter for each port, over the folder and the embedded store. */
export function localPorts(options: {
  readonly data: string;
  readonly documents: LocalDocuments;
  readonly clock: Clock;
  readonly configuration: Configuration;
}): LocalPorts {
  const { data, documents, clock, configuration } = options;
  const files = worldFiles(data);
  const objects = new LocalObjects({ data, clock });
  const services = new LocalServices({ file: files.registry });
  return {
    objects,
    services,
    servingRevision: async (service) => services.serving(service),
    ports: ({ http, repositories }) => ({
      objects,
      services,
      http,
      repositories,
      datasets: new LocalDatasets({ objects }),
      dns: createSampleDns({ file: files.dns }),
      evidence: createLocalEvidence({ objects, documents, http, services, repositories, configuration }),
      history: createHistory(documents),
      schedules: createLocalSchedules(files.schedules),
    }),
    close: () => {
      objects.close();
      services.close();
    },
  };
}
