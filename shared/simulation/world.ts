import { PortError } from '../domain/errors.ts';
import type { Profile } from './faults.ts';

interface Claim {
  readonly token: number;
  readonly holder: string;
}

interface RepositoryState {
  readonly refs: Map<string, string>;
  fence: Claim | undefined;
}

interface PointerState {
  version: string | null;
  token: number;
}

interface ServiceState {
  serving: string;
  etag: number;
  token: number;
}

/** A change or a raised fence that a resource accepted. */
export interface WorldChange {
  /** What shares one fence. */
  readonly resource: string;
  /** As effects name it; undefined when only the fence rose. */
  readonly target: string | undefined;
  readonly from: string | null;
  readonly to: string | null;
  readonly token: number;
}

/**
 * What noon changes, with the rules of the real resources: refs of a repository move together with a fence that only
 * rises, pointers by compare-and-set and token, traffic by etag and token.
 */
export class World {
  readonly repositories = new Map<string, RepositoryState>();
  readonly pointers = new Map<string, PointerState>();
  readonly services = new Map<string, ServiceState>();
  onChange: (change: WorldChange) => void = () => {};

  constructor({ repositories, datasets, services }: Profile['size']) {
    for (let index = 1; index <= repositories; index++)
      this.repositories.set(`repo-${index}`, { refs: new Map(), fence: undefined });
    for (let index = 1; index <= datasets; index++) {
      this.pointers.set(`data-${index}/staged`, { version: null, token: 0 });
      this.pointers.set(`data-${index}/live`, { version: null, token: 0 });
    }
    for (let index = 1; index <= services; index++)
      this.services.set(`service-${index}`, { serving: 'first', etag: 1, token: 0 });
  }

  get datasetNames(): string[] {
    return [...this.pointers.keys()].flatMap((key) => (key.endsWith('/live') ? [key.slice(0, -5)] : []));
  }

  /** The value at a target, by the name that effects give it. */
  valueAt(target: string): string | null {
    const [family = '', name = '', ...rest] = target.split('/');
    if (family === 'repositories') return this.#repository(name).refs.get(rest.join('/')) ?? null;
    if (family === 'datasets') return this.#pointer(`${name}/${rest.join('/')}`).version;
    return this.#service(name).serving;
  }

  /** Somebody else changes it: no token, no fence. */
  foreign(target: string, value: string | null): void {
    const [family = '', name = '', ...rest] = target.split('/');
    if (family === 'repositories') setRef(this.#repository(name), rest.join('/'), value);
    else if (family === 'datasets') this.#pointer(`${name}/${rest.join('/')}`).version = value;
    else {
      const service = this.#service(name);
      service.serving = value ?? 'first';
      service.etag += 1;
    }
  }

  refs(name: string): Map<string, string> {
    return new Map(this.#repository(name).refs);
  }

  fence(name: string): Claim | undefined {
    return this.#repository(name).fence;
  }

  push(
    name: string,
    claim: Claim,
    updates: readonly { readonly ref: string; readonly expectedOld: string | null; readonly next: string | null }[],
  ): void {
    const repository = this.#repository(name);
    const { fence } = repository;
    if (
      fence !== undefined &&
      (fence.token > claim.token || (fence.token === claim.token && fence.holder !== claim.holder))
    )
      throw stale('repositories', `${name}: the fence stands at ${fence.token}`);
    for (const { ref, expectedOld } of updates) {
      if ((repository.refs.get(ref) ?? null) !== expectedOld) throw stale('repositories', `${name}: ${ref} has moved`);
    }
    repository.fence = claim;
    if (updates.length === 0) this.#tell(`repositories/${name}`, undefined, null, null, claim.token);
    for (const { ref, expectedOld, next } of updates) {
      setRef(repository, ref, next);
      this.#tell(`repositories/${name}`, `repositories/${name}/${ref}`, expectedOld, next, claim.token);
    }
  }

  pointer(name: string): PointerState {
    return { ...this.#pointer(name) };
  }

  movePointer(name: string, from: string | null, to: string | null, token: number): void {
    const pointer = this.#pointer(name);
    if (pointer.token > token) throw stale('datasets', `${name}: it carries token ${pointer.token}`);
    if (pointer.version !== from) throw stale('datasets', `${name}: it names ${pointer.version}`);
    pointer.version = to;
    pointer.token = token;
    this.#tell(`datasets/${name}`, `datasets/${name}`, from, to, token);
  }

  fencePointer(name: string, token: number): void {
    const pointer = this.#pointer(name);
    if (pointer.token > token) throw stale('datasets', `${name}: it carries token ${pointer.token}`);
    pointer.token = token;
    this.#tell(`datasets/${name}`, undefined, null, null, token);
  }

  service(name: string): ServiceState {
    return { ...this.#service(name) };
  }

  moveTraffic(name: string, to: string, etag: number, token: number): void {
    const service = this.#service(name);
    if (service.token > token) throw stale('services', `${name}: it carries token ${service.token}`);
    if (service.etag !== etag) throw stale('services', `${name}: its etag is ${service.etag}`);
    const from = service.serving;
    service.serving = to;
    service.token = token;
    service.etag += 1;
    this.#tell(`services/${name}`, `services/${name}/traffic`, from, to, token);
  }

  fenceService(name: string, token: number): void {
    const service = this.#service(name);
    if (service.token > token) throw stale('services', `${name}: it carries token ${service.token}`);
    service.token = token;
    service.etag += 1;
    this.#tell(`services/${name}`, undefined, null, null, token);
  }

  #tell(resource: string, target: string | undefined, from: string | null, to: string | null, token: number): void {
    this.onChange({ resource, target, from, to, token });
  }

  #repository(name: string): RepositoryState {
    return found(this.repositories.get(name), 'repositories', name);
  }
  #pointer(name: string): PointerState {
    return found(this.pointers.get(name), 'datasets', name);
  }
  #service(name: string): ServiceState {
    return found(this.services.get(name), 'services', name);
  }
}

function setRef({ refs }: RepositoryState, ref: string, value: string | null): void {
  if (value === null) refs.delete(ref);
  else refs.set(ref, value);
}

function found<T>(value: T | undefined, port: string, name: string): T {
  if (value === undefined) throw new PortError(port, 'not-found', `simulated: no ${name}`);
  return value;
}

const stale = (port: string, message: string): PortError => new PortError(port, 'precondition-failed', message);
