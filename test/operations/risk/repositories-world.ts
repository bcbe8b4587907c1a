import { PortError } from '../../../shared/domain/errors.ts';
import { sha256 } from '../../../shared/domain/json.ts';
import type { Instant } from '../../../shared/domain/time.ts';
import type { Commit, HistoryCap, RepositoriesPort } from '../../../shared/ports/repositories.ts';

export interface WorldCommit {
  readonly at: Instant;
  readonly files: Readonly<Record<string, string>>;
}

/** Repositories by name, each a line of commits, oldest first; every commit holds all of its files. */
export function repositoriesOf(
  world: Readonly<Record<string, readonly WorldCommit[] | PortError>>,
  options: { readonly historyCap?: HistoryCap } = {},
): RepositoriesPort {
  const id = (name: string, index: number) => sha256(`${name}/${index}`).slice(0, 40);
  const lineOf = (name: string): readonly WorldCommit[] => {
    const line = world[name];
    if (line === undefined) throw new PortError('repositories', 'not-found', `no repository ${name}`);
    if (line instanceof PortError) throw line;
    return line;
  };
  const filesAt = (name: string, commit: string) => {
    const line = lineOf(name);
    const found = line.find((_, index) => id(name, index) === commit);
    if (found === undefined) throw new PortError('repositories', 'not-found', 'no such commit');
    return found.files;
  };
  const port: Partial<RepositoriesPort> = {
    listRefs: async ({ name }) => ({
      refs: new Map([['refs/heads/main', id(name, lineOf(name).length - 1)]]),
      peeled: new Map(),
      capabilities: new Set<string>(),
    }),
    listFiles: async ({ name }, commit, asked) =>
      Object.keys(filesAt(name, commit))
        .filter((path) => asked?.prefix === undefined || path === asked.prefix || path.startsWith(`${asked.prefix}/`))
        .sort()
        .map((path) => ({ path, id: sha256(path).slice(0, 40), kind: 'file' as const })),
    readFile: async ({ name }, commit, path) => {
      const text = filesAt(name, commit)[path];
      if (text === undefined) throw new PortError('repositories', 'not-found', `no ${path}`);
      return Buffer.from(text);
    },
    history: async ({ name }) => {
      const commits = lineOf(name).map(({ at }, index): Commit => {
        const person = { name: 'A', email: 'a@example.invalid', at };
        const parents = index === 0 ? [] : [id(name, index - 1)];
        return { id: id(name, index), tree: '', parents, author: person, committer: person, message: '' };
      });
      return { found: false, cap: options.historyCap ?? 'root', commits: commits.reverse() };
    },
  };
  return port as RepositoriesPort;
}
