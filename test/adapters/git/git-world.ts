import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitRepositories } from '../../../shared/adapters/git/index.ts';
import type { GitHttp } from '../../../shared/adapters/git/transport.ts';
import { type GitServer, type GitServerOptions, startGitServer } from '../../../shared/adapters/local/git-server.ts';
import type { ObjectId } from '../../../shared/ports/repositories.ts';
import type { ForeignCommit, RepositoriesWorld } from '../../contracts/repositories.contract.ts';

const ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
};

/** The real git, in one repository. */
export type Git = (args: readonly string[], input?: string) => Promise<string>;

export function gitIn(folder: string): Git {
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const child = execFile('git', ['-C', folder, ...args], { env: ENV, maxBuffer: 1 << 28 }, (error, stdout) =>
        error === null ? resolve(stdout.trimEnd()) : reject(error),
      );
      // Most commands end without reading their input, and that is no fault of theirs.
      child.stdin?.on('error', () => {}).end(input);
    });
}

export interface GitWorld extends RepositoriesWorld {
  readonly server: GitServer;
  readonly folder: string;
  readonly git: Git;
}

export async function makeGitWorld(
  options: Omit<GitServerOptions, 'root'> & { http?: GitHttp } = {},
): Promise<GitWorld> {
  const root = await mkdtemp(join(tmpdir(), 'high-noon-git-'));
  const folder = join(root, 'repository.git');
  await gitIn(root)(['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  const git = gitIn(folder);
  const { http, ...serverOptions } = options;
  const server = await startGitServer({ ...serverOptions, root });
  const token = options.token === undefined ? {} : { token: async () => options.token };
  return {
    port: gitRepositories(http === undefined ? {} : { http }),
    repository: { name: 'sample', url: server.url('repository.git'), ...token },
    server,
    folder,
    git,
    commit: (commits) => importCommits(git, folder, commits),
    async setRef(ref, id) {
      await git(id === null ? ['update-ref', '-d', ref] : ['update-ref', ref, id]);
    },
    async readRef(ref) {
      return (await git(['for-each-ref', '--format=%(objectname)', ref])) || null;
    },
    async close() {
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** One `git fast-import` for any number of commits; a process for each would take most of the suite's time. */
async function importCommits(git: Git, folder: string, commits: readonly ForeignCommit[]): Promise<ObjectId[]> {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const name = (parent: ObjectId | number) => (typeof parent === 'number' ? `:${parent + 1}` : parent);
  const stream = commits.map(({ parents = [], files = {}, message = 'a commit', at = '2026-01-01T00:00:00Z' }, n) => {
    const seconds = Date.parse(at) / 1000;
    const [first, ...others] = parents.map(name);
    return [
      'reset refs/import/scratch\n',
      `commit refs/import/scratch\nmark :${n + 1}\ncommitter A Person <person@example.invalid> ${seconds} +0000\n`,
      data(message),
      first === undefined ? '' : `from ${first}\n`,
      ...others.map((id) => `merge ${id}\n`),
      ...Object.entries(files).map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`),
    ].join('');
  });
  await git(['fast-import', '--quiet', '--force', '--export-marks=marks'], stream.join('\n'));
  await git(['update-ref', '-d', 'refs/import/scratch']);
  const marks = (await readFile(join(folder, 'marks'), 'utf8')).trim().split('\n');
  const byMark = new Map(marks.map((line) => [line.split(' ')[0], line.split(' ')[1] ?? '']));
  return commits.map((_, n) => byMark.get(`:${n + 1}`) ?? '');
}
