import type { HttpPort } from '../../ports/http.ts';
import { httpOrigin } from './endpoints.ts';
import { isOnGithub } from './github-api.ts';

/** Git speaks to the same stand-in as the REST API: under the path that the repository has on GitHub. */
export function gitThroughEndpoint(http: HttpPort, endpoint: string | undefined): HttpPort {
  if (endpoint === undefined) return http;
  return {
    async request(url, request) {
      const { hostname, pathname, search } = new URL(url);
      const there = isOnGithub(url) ? `${httpOrigin(hostname, endpoint)}${pathname}${search}` : url;
      return http.request(there, request);
    },
  };
}
