import type { RepositoriesPort, Repository } from '../ports/repositories.ts';

/**
 * The same port, with each repository seen through `change`. One description gives one changed description for as long
 * as the key is the same, because the git client keeps what it has read by the description it was asked with.
 */
export function mapRepositories(
  repositories: RepositoriesPort,
  /** `isWriting`: the call is a push, or asks what a writer would see. */
  change: (repository: Repository, isWriting: boolean) => { readonly key: string; readonly repository: Repository },
): RepositoriesPort {
  const known = new Map<string, Repository>();
  const changed = (repository: Repository, isWriting: boolean): Repository => {
    const next = change(repository, isWriting);
    const key = `${repository.name}\n${repository.url}\n${next.key}`;
    const kept = known.get(key) ?? next.repository;
    known.set(key, kept);
    return kept;
  };
  return new Proxy(repositories, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function' || property === 'tagObject') return value;
      const method = value as (repository: Repository, ...rest: unknown[]) => unknown;
      const asWriter = (options: unknown) =>
        property === 'fencedPush' ||
        (property === 'listRefs' && (options as { readonly for?: unknown } | undefined)?.for === 'push');
      return async (repository: Repository, ...rest: unknown[]) =>
        method.call(target, changed(repository, asWriter(rest[0])), ...rest);
    },
  });
}
