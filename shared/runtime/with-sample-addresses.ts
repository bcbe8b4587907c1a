import { PortError } from '../domain/errors.ts';
import type { HttpPort } from '../ports/http.ts';
import type { RepositoriesPort } from '../ports/repositories.ts';
import { mapRepositories } from './map-repositories.ts';

/** Where the sample world listens now: `sample://NAME/PATH` to an address, or undefined. */
export type ResolveSample = (address: string) => string | undefined;

function resolved(address: string, resolve: ResolveSample): string {
  if (!address.startsWith('sample://')) return address;
  const found = resolve(address);
  if (found === undefined) throw new PortError('sample-world', 'not-found', `the sample world has no ${address}`);
  return found;
}

/** Requests to `sample://` go to wherever the sample world's servers listen this time. */
export function httpOfSample(http: HttpPort, resolve: ResolveSample): HttpPort {
  return { request: async (url, request) => http.request(resolved(url, resolve), request) };
}

export function repositoriesOfSample(repositories: RepositoriesPort, resolve: ResolveSample): RepositoriesPort {
  return mapRepositories(repositories, (repository) => {
    const url = resolved(repository.url, resolve);
    return { key: url, repository: { ...repository, url } };
  });
}
