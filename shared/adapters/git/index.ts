import type { RepositoriesPort, Signature } from '../../ports/repositories.ts';
import { advertisedRefs } from './advertisement.ts';
import { commitFile, tagObject } from './build.ts';
import { fencedPush, readFence } from './fence.ts';
import { fetchHttp } from './fetch-http.ts';
import { history, lastCommit, relation } from './history.ts';
import { listFiles, readCommit, readFile } from './read.ts';
import { begin, sessions } from './session.ts';
import type { GitHttp } from './transport.ts';

export interface GitOptions {
  /** The guarded client of the HTTP port in deployed functions. Default: Node's own `fetch`. */
  readonly http?: GitHttp;
  /** Milliseconds from an arbitrary start, never jumping. */
  readonly monotonicMs?: () => number;
  /** Who signs the fence commits. */
  readonly identity?: Omit<Signature, 'at'>;
}

const IDENTITY = { name: 'High Noon', email: 'high-noon@noreply.invalid' };

/**
 * Repositories over smart HTTP, without a git binary and without a clone. Reading needs a server with protocol version
 * 2 and shallow fetches, writing one with `atomic`: every public host and any git since 2.18 has both.
 */
export function gitRepositories(options: GitOptions = {}): RepositoriesPort {
  const http = options.http ?? fetchHttp();
  const transport = { http, monotonicMs: options.monotonicMs ?? (() => performance.now()) };
  const identity = options.identity ?? IDENTITY;
  const open = sessions(transport);
  return {
    listRefs: async (repository, o = {}) =>
      advertisedRefs(transport, repository, begin(open(repository), o), o.for ?? 'read'),
    readCommit: async (repository, id, o) => readCommit(open(repository), begin(open(repository), o), id),
    readFile: async (repository, commit, path, o) =>
      readFile(open(repository), begin(open(repository), o), commit, path, o?.maxBytes),
    listFiles: async (repository, commit, o = {}) => listFiles(open(repository), begin(open(repository), o), commit, o),
    history: async (repository, from, o = {}) => history(open(repository), begin(open(repository), o), from, o),
    relation: async (repository, a, b, o = {}) => relation(open(repository), begin(open(repository), o), a, b, o),
    lastCommit: async (repository, from, o) => lastCommit(open(repository), begin(open(repository), o), from, o),
    commitFile: async (repository, change, o) => commitFile(open(repository), begin(open(repository), o), change),
    tagObject,
    readFence: async (repository, o) => readFence(open(repository), begin(open(repository), o)),
    fencedPush: async (repository, push, o) => fencedPush(open(repository), begin(open(repository), o), push, identity),
  };
}
