import type { Configuration } from '../domain/configuration/index.ts';
import { PortError } from '../domain/errors.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { HttpPort } from '../ports/http.ts';
import type { RepositoriesPort } from '../ports/repositories.ts';
import { mapRepositories } from './map-repositories.ts';

/** Requests to a service whose configuration asks for a credential carry it, and requests to anything else never do. */
export function withServiceCredentials(
  http: HttpPort,
  configuration: Configuration,
  credentials: Credentials,
): HttpPort {
  const services = configuration.services.filter(({ auth }) => auth !== 'none');
  return {
    async request(url, request) {
      const service = services.find((one) => one.url === url);
      if (service === undefined) return http.request(url, request);
      const token = await tokenFor(service, configuration, credentials);
      return http.request(url, { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
    },
  };
}

async function tokenFor(
  service: Configuration['services'][number],
  configuration: Configuration,
  credentials: Credentials,
): Promise<string> {
  if (typeof service.auth === 'object') return credentials.secret(service.auth.token);
  const { audience } = service;
  if (audience === undefined || !configuration.network.allowed_audiences.includes(audience)) {
    throw new PortError(
      'credentials',
      'permission-denied',
      `${service.name}: no token is made for an audience that is not allow-listed`,
    );
  }
  return credentials.idToken(audience);
}

/** Each repository's own token, asked for anew with every request: the one that may write only where something is written. */
export function withRepositoryCredentials(
  repositories: RepositoriesPort,
  configuration: Configuration,
  credentials: Credentials,
): RepositoriesPort {
  const references = new Map(
    configuration.repositories.map(({ name, token, write_token }) => [
      name,
      { read: token, write: write_token ?? token },
    ]),
  );
  return mapRepositories(repositories, (repository, isWriting) => {
    const reference = references.get(repository.name)?.[isWriting ? 'write' : 'read'];
    if (reference === undefined || repository.token !== undefined) return { key: '', repository };
    return { key: reference, repository: { ...repository, token: () => credentials.secret(reference) } };
  });
}
