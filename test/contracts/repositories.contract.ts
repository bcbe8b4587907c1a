import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PortError, type PortErrorCode } from '../../shared/domain/errors.ts';
import type {
  FenceClaim,
  NewObjects,
  ObjectId,
  PushRefusal,
  RefUpdate,
  RepositoriesPort,
  Repository,
  Signature,
} from '../../shared/ports/repositories.ts';

/** A commit somebody else makes. Files are changes to the first parent's. */
export interface ForeignCommit {
  /** An object id, or the position of an earlier commit of the same call. */
  readonly parents?: readonly (ObjectId | number)[];
  readonly files?: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly at?: string;
}

/** One empty repository whose HEAD is `refs/heads/main`, and what people do to it without this program. */
export interface RepositoriesWorld {
  readonly port: RepositoriesPort;
  readonly repository: Repository;
  commit(commits: readonly ForeignCommit[]): Promise<ObjectId[]>;
  setRef(ref: string, id: ObjectId | null): Promise<void>;
  readRef(ref: string): Promise<ObjectId | null>;
  close(): Promise<void>;
}

const FENCE = 'refs/heads/high-noon/fence';
const RELEASE = 'refs/heads/high-noon/release';
const CONTEXT = 'refs/heads/high-noon/context';
const AT = '2026-11-23T12:00:00.000Z';
const AUTHOR: Signature = { name: 'High Noon', email: 'high-noon@noreply.invalid', at: AT };
const CLAIM: FenceClaim = { token: 7, holder: 'high-noon-sync@2026-11-23T12:00Z#1' };
const ABSENT: ObjectId = 'd'.repeat(40);

const hasCode = (code: PortErrorCode) => (error: unknown) => error instanceof PortError && error.code === code;

function refusedAs(kind: PushRefusal['kind']) {
  return (error: unknown) => {
    assert.ok(error instanceof PortError, String(error));
    assert.equal(error.code, kind === 'forbidden' ? 'permission-denied' : 'precondition-failed');
    assert.equal((error as { refusal?: PushRefusal }).refusal?.kind, kind);
    assert.equal(error.ambiguous, false);
    return true;
  };
}

/** Commits in a line, a minute apart, each with one new file. */
function line(count: number, from?: ObjectId): ForeignCommit[] {
  return Array.from({ length: count }, (_, n) => ({
    parents: n > 0 ? [n - 1] : from === undefined ? [] : [from],
    files: { [`notes/${n}.txt`]: `note ${n}\n` },
    message: `note ${n}`,
    at: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
  }));
}

export function repositoriesContract(name: string, makeWorld: () => Promise<RepositoriesWorld>): void {
  describe(`repositories: ${name}`, () => {
    let world: RepositoriesWorld;
    let port: RepositoriesPort;
    let repository: Repository;
    beforeEach(async () => {
      world = await makeWorld();
      ({ port, repository } = world);
    });
    afterEach(async () => world.close());

    const one = async (commit: ForeignCommit) => (await world.commit([commit]))[0] as ObjectId;
    const push = (updates: RefUpdate[], made?: NewObjects, claim = CLAIM) =>
      port.fencedPush(repository, { claim, at: AT, updates, objects: made?.objects ?? [] });

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

    describe('walking into the past', () => {
      it('stops at the known commit and hands out what came after it', async () => {
        const ids = await world.commit(line(300));
        const found = await port.history(repository, ids[299] as string, {
          until: [ids[40] as string],
          deepenStep: 50,
        });
        assert.ok(found.found);
        assert.deepEqual(found.reached, [ids[40]]);
        assert.deepEqual(
          found.commits.map(({ id }) => id),
          ids.slice(41).reverse(),
        );
      });

      it('says that it reached its limit of commits before the known one', async () => {
        const ids = await world.commit(line(600));
        const capped = await port.history(repository, ids[599] as string, {
          until: [ids[0] as string],
          maxCommits: 500,
          deepenStep: 100,
        });
        assert.ok(!capped.found);
        assert.equal(capped.cap, 'commits');
        assert.equal(capped.commits.length, 500);
        const within = await port.history(repository, ids[599] as string, {
          until: [ids[0] as string],
          maxCommits: 600,
        });
        assert.ok(within.found);
      });

      it('says that it reached its limit of bytes', async () => {
        const ids = await world.commit(line(600));
        const capped = await port.history(repository, ids[599] as string, {
          until: [ABSENT],
          maxBytes: 3_000,
          deepenStep: 4,
        });
        assert.ok(!capped.found);
        assert.equal(capped.cap, 'bytes');
      });

      it('says root only when the whole history was read', async () => {
        const ids = await world.commit(line(150));
        const searched = await port.history(repository, ids[149] as string, { until: [ABSENT], deepenStep: 10 });
        assert.ok(!searched.found);
        assert.equal(searched.cap, 'root');
        assert.equal(searched.commits.length, 150);
      });

      it('hands out every commit before its parents, also where lines were merged', async () => {
        const [a, b, c, d] = (await world.commit([
          { message: 'a', at: '2026-01-01T00:00:00Z' },
          { parents: [0], message: 'b', at: '2026-01-03T00:00:00Z' },
          { parents: [0], message: 'c', at: '2026-01-02T00:00:00Z' },
          { parents: [1, 2], message: 'd', at: '2026-01-04T00:00:00Z' },
        ])) as [string, string, string, string];
        const all = await port.history(repository, d);
        assert.deepEqual(
          all.commits.map(({ id }) => id),
          [d, b, c, a],
        );
      });
    });

    describe('how two commits stand to each other', () => {
      it('knows the same, ahead and behind, with counts', async () => {
        const ids = await world.commit(line(200));
        const [old, tip] = [ids[20] as string, ids[199] as string];
        const limits = { deepenStep: 16 };
        assert.deepEqual(await port.relation(repository, tip, tip), { relation: 'same', ahead: 0, behind: 0 });
        assert.deepEqual(await port.relation(repository, tip, old, limits), {
          relation: 'ahead',
          ahead: 179,
          behind: 0,
        });
        assert.deepEqual(await port.relation(repository, old, tip, limits), {
          relation: 'behind',
          ahead: 0,
          behind: 179,
        });
      });

      it('sees rewritten history as diverged, even where only the message changed', async () => {
        const ids = await world.commit(line(30));
        const rewritten = await world.commit([
          { parents: [ids[27] as string], message: 'note 28, reworded', at: '2026-01-01T00:28:00Z' },
          { parents: [0], message: 'note 29', at: '2026-01-01T00:29:00Z' },
        ]);
        const stands = await port.relation(repository, rewritten[1] as string, ids[29] as string, { deepenStep: 4 });
        assert.deepEqual(stands, { relation: 'diverged', ahead: 2, behind: 2 });
      });

      it('sees histories without a common commit as diverged', async () => {
        const [a, b] = (await world.commit([{ message: 'a' }, { message: 'b' }])) as [string, string];
        assert.deepEqual(await port.relation(repository, a, b), { relation: 'diverged', ahead: 1, behind: 1 });
      });

      it('counts through merges, where a branch left the line long before', async () => {
        const ids = await world.commit(line(100));
        const [, merged] = (await world.commit([
          { parents: [ids[3] as string], message: 'from long ago', at: '2026-02-01T00:00:00Z' },
          { parents: [ids[99] as string, 0], message: 'merge', at: '2026-02-02T00:00:00Z' },
        ])) as [string, string];
        const stands = await port.relation(repository, merged, ids[99] as string, { deepenStep: 5 });
        assert.deepEqual(stands, { relation: 'ahead', ahead: 2, behind: 0 });
      });

      it('says unknown when the limit came before the answer', async () => {
        const ids = await world.commit(line(300));
        const stands = await port.relation(repository, ids[299] as string, ids[0] as string, { maxCommits: 100 });
        assert.deepEqual(stands, { relation: 'unknown', cap: 'commits' });
      });
    });

    describe('the last commit of a person', () => {
      const ignoreSubjects = ['^auto-save:', 'AUTO-SAVE:', '^. AUTO:', 'Auto-commit boot script'];

      it('passes over what matches a pattern', async () => {
        const ids = await world.commit([
          { message: 'a person was here', at: '2026-01-01T00:00:00Z' },
          { parents: [0], message: 'auto-save: 1', at: '2026-01-02T00:00:00Z' },
          { parents: [1], message: '🤖 AUTO: 2', at: '2026-01-03T00:00:00Z' },
          { parents: [2], message: 'Auto-commit boot script', at: '2026-01-04T00:00:00Z' },
        ]);
        const last = await port.lastCommit(repository, ids[3] as string, { ignoreSubjects, deepenStep: 1 });
        assert.ok(last.found);
        assert.equal(last.commit.id, ids[0]);
        assert.equal(last.ignored, 3);
      });

      it('does not settle for a near commit while a newer one may lie behind a merge', async () => {
        const ids = await world.commit([
          { message: 'older, by a person', at: '2026-01-01T00:00:00Z' },
          { message: 'newer, by a person', at: '2026-01-05T00:00:00Z' },
          { parents: [1], message: 'auto-save: 1', at: '2026-01-08T00:00:00Z' },
          { parents: [2], message: 'auto-save: 2', at: '2026-01-09T00:00:00Z' },
          { parents: [0, 3], message: 'auto-save: merge', at: '2026-01-10T00:00:00Z' },
        ]);
        const last = await port.lastCommit(repository, ids[4] as string, { ignoreSubjects, deepenStep: 2 });
        assert.ok(last.found);
        assert.equal(last.commit.id, ids[1]);
      });

      it('looks at the subject alone: a body may speak of machines', async () => {
        const id = await one({ message: 'Merge of a week\n\nAUTO-SAVE: 1\nAUTO-SAVE: 2\n' });
        const last = await port.lastCommit(repository, id, { ignoreSubjects });
        assert.ok(last.found);
      });

      it('tells nobody ever from not found within the limit', async () => {
        const machines = line(40).map((commit) => ({ ...commit, message: 'auto-save: again' }));
        const ids = await world.commit(machines);
        const tip = ids[39] as string;
        assert.deepEqual(await port.lastCommit(repository, tip, { ignoreSubjects }), { found: false, cap: 'root' });
        const capped = await port.lastCommit(repository, tip, { ignoreSubjects, maxCommits: 10 });
        assert.deepEqual(capped, { found: false, cap: 'commits' });
      });

      it('refuses a pattern that is none', async () => {
        const id = await one({});
        await assert.rejects(port.lastCommit(repository, id, { ignoreSubjects: ['('] }), hasCode('invalid'));
      });
    });

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
  });
}
