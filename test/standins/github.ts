import { type Asked, HttpFault, type HttpStandIn, startHttp } from './http-server.ts';

export interface GithubStandIn extends HttpStandIn {
  /** Answers by path below the repository: `/branches/main`. What is not here is 404. */
  readonly answers: Map<string, unknown>;
  /** The tokens that were sent, in order. */
  readonly tokens: (string | undefined)[];
}

/** GitHub's REST API for one repository, as a table of answers; lists come in pages as they were asked for. */
export async function startGithub(repository: string): Promise<GithubStandIn> {
  const answers = new Map<string, unknown>();
  const tokens: (string | undefined)[] = [];
  return Object.assign(await startHttp(route), { answers, tokens });

  function route({ method, path, query, headers }: Asked) {
    if (method !== 'GET' || !path.startsWith(`/repos/${repository}`)) return undefined;
    const below = path.slice(`/repos/${repository}`.length);
    return {
      name: below,
      run: () => {
        if (headers['user-agent'] === undefined) throw new HttpFault(403, 'forbidden', 'a user agent is wanted');
        tokens.push(headers.authorization);
        if (!answers.has(below)) throw new HttpFault(404, 'notFound', 'Not Found');
        const answer = answers.get(below);
        if (answer instanceof HttpFault) throw answer;
        return paged(answer, Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1));
      },
    };
  }
}

function paged(answer: unknown, size: number, page: number): unknown {
  const cut = (list: readonly unknown[]) => list.slice((page - 1) * size, page * size);
  if (Array.isArray(answer)) return cut(answer);
  return Object.fromEntries(
    Object.entries(answer as object).map(([key, value]) => [key, Array.isArray(value) ? cut(value) : value]),
  );
}
