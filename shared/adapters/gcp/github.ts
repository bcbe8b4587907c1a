import { z } from 'zod';
import { PortError } from '../../domain/errors.ts';
import type { RepositoriesPort, Repository } from '../../ports/repositories.ts';
import { GithubApi, type GithubApiOptions, isOnGithub } from './github-api.ts';
import { read, requiredChecks } from './github-checks.ts';
import { refRules } from './github-rules.ts';

export interface GithubOptions extends GithubApiOptions {
  /** Git itself: every other method goes there. */
  readonly git: RepositoriesPort;
  /** The configured addresses. When none is on GitHub, git alone is the answer. */
  readonly urls: readonly string[];
}

const repositorySchema = z.object({
  archived: z.boolean(),
  disabled: z.boolean().nullish(),
  permissions: z.object({ push: z.boolean() }).nullish(),
});

/** Repositories by git, and what only GitHub knows of those that it hosts: archived, required checks, rules. */
export function withGithub({ git, urls, ...options }: GithubOptions): RepositoriesPort {
  const hosted = (url: string) => isOnGithub(url, options.hosts);
  if (!urls.some(hosted)) return git;
  const api = new GithubApi(options);
  const checked = (repository: Repository): Repository => {
    if (hosted(repository.url)) return repository;
    throw new PortError('repositories', 'unsupported', `${repository.name}: its host shows neither checks nor rules`);
  };
  return {
    ...git,
    async hostFacts(repository, callOptions) {
      const found = await api.get(checked(repository), '', { needs: 'metadata: read', options: callOptions });
      const { archived, disabled, permissions } = read(repositorySchema, found, 'repository');
      const mayPush = permissions === null || permissions === undefined ? {} : { mayPush: permissions.push };
      return { archived: archived || disabled === true, ...mayPush };
    },
    requiredChecks: async (repository, commit, callOptions) =>
      requiredChecks(api, checked(repository), commit, callOptions),
    refRules: async (repository, ref, callOptions) => refRules(api, checked(repository), ref, callOptions),
  };
}
