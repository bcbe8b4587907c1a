import { mkdir, symlink } from 'node:fs/promises';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startGitServer } from '../../shared/adapters/local/git-server.ts';

export interface GithubHost {
  /** `127.0.0.1:PORT`: REST below `/repos/`, git below `/OWNER/NAME`. */
  readonly endpoint: string;
  /** `METHOD PATH` of each request, oldest first. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** GitHub as a host of several repositories: git over smart HTTP and the parts of its REST API that are asked of it. */
export async function startGithubHost(options: {
  readonly owner: string;
  /** The folder of the bare repositories. */
  readonly repositories: string;
  /** A folder of its own for the address `OWNER/NAME`. */
  readonly folder: string;
  /** Reads; a push with it, or a writer's view, is forbidden. */
  readonly token: string;
  readonly writeToken: string;
  /** The name of the check that is required on `main`, and is green. */
  readonly check: string;
}): Promise<GithubHost> {
  const { owner, token, check } = options;
  await mkdir(options.folder, { recursive: true });
  await symlink(options.repositories, join(options.folder, owner));
  const git = await startGitServer({ root: options.folder });
  const requests: string[] = [];
  const required = { required_status_checks: { checks: [{ context: check, app_id: 1 }], contexts: [] } };
  const green = { name: check, status: 'completed', conclusion: 'success', app: { id: 1 } };
  const answers: readonly (readonly [RegExp, unknown])[] = [
    [/^$/, { archived: false, permissions: { push: true } }],
    [/^\/branches\/main$/, { protected: true, protection: { enabled: true, ...required } }],
    [/^\/branches\/main\/protection$/, { allow_force_pushes: { enabled: false } }],
    [/^\/rules\/branches\//, []],
    [/^\/rulesets$/, []],
    [/^\/commits\/[0-9a-f]{40}\/check-runs$/, { check_runs: [green] }],
    [/^\/commits\/[0-9a-f]{40}\/status$/, { statuses: [] }],
  ];
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/, '');
    requests.push(`${request.method} ${path}`);
    if (path.startsWith('/repos/')) rest(request, path, response);
    else if (mayUseGit(request)) passOn(git.origin, request, response);
    else send(response, 403, { message: 'Write access to repository not granted.' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await git.close();
    },
  };

  function mayUseGit({ headers, url = '' }: IncomingMessage): boolean {
    const given = Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString('utf8');
    const password = given.replace(/^[^:]*:/, '');
    return password === options.writeToken || (password === token && !url.includes('git-receive-pack'));
  }

  function rest({ headers }: IncomingMessage, path: string, response: ServerResponse): void {
    if (headers.authorization !== `Bearer ${token}`) {
      send(response, 401, { message: 'Bad credentials' });
      return;
    }
    const [, below = ''] = new RegExp(`^/repos/${owner}/[^/]+(/.*)?$`).exec(path) ?? [];
    const found = answers.find(([pattern]) => pattern.test(below));
    if (found === undefined) send(response, 404, { message: 'Not Found' });
    else send(response, 200, found[1]);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

function passOn(origin: string, request: IncomingMessage, response: ServerResponse): void {
  const { host: _host, ...headers } = request.headers;
  const outgoing = forward(`${origin}${request.url}`, { method: request.method ?? 'GET', headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.once('error', () => response.destroy());
  request.pipe(outgoing);
}
