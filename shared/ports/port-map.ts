import type { AccessPort } from './access.ts';
import type { AdvisoriesPort } from './advisories.ts';
import type { BackupsPort } from './backups.ts';
import type { DatasetsPort } from './datasets.ts';
import type { DnsPort } from './dns.ts';
import type { EvidencePort } from './evidence.ts';
import type { HistoryPort } from './history.ts';
import type { HttpPort } from './http.ts';
import type { KeysPort } from './keys.ts';
import type { MemoryPort } from './memory.ts';
import type { ObjectsPort } from './objects.ts';
import type { RepositoriesPort } from './repositories.ts';
import type { SchedulesPort } from './schedules.ts';
import type { ServicesPort } from './services.ts';

/** Everything of the outside world that an operation may name in `needs`. */
export interface PortMap {
  readonly access: AccessPort;
  readonly advisories: AdvisoriesPort;
  readonly backups: BackupsPort;
  readonly datasets: DatasetsPort;
  readonly dns: DnsPort;
  readonly evidence: EvidencePort;
  readonly history: HistoryPort;
  readonly http: HttpPort;
  readonly keys: KeysPort;
  readonly memory: MemoryPort;
  readonly objects: ObjectsPort;
  readonly repositories: RepositoriesPort;
  readonly schedules: SchedulesPort;
  readonly services: ServicesPort;
}

/**
 * The methods that change something. A dry-run and a rehearsal find them shut, whatever an operation tries; they are
 * also never tried again by the layer that repeats reads, because only the effect protocol knows whether that is safe.
 */
export const WRITING_METHODS: { readonly [P in keyof PortMap]: readonly (keyof PortMap[P])[] } = {
  access: [],
  advisories: [],
  backups: [],
  datasets: ['stage', 'promote', 'fence'],
  dns: [],
  evidence: [],
  history: [],
  http: [],
  keys: [],
  memory: ['restore'],
  objects: ['write', 'remove', 'update'],
  repositories: ['fencedPush'],
  schedules: [],
  services: ['moveTraffic', 'fence'],
};
