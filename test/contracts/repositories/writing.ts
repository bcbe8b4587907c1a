import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import type {
  FenceClaim,
  ObjectId,
  PushRefusal,
  RefUpdate,
  RepositoriesPort,
  Repository,
} from '../../../shared/ports/repositories.ts';
import {
  ABSENT,
  AT,
  AUTHOR,
  CLAIM,
  CONTEXT,
  FENCE,
  type Here,
  hasCode,
  RELEASE,
  type RepositoriesWorld,
  refusedAs,
} from './world.ts';

export function writingSuite(here: Here): void {
  let world: RepositoriesWorld;
  let port: RepositoriesPort;
  let repository: Repository;
  beforeEach(() => {
    world = here.world();
    port = here.port();
    repository = here.repository();
  });
  const { one, push } = here;

  describe('making commits and tags', () => {
    const change = {
      path: 'highnoon/context_manifest.yaml',
      content: 'version: 2\n',
      message: 'Context',
      author: AUTHOR,
    };

    it('makes equal ids from equal arguments and sends nothing', async () => {
      const first = await port.commitFile(repository, { ...change, parent: null });
      const second = await port.commitFile(repository, { ...change, parent: null });
      assert.equal(first.id, second.id);
      assert.notEqual(first.id, (await port.commitFile(repository, { ...change, parent: null, content: 'x' })).id);
      assert.equal((await port.listRefs(repository)).refs.size, 0);
    });

    it('starts a branch without a past', async () => {
      const made = await port.commitFile(repository, { ...change, parent: null });
      await push([{ ref: CONTEXT, expectedOld: null, next: made.id }], made);
      const commit = await port.readCommit(repository, made.id);
      assert.deepEqual(commit.parents, []);
      assert.deepEqual(commit.committer, AUTHOR);
      assert.deepEqual(
        (await port.listFiles(repository, made.id)).map(({ path }) => path),
        ['highnoon/context_manifest.yaml'],
      );
    });

    it('changes one file of the parent and leaves every other as it was', async () => {
      const parent = await one({
        files: {
          'highnoon/context_manifest.yaml': 'version: 1\n',
          'highnoon/other.txt': 'o',
          'highnoon.txt': 'h',
          'src/a.ts': 'a',
        },
      });
      const before = await port.listFiles(repository, parent);
      const made = await port.commitFile(repository, { ...change, parent });
      await push([{ ref: CONTEXT, expectedOld: null, next: made.id }], made);
      const after = await port.listFiles(repository, made.id);
      const others = (files: typeof after) => files.filter(({ path }) => path !== change.path);
      assert.deepEqual(others(after), others(before));
      assert.equal(Buffer.from(await port.readFile(repository, made.id, change.path)).toString(), 'version: 2\n');
      assert.deepEqual(await port.relation(repository, made.id, parent), { relation: 'ahead', ahead: 1, behind: 0 });
    });

    it('refuses a path whose folder is a file in the parent, and the other way round', async () => {
      const parent = await one({ files: { highnoon: 'a file', 'a/b': 'c' } });
      await assert.rejects(port.commitFile(repository, { ...change, parent }), hasCode('invalid'));
      await assert.rejects(port.commitFile(repository, { ...change, parent, path: 'a' }), hasCode('invalid'));
    });

    it('pushes an annotated tag that points at its commit', async () => {
      const target = await one({});
      const tag = port.tagObject({ target, name: 'high-noon/2026-11-23', message: 'High Noon', tagger: AUTHOR });
      await push([{ ref: 'refs/tags/high-noon/2026-11-23', expectedOld: null, next: tag.id }], tag);
      const listing = await port.listRefs(repository);
      assert.equal(listing.refs.get('refs/tags/high-noon/2026-11-23'), tag.id);
      assert.equal(listing.peeled.get('refs/tags/high-noon/2026-11-23'), target);
    });
  });

  describe('moving refs', () => {
    let old: ObjectId;
    let next: ObjectId;
    beforeEach(async () => {
      [old, next] = (await world.commit([{}, { parents: [0], message: 'second' }])) as [string, string];
    });

    it('creates, fast-forwards, puts back and deletes by the expected id', async () => {
      await push([{ ref: RELEASE, expectedOld: null, next: old }]);
      assert.equal(await world.readRef(RELEASE), old);
      await push([{ ref: RELEASE, expectedOld: old, next }]);
      assert.equal(await world.readRef(RELEASE), next);
      await push([{ ref: RELEASE, expectedOld: next, next: old }]);
      assert.equal(await world.readRef(RELEASE), old);
      await push([{ ref: RELEASE, expectedOld: old, next: null }]);
      assert.equal(await world.readRef(RELEASE), null);
    });

    it('refuses a stale update and says where the ref is', async () => {
      await world.setRef(RELEASE, next);
      const updates = [{ ref: RELEASE, expectedOld: old, next }];
      await assert.rejects(push([{ ref: RELEASE, expectedOld: null, next: old }]), refusedAs('stale'));
      await assert.rejects(push([{ ref: 'refs/heads/gone', expectedOld: old, next }]), refusedAs('stale'));
      await assert.rejects(push(updates), (error: unknown) => {
        refusedAs('stale')(error);
        const refusal = (error as unknown as { refusal: PushRefusal }).refusal;
        assert.deepEqual(refusal, { kind: 'stale', refs: [{ ref: RELEASE, expected: old, actual: next }] });
        return true;
      });
      assert.equal(await world.readRef(RELEASE), next);
    });

    it('moves none of several refs when one is stale, not even the fence', async () => {
      await push([{ ref: RELEASE, expectedOld: null, next: old }]);
      const fence = await world.readRef(FENCE);
      const updates = [
        { ref: RELEASE, expectedOld: old, next },
        { ref: 'refs/heads/other', expectedOld: old, next },
      ];
      await assert.rejects(push(updates), refusedAs('stale'));
      assert.equal(await world.readRef(RELEASE), old);
      assert.equal(await world.readRef('refs/heads/other'), null);
      assert.equal(await world.readRef(FENCE), fence);
    });

    it('refuses an update that is none, and refs outside refs/', async () => {
      const bad: RefUpdate[] = [
        { ref: 'main', expectedOld: null, next: old },
        { ref: 'refs/heads/a..b', expectedOld: null, next: old },
        { ref: 'refs/heads/a\nb', expectedOld: null, next: old },
        { ref: RELEASE, expectedOld: old, next: old },
        { ref: RELEASE, expectedOld: null, next: 'main' },
        { ref: FENCE, expectedOld: null, next: old },
      ];
      for (const update of bad) await assert.rejects(push([update]), hasCode('invalid'), update.ref);
      const twice = { ref: RELEASE, expectedOld: null, next: old };
      await assert.rejects(push([twice, twice]), hasCode('invalid'));
      assert.equal((await port.listRefs(repository)).refs.size, 0);
    });

    it('refuses to point a ref at an object the server does not have', async () => {
      await assert.rejects(push([{ ref: RELEASE, expectedOld: null, next: ABSENT }]), PortError);
      assert.equal(await world.readRef(RELEASE), null);
    });
  });

  describe('the fence', () => {
    let old: ObjectId;
    let next: ObjectId;
    beforeEach(async () => {
      [old, next] = (await world.commit([{}, { parents: [0], message: 'second' }])) as [string, string];
      await world.setRef(RELEASE, old);
    });
    const forward = (claim: FenceClaim) => push([{ ref: RELEASE, expectedOld: old, next }], undefined, claim);

    it('carries the token and holder of the newest push', async () => {
      const receipt = await forward(CLAIM);
      assert.deepEqual(await port.readFence(repository), receipt.fence);
      assert.deepEqual(receipt.fence, { ...CLAIM, id: await world.readRef(FENCE) });
    });

    it('moves with every push of the same holder, always forward', async () => {
      const first = await push([]);
      const second = await push([]);
      assert.notEqual(first.fence.id, second.fence.id);
      const stands = await port.relation(repository, second.fence.id, first.fence.id);
      assert.deepEqual(stands, { relation: 'ahead', ahead: 1, behind: 0 });
    });

    it('refuses a lower token although the old id matches', async () => {
      await push([], undefined, { token: 8, holder: 'rollback' });
      await assert.rejects(forward(CLAIM), (error: unknown) => {
        refusedAs('fenced')(error);
        const refusal = (error as unknown as { refusal: PushRefusal }).refusal;
        assert.ok(refusal.kind === 'fenced');
        assert.equal(refusal.observed.token, 8);
        assert.deepEqual(refusal.offered, CLAIM);
        return true;
      });
      assert.equal(await world.readRef(RELEASE), old);
    });

    it('refuses an equal token of another holder and accepts a higher one', async () => {
      await push([]);
      await assert.rejects(forward({ ...CLAIM, holder: 'somebody-else' }), refusedAs('fenced'));
      assert.equal(await world.readRef(RELEASE), old);
      await forward({ token: CLAIM.token + 1, holder: 'somebody-else' });
      assert.equal(await world.readRef(RELEASE), next);
    });

    it('lets nothing through while the fence carries no token', async () => {
      await world.setRef(FENCE, next);
      await assert.rejects(forward(CLAIM), refusedAs('unreadable-fence'));
      await assert.rejects(port.readFence(repository), refusedAs('unreadable-fence'));
      assert.equal(await world.readRef(RELEASE), old);
    });

    it('refuses claims that could not be read back', async () => {
      for (const claim of [
        { token: 0, holder: 'a' },
        { token: 1.5, holder: 'a' },
        { token: Number.MAX_VALUE, holder: 'a' },
        { token: 1, holder: 'two\nlines' },
        { token: 1, holder: '' },
      ]) {
        await assert.rejects(push([], undefined, claim), hasCode('invalid'), JSON.stringify(claim));
      }
      assert.equal(await world.readRef(FENCE), null);
    });
  });

  it('gives up when the caller does', async () => {
    const options = { signal: AbortSignal.abort() };
    await assert.rejects(port.listRefs(repository, options), hasCode('deadline-exceeded'));
    const push = { claim: CLAIM, at: AT, updates: [] };
    await assert.rejects(port.fencedPush(repository, push, options), hasCode('deadline-exceeded'));
    assert.equal(await world.readRef(FENCE), null);
  });
}
