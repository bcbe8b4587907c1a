import type { Service } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import type { EvidenceRecord, EvidenceSet } from '../../ports/evidence.ts';
import type { ServiceState, ServicesPort } from '../../ports/services.ts';
import { setOfRecords } from './set.ts';

interface Parts {
  readonly configuration: { readonly services: readonly Service[] };
  readonly services: Pick<ServicesPort, 'describe' | 'revision'>;
}

/**
 * What the configured services are deployed with: a record for each revision that has traffic, and for the one that
 * noon would give it to, because what is wrong with that one is better found before. A service that the platform does
 * not have (it runs elsewhere) has no settings to read, and the request names it.
 */
export async function serviceSettings(
  { configuration, services }: Parts,
  signal: AbortSignal | undefined,
): Promise<EvidenceSet> {
  const records: EvidenceRecord[] = [];
  const elsewhere: string[] = [];
  for (const service of configuration.services) {
    const name = service.release?.service ?? service.name;
    const state = await describe(services, name, signal);
    if (state === undefined) elsewhere.push(service.name);
    else records.push(...(await revisionsOf(services, service, state, signal)));
  }
  const absent = elsewhere.length === 0 ? '' : `, without ${elsewhere.join(', ')}, which the platform does not have`;
  const request = `environment of ${records.length} revisions of the configured services${absent}`;
  return setOfRecords({ request, updatedAt: null }, records);
}

async function describe(
  services: Parts['services'],
  name: string,
  signal: AbortSignal | undefined,
): Promise<ServiceState | undefined> {
  try {
    return await services.describe(name, signal);
  } catch (error) {
    if (error instanceof PortError && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function revisionsOf(
  services: Parts['services'],
  service: Service,
  state: ServiceState,
  signal: AbortSignal | undefined,
): Promise<EvidenceRecord[]> {
  const serving = state.traffic.filter(({ percent }) => percent > 0).map(({ revision }) => revision);
  const candidate = service.release === undefined ? null : candidateOf(service.release.candidate, state);
  const names = [...new Set([...serving, ...(candidate === null ? [] : [candidate])])];
  const revisions = await Promise.all(names.map((name) => services.revision(state.name, name, signal)));
  return revisions.map(({ name, environment }) => ({ service: service.name, revision: name, environment }));
}

const candidateOf = (wanted: string, state: ServiceState): string | null =>
  wanted === 'latest-ready' ? state.latestReadyRevision : wanted;
