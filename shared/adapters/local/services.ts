import { PortError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/time.ts';
import type { RevisionState, ServiceState, ServicesPort } from '../../ports/services.ts';
import { etagOf, type RegisteredRevision, type RegisteredService, RegistryFile } from './registry.ts';

/** What a deployment says of a new revision; the rest has the platform's defaults. */
export interface Deployment extends Partial<Omit<RegisteredRevision, 'createdAt' | 'image'>> {
  readonly name: string;
  readonly image: string;
  readonly createdAt: Instant;
}

/** Services and revisions of the local world, under the rules of Cloud Run: etags, generations, and tokens that only rise. */
export class LocalServices implements ServicesPort {
  readonly #registry: RegistryFile;

  constructor({ file }: { readonly file: string }) {
    this.#registry = new RegistryFile(file);
  }

  close(): void {
    this.#registry.close();
  }

  async list(): Promise<readonly string[]> {
    return Object.keys(this.#registry.read().services).sort();
  }

  async describe(service: string): Promise<ServiceState> {
    const found = this.#find(service);
    return {
      name: service,
      etag: etagOf(found),
      reconciling: found.reconciling,
      ready: found.ready,
      generationObserved: found.observedGeneration >= found.generation,
      latestReadyRevision: found.latestReady,
      latestCreatedRevision: found.latestCreated,
      traffic: found.traffic.map((share) => {
        const tag = own(found.revisions, share.revision)?.tags[0];
        return tag === undefined ? share : { ...share, tag };
      }),
      token: found.token,
    };
  }

  async revision(service: string, revision: string): Promise<RevisionState> {
    const { tags: _, ...state } = this.#revision(service, this.#find(service), revision);
    return { name: revision, ...state };
  }

  async moveTraffic(service: string, { to, etag, token }: Parameters<ServicesPort['moveTraffic']>[1]): Promise<void> {
    this.#change(service, (found) => {
      refuseLower(service, found, token);
      if (etagOf(found) !== etag)
        throw new PortError('services', 'precondition-failed', `${service} changed since it was looked at`);
      if (!this.#revision(service, found, to).ready)
        throw new PortError('services', 'precondition-failed', `${to} is not ready to serve`);
      const generation = found.generation + 1;
      return { ...found, traffic: [{ revision: to, percent: 100 }], token, generation, observedGeneration: generation };
    });
  }

  async fence(service: string, token: number): Promise<void> {
    this.#change(service, (found) => {
      refuseLower(service, found, token);
      return found.token === token ? found : { ...found, token };
    });
  }

  /** A deployment without traffic, except the first of a service: what a pipeline does before High Noon looks. */
  deploy(service: string, { name, image, createdAt, ...more }: Deployment): void {
    const revision = { ...DEFAULTS, ...more, image, createdAt };
    this.#registry.change((registry) => {
      const before = own(registry.services, service);
      if (own(before?.revisions ?? {}, name) !== undefined)
        throw new PortError('services', 'already-exists', `${service} has a revision ${name}`);
      const generation = (before?.generation ?? 0) + 1;
      const after: RegisteredService = {
        generation,
        observedGeneration: generation,
        reconciling: false,
        ready: revision.ready,
        token: before?.token ?? 0,
        latestCreated: name,
        latestReady: revision.ready ? name : (before?.latestReady ?? null),
        traffic: before?.traffic ?? (revision.ready ? [{ revision: name, percent: 100 }] : []),
        revisions: { ...before?.revisions, [name]: revision },
      };
      return { ...registry, services: { ...registry.services, [service]: after } };
    });
  }

  /** Whether that revision was ever deployed. */
  has(service: string, revision: string): boolean {
    return own(own(this.#registry.read().services, service)?.revisions ?? {}, revision) !== undefined;
  }

  /** The revision that gets all traffic now, for servers that tell which one they are. */
  serving(service: string): string | undefined {
    const shares = own(this.#registry.read().services, service)?.traffic ?? [];
    return shares.find(({ percent }) => percent === 100)?.revision;
  }

  #find(service: string): RegisteredService {
    const found = own(this.#registry.read().services, service);
    if (found === undefined) throw new PortError('services', 'not-found', `there is no service ${service}`);
    return found;
  }

  #revision(service: string, found: RegisteredService, revision: string): RegisteredRevision {
    const state = own(found.revisions, revision);
    if (state === undefined) throw new PortError('services', 'not-found', `${service} has no revision ${revision}`);
    return state;
  }

  #change(service: string, work: (found: RegisteredService) => RegisteredService): void {
    this.#registry.change((registry) => {
      const found = own(registry.services, service);
      if (found === undefined) throw new PortError('services', 'not-found', `there is no service ${service}`);
      const after = work(found);
      return after === found ? registry : { ...registry, services: { ...registry.services, [service]: after } };
    });
  }
}

const DEFAULTS = {
  ready: true,
  tags: [],
  serviceAccount: null,
  environment: {},
  concurrency: 80,
  cpu: 1,
  livenessProbe: null,
  startupProbe: null,
  runtime: null,
} satisfies Omit<RegisteredRevision, 'createdAt' | 'image'>;

/** Names come from a configuration: `constructor` is no service. */
const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

function refuseLower(service: string, { token: known }: RegisteredService, token: number): void {
  if (known > token)
    throw new PortError('services', 'precondition-failed', `${service} carries token ${known}, not ${token}`);
}
