import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RepositoriesPort, Repository } from '../../shared/ports/repositories.ts';
import { withRepositoryCredentials } from '../../shared/runtime/with-credentials.ts';
import { sampleConfiguration } from '../support/configuration.ts';

const configuration = sampleConfiguration(`
repositories:
  - {name: apart, url: "https://git.example/apart", token: "secret://reads", write_token: "secret://writes"}
  - {name: one, url: "https://git.example/one", token: "secret://both"}
`);

it("the token that writes goes with a push and a writer's view, the one that reads with everything else", async () => {
  const used: string[] = [];
  const seen = async (what: string, repository: Repository) => {
    used.push(`${what} ${repository.name} ${await repository.token?.()}`);
  };
  const git = {
    listRefs: (repository: Repository, options?: { for?: string }) =>
      seen(`refs-${options?.for ?? 'read'}`, repository),
    readCommit: (repository: Repository) => seen('commit', repository),
    commitFile: (repository: Repository) => seen('file', repository),
    readFence: (repository: Repository) => seen('fence', repository),
    fencedPush: (repository: Repository) => seen('push', repository),
  } as unknown as RepositoriesPort;
  const credentials = { secret: async (reference: string) => reference.slice(9), idToken: async () => '' };
  const port = withRepositoryCredentials(git, configuration, credentials);
  for (const name of ['apart', 'one']) {
    const repository = { name, url: `https://git.example/${name}` };
    await port.listRefs(repository);
    await port.listRefs(repository, { for: 'push' });
    await port.readCommit(repository, 'a'.repeat(40));
    await port.commitFile(repository, {} as never);
    await port.readFence(repository);
    await port.fencedPush(repository, {} as never);
  }
  assert.deepEqual(used, [
    'refs-read apart reads',
    'refs-push apart writes',
    'commit apart reads',
    'file apart reads',
    'fence apart reads',
    'push apart writes',
    'refs-read one both',
    'refs-push one both',
    'commit one both',
    'file one both',
    'fence one both',
    'push one both',
  ]);
});
