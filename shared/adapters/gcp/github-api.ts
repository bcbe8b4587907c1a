import { PortError } from '../../domain/errors.ts';
import type { HttpPort, HttpResponse } from '../../ports/http.ts';
import type { CallOptions, Repository } from '../../ports/repositories.ts';
import { httpOrigin } from './endpoints.ts';
import { httpStatusFault } from './errors.ts';

export interface GithubApiOptions {
  /** The guarded client; one that may speak to loopback when an endpoint is given. */
  readonly http: HttpPort;
  /** `host:port` of a stand-in. */
  readonly endpoint?: string | undefined;
  /** Hosts that run GitHub. Default: github.com and `*.ghe.com`. */
  readonly hosts?: readonly string[] | undefined;
}

const LARGEST_ANSWER = 4 * 1024 * 1024;
const TIMEOUT_MS = 15_000;
/** 100 a page: more than any commit of ours has, and a bound on what one look may cost. */
const MOST_PAGES = 10;

export function isOnGithub(url: string, hosts: readonly string[] = []): boolean {
  const { hostname } = new URL(url);
  return hostname === 'github.com' || hostname.endsWith('.ghe.com') || hosts.includes(hostname);
}

/** GitHub's REST API, version 2022-11-28, with the repository's own token and nothing kept. */
export class GithubApi {
  readonly #options: GithubApiOptions;

  constructor(options: GithubApiOptions) {
    this.#options = options;
  }

  /** `path` is below the repository: `/commits/SHA/check-runs`. Undefined for 404 when `orAbsent` is set. */
  async get(
    repository: Repository,
    path: string,
    ask: { readonly needs: string; readonly options?: CallOptions | undefined },
  ): Promise<unknown> {
    const response = await this.#request(`${this.#base(repository)}${path}`, repository, ask.options);
    if (response.status === 200) return parsed(response, repository);
    throw refusal(response, repository, path, ask.needs);
  }

  /** The same; undefined when the answer is 404. */
  async find(repository: Repository, path: string, ask: Parameters<GithubApi['get']>[2]): Promise<unknown> {
    try {
      return await this.get(repository, path, ask);
    } catch (error) {
      if (error instanceof PortError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  /** All pages of a list, which may stand in a field of the answer. Throws `too-large` rather than leave some out. */
  async pages(
    repository: Repository,
    path: string,
    ask: Parameters<GithubApi['get']>[2] & { readonly field?: string },
  ): Promise<unknown[]> {
    const found: unknown[] = [];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const mark = path.includes('?') ? '&' : '?';
      const body = await this.get(repository, `${path}${mark}per_page=100&page=${page}`, ask);
      const list = ask.field === undefined ? body : (body as Record<string, unknown>)[ask.field];
      if (!Array.isArray(list))
        throw new PortError('repositories', 'internal', `${repository.name}: GitHub's answer to ${path} is no list`);
      found.push(...list);
      if (list.length < 100) return found;
    }
    throw new PortError('repositories', 'too-large', `${repository.name}: ${path} has more than ${MOST_PAGES} pages`);
  }

  #base({ name, url }: Repository): string {
    const { hostname, pathname } = new URL(url);
    const match = /^\/([A-Za-z0-9-]+)\/([A-Za-z0-9._-]+?)(?:\.git)?\/?$/.exec(pathname);
    if (match === null) throw new PortError('repositories', 'invalid', `${name}: ${pathname} is no OWNER/NAME`);
    const [, owner, repository] = match;
    const api =
      hostname === 'github.com' ? 'api.github.com' : hostname.endsWith('.ghe.com') ? `api.${hostname}` : hostname;
    const prefix = api === hostname && this.#options.endpoint === undefined ? '/api/v3' : '';
    return `${httpOrigin(api, this.#options.endpoint)}${prefix}/repos/${owner}/${repository}`;
  }

  async #request(url: string, repository: Repository, options: CallOptions | undefined): Promise<HttpResponse> {
    const token = await repository.token?.();
    return this.#options.http.request(url, {
      method: 'GET',
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        'user-agent': 'high-noon',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      maxBytes: LARGEST_ANSWER,
      timeoutMs: Math.min(options?.deadlineMs ?? TIMEOUT_MS, TIMEOUT_MS),
      ...(options?.signal === undefined ? {} : { signal: options.signal }),
    });
  }
}

function parsed({ body }: HttpResponse, { name }: Repository): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw new PortError('repositories', 'internal', `${name}: GitHub's answer is not JSON`, { cause });
  }
}

/** A limit on the rate is answered with the status of a missing permission; only the headers tell the two apart. */
function refusal({ status, headers }: HttpResponse, { name }: Repository, path: string, needs: string): PortError {
  const isLimited =
    status === 403 && (headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined);
  // What the token would have needed, as GitHub itself says it for fine-grained tokens.
  const told = headers['x-accepted-github-permissions'];
  const asked = { port: 'repositories', what: `${name}${path.split('?')[0]}`, needs: told || needs };
  if (status >= 300 && status < 400)
    return new PortError(
      'repositories',
      'not-found',
      `${name} has moved: GitHub answers ${status}; name its new address`,
    );
  return httpStatusFault(isLimited ? 429 : status, null, asked);
}
