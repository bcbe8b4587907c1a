import type { Repository } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import type { EvidenceRecord, EvidenceSet } from '../../ports/evidence.ts';
import type { RepositoriesPort } from '../../ports/repositories.ts';
import { setOfRecords } from './set.ts';

interface Parts {
  readonly configuration: { readonly repositories: readonly Repository[] };
  readonly repositories: Pick<RepositoriesPort, 'listRefs' | 'listFiles'>;
}

/** More files than this in one repository are not listed in the time of a phase. */
const MOST_FILES = 200_000;

/** Every file that the default branch of each repository tracks: `repository`, `path`, and `file` for both together. */
export async function trackedFiles(
  { configuration, repositories }: Parts,
  signal: AbortSignal | undefined,
): Promise<EvidenceSet> {
  const options = signal === undefined ? {} : { signal };
  const heads = await Promise.all(
    configuration.repositories.map(async (configured) => {
      const { name, url, default_branch: branch } = configured;
      // The credential is put onto the request by whoever composed the port.
      const repository = { name, url };
      const { refs } = await repositories.listRefs(repository, options);
      const commit = refs.get(`refs/heads/${branch}`);
      if (commit === undefined) throw new PortError('repositories', 'not-found', `${name} has no branch ${branch}`);
      return { repository, commit };
    }),
  );
  async function* records(): AsyncIterable<EvidenceRecord> {
    for (const { repository, commit } of heads) {
      const files = await repositories.listFiles(repository, commit, { ...options, maxFiles: MOST_FILES });
      for (const { path } of files) yield { repository: repository.name, path, file: `${repository.name}/${path}` };
    }
  }
  const commits = heads.map(({ repository, commit }) => `${repository.name} at ${commit.slice(0, 12)}`);
  return setOfRecords({ request: `tracked files of ${commits.join(', ')}`, updatedAt: null }, records());
}
