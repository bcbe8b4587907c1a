import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { RepositoriesPort, Repository } from '../../../shared/ports/repositories.ts';
import { ABSENT, type Here, hasCode, RELEASE, type RepositoriesWorld } from './world.ts';

export function readingSuite(here: Here): void {
  let world: RepositoriesWorld;
  let port: RepositoriesPort;
  let repository: Repository;
  beforeEach(() => {
    world = here.world();
    port = here.port();
    repository = here.repository();
  });
  const { one } = here;

  describe('looking at refs', () => {
    it('names every ref and where HEAD points', async () => {
      const [a, b] = (await world.commit([{}, { parents: [0], message: 'second' }])) as [string, string];
      await world.setRef('refs/heads/main', b);
      await world.setRef(RELEASE, a);
      const listing = await port.listRefs(repository);
      assert.deepEqual(Object.fromEntries(listing.refs), { 'refs/heads/main': b, [RELEASE]: a });
      assert.deepEqual(listing.head, { ref: 'refs/heads/main', id: b });
    });

    it('finds nothing, and no fault, in an empty repository', async () => {
      for (const direction of ['read', 'push'] as const) {
        const listing = await port.listRefs(repository, { for: direction });
        assert.equal(listing.refs.size, 0);
        assert.equal(listing.head, undefined);
      }
      assert.equal(await port.readFence(repository), undefined);
    });

    it('tells a writer that pushes are atomic', async () => {
      const { capabilities } = await port.listRefs(repository, { for: 'push' });
      assert.ok(capabilities.has('atomic'));
    });
  });

  describe('reading', () => {
    it('reads a commit by its id even when no ref names it', async () => {
      const [a, b] = (await world.commit([
        { message: 'first' },
        { parents: [0], files: { 'a.txt': 'a' }, message: 'subject\n\nbody\n', at: '2026-03-04T05:06:07.000Z' },
      ])) as [string, string];
      const commit = await port.readCommit(repository, b);
      assert.equal(commit.id, b);
      assert.deepEqual(commit.parents, [a]);
      assert.equal(commit.message, 'subject\n\nbody\n');
      assert.equal(commit.committer.at, '2026-03-04T05:06:07.000Z');
      assert.match(commit.tree, /^[0-9a-f]{40}$/);
    });

    it('says not-found for a commit the repository does not have', async () => {
      await world.setRef('refs/heads/main', await one({}));
      await assert.rejects(port.readCommit(repository, ABSENT), hasCode('not-found'));
      await assert.rejects(port.history(repository, ABSENT), hasCode('not-found'));
      await assert.rejects(port.readFile(repository, ABSENT, 'a.txt'), hasCode('not-found'));
    });

    it('refuses what is no object id before anything is sent', async () => {
      for (const id of ['main', 'HEAD', ABSENT.toUpperCase(), '']) {
        await assert.rejects(port.readCommit(repository, id), hasCode('invalid'));
      }
    });

    it('reads a file of any commit, however deep it lies', async () => {
      const [a, b] = (await world.commit([
        { files: { 'highnoon/context_manifest.yaml': 'version: 1\n', 'a/b/c/ünï.txt': 'deep' } },
        { parents: [0], files: { 'highnoon/context_manifest.yaml': 'version: 2\n' } },
      ])) as [string, string];
      const read = async (id: string, path: string) =>
        Buffer.from(await port.readFile(repository, id, path)).toString();
      assert.equal(await read(b, 'highnoon/context_manifest.yaml'), 'version: 2\n');
      assert.equal(await read(a, 'highnoon/context_manifest.yaml'), 'version: 1\n');
      assert.equal(await read(b, 'a/b/c/ünï.txt'), 'deep');
    });

    it('tells an absent path from a path that is no file', async () => {
      const id = await one({ files: { 'a/b.txt': 'b' } });
      for (const path of ['a/c.txt', 'c', 'a/b.txt/c', 'A/b.txt']) {
        await assert.rejects(port.readFile(repository, id, path), hasCode('not-found'), path);
      }
      for (const path of ['a', '', '/a/b.txt', 'a/../a/b.txt', 'a//b.txt', '.git/config']) {
        await assert.rejects(port.readFile(repository, id, path), hasCode('invalid'), path);
      }
    });

    it('refuses a file above the limit instead of handing out a part', async () => {
      const id = await one({ files: { 'big.txt': 'x'.repeat(5_000) } });
      await assert.rejects(port.readFile(repository, id, 'big.txt', { maxBytes: 4_999 }), hasCode('too-large'));
      assert.equal((await port.readFile(repository, id, 'big.txt', { maxBytes: 5_000 })).length, 5_000);
    });

    it('lists files in the order of git, all of them or below a prefix', async () => {
      const id = await one({ files: { 'b.txt': '1', 'a/z.txt': '2', 'a/y/x.txt': '3', 'a.txt': '4' } });
      const paths = async (prefix?: string) =>
        (await port.listFiles(repository, id, prefix === undefined ? {} : { prefix })).map(({ path }) => path);
      assert.deepEqual(await paths(), ['a.txt', 'a/y/x.txt', 'a/z.txt', 'b.txt']);
      assert.deepEqual(await paths('a'), ['a/y/x.txt', 'a/z.txt']);
      assert.deepEqual(await paths('a/y/x.txt'), ['a/y/x.txt']);
      assert.deepEqual(await paths('a/x.txt'), []);
      assert.deepEqual(await paths('b.txt/more'), []);
      await assert.rejects(port.listFiles(repository, id, { maxFiles: 3 }), hasCode('too-large'));
    });

    it('gives equal files the same id', async () => {
      const id = await one({ files: { 'a.txt': 'same', 'b.txt': 'same', 'c.txt': 'other' } });
      const [a, b, c] = await port.listFiles(repository, id);
      assert.equal(a?.id, b?.id);
      assert.notEqual(a?.id, c?.id);
    });
  });
}
