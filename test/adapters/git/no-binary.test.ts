import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { makeGitWorld } from './git-world.ts';

const CLIENT = new URL('../../../shared/adapters/git/index.ts', import.meta.url).href;

/** Everything the product does with a repository, in a process that could not find a program if it looked for one. */
const SCRIPT = `
  import { gitRepositories } from ${JSON.stringify(CLIENT)};
  const port = gitRepositories();
  const repository = { name: 'sample', url: process.env.REPOSITORY };
  const at = '2026-11-23T12:00:00.000Z';
  const author = { name: 'High Noon', email: 'high-noon@noreply.invalid', at };
  const { head } = await port.listRefs(repository);
  const made = await port.commitFile(repository, { parent: head.id, path: 'highnoon/a.yaml', content: 'a', message: 'm', author });
  const updates = [{ ref: 'refs/heads/high-noon/context', expectedOld: null, next: made.id }];
  await port.fencedPush(repository, { claim: { token: 1, holder: 'h' }, at, updates, objects: made.objects });
  const relation = await port.relation(repository, made.id, head.id);
  const files = await port.listFiles(repository, made.id);
  const file = Buffer.from(await port.readFile(repository, made.id, 'highnoon/a.yaml')).toString();
  console.log(JSON.stringify({ relation, files: files.map(({ path }) => path), file }));
`;

describe('the client', () => {
  it('reads and writes without any program on its path', async () => {
    const world = await makeGitWorld();
    try {
      const [id] = await world.commit([{ files: { 'a.txt': 'a' } }]);
      await world.setRef('refs/heads/main', id ?? null);
      const env = { PATH: '', REPOSITORY: world.repository.url };
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', SCRIPT], {
        env,
      });
      assert.deepEqual(JSON.parse(stdout), {
        relation: { relation: 'ahead', ahead: 1, behind: 0 },
        files: ['a.txt', 'highnoon/a.yaml'],
        file: 'a',
      });
    } finally {
      await world.close();
    }
  });
});
