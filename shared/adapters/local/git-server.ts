import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GitServerOptions {
  /** The folder whose bare repositories are served, each under its own folder name. */
  readonly root: string;
  /** Asked of every request, as a bearer token or as the password of any user. Absent: open to whoever reaches it. */
  readonly token?: string;
  /** Configuration of git itself for everything served, for example `receive.advertiseAtomic: 'false'`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Environment of the git processes: where `PATH` finds git. Default: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface GitServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly origin: string;
  /** The address of the repository in the folder of that name. */
  url(name: string): string;
  /** Ends the server, its connections and every git process that is still at work for it. */
  close(): Promise<void>;
}

/** Filters and writing are off by default in git; no repository needs a setting of its own to be served here. */
const CONFIG = {
  'http.receivepack': 'true',
  'uploadpack.allowFilter': 'true',
  // The folder may belong to whoever unpacked it; on loopback its owner says nothing.
  'safe.directory': '*',
};
const LARGEST_HEAD = 64 * 1024;
/** What git looks up elsewhere would make the same repository behave differently from machine to machine. */
const ISOLATED = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_HTTP_EXPORT_ALL: '1', LC_ALL: 'C' };

/** Serves bare repositories over smart HTTP on a free port of 127.0.0.1, by `git http-backend`. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const running = new Set<ChildProcess>();
  const server = createServer((request, response) => {
    if (options.token !== undefined && !isAllowed(request, options.token)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const child = spawn('git', ['http-backend'], {
      env: environment(options, request),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    answer(child, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: (name) => `${origin}/${encodeURIComponent(name)}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      const ended = [...running].map((child) => once(child, 'close'));
      for (const child of running) child.kill('SIGKILL');
      await Promise.all([closed, ...ended]);
    },
  };
}

function isAllowed(request: IncomingMessage, token: string): boolean {
  const [scheme = '', given = ''] = (request.headers.authorization ?? '').split(' ');
  const offered =
    scheme.toLowerCase() === 'basic'
      ? Buffer.from(given, 'base64')
          .toString('utf8')
          .replace(/^[^:]*:/, '')
      : given;
  // Digests have one length, which the comparison in constant time asks for.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(offered), digest(token));
}

/** RFC 3875, as far as `git http-backend` reads it. */
function environment(options: GitServerOptions, request: IncomingMessage): NodeJS.ProcessEnv {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const config = Object.entries({ ...CONFIG, ...options.config });
  const settings = config.flatMap(([key, value], n) => [
    [`GIT_CONFIG_KEY_${n}`, key],
    [`GIT_CONFIG_VALUE_${n}`, value],
  ]);
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    PATH: (options.env ?? process.env).PATH,
    ...ISOLATED,
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(settings),
    GIT_PROJECT_ROOT: options.root,
    REQUEST_METHOD: request.method,
    PATH_INFO: decodePath(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: header('content-type'),
    CONTENT_LENGTH: header('content-length'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
  };
}

/** A path that cannot be decoded names no repository; git's own check refuses one that climbs out of the root. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '/';
  }
}

/** Reads the head that a CGI program writes, then hands its output through as it comes. */
function answer(child: ChildProcess, request: IncomingMessage, response: ServerResponse): void {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new TypeError('a child process without pipes');
  let head = Buffer.alloc(0);
  let began = false;
  const fail = () => {
    if (!began) response.writeHead(500).end();
    else response.destroy();
    began = true;
  };
  request.pipe(stdin);
  // The program may end without reading its input to the end, which is its right and no fault.
  stdin.on('error', () => request.resume());
  stderr.resume();
  stdout.on('data', (part: Buffer) => {
    if (began) {
      if (!response.destroyed && !response.write(part)) {
        stdout.pause();
        response.once('drain', () => stdout.resume());
      }
      return;
    }
    head = Buffer.concat([head, part]);
    const end = head.indexOf('\r\n\r\n');
    if (end >= 0) {
      const { status, headers } = parseHead(head.toString('latin1', 0, end));
      began = true;
      response.writeHead(status, headers);
      response.write(head.subarray(end + 4));
    } else if (head.length > LARGEST_HEAD) {
      child.kill('SIGKILL');
    }
  });
  child.once('error', fail);
  // Git ends with a fault of its own after telling the client no, in a whole answer; only one that was killed is cut off.
  child.once('close', (_code, signal) => {
    if (began && signal === null) response.end();
    else fail();
  });
  // Whoever asked went away: a push that is whole by now still happens, as it would on any host.
  response.once('close', () => {
    stdin.destroy();
    stdout.resume();
  });
}

function parseHead(head: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else if (name !== '') headers[name] = value;
  }
  return { status, headers };
}
