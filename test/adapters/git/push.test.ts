import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { fetchHttp } from '../../../shared/adapters/git/fetch-http.ts';
import { gitRepositories } from '../../../shared/adapters/git/index.ts';
import type { GitHttp } from '../../../shared/adapters/git/transport.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import type { FenceClaim, ObjectId, PushRefusal, RefUpdate } from '../../../shared/ports/repositories.ts';
import { type GitWorld, makeGitWorld } from './git-world.ts';

const RELEASE = 'refs/heads/high-noon/release';
const FENCE = 'refs/heads/high-noon/fence';
const AT = '2026-11-23T12:00:00.000Z';
const NOON: FenceClaim = { token: 7, holder: 'noon#1' };
const ROLLBACK: FenceClaim = { token: 8, holder: 'noon#1-rollback' };

const isPush = (url: string, method: string) => method === 'POST' && url.endsWith('/git-receive-pack');

/** Runs `before` when the push itself is about to be sent, after everything it was decided on had been read. */
function withInterruption(before: () => Promise<void>): GitHttp {
  const http = fetchHttp();
  return {
    async request(url, request) {
      if (isPush(url, request.method)) await before();
      return http.request(url, request);
    },
  };
}

describe('pushing', () => {
  let world: GitWorld;
  let old: ObjectId;
  let next: ObjectId;
  afterEach(async () => world.close());

  const open = async (options: Parameters<typeof makeGitWorld>[0] = {}) => {
    world = await makeGitWorld(options);
    [old, next] = (await world.commit([{}, { parents: [0], message: 'second' }])) as [string, string];
    await world.setRef(RELEASE, old);
  };
  const forward = (): RefUpdate[] => [{ ref: RELEASE, expectedOld: old, next }];
  const refusal = (error: unknown): PushRefusal => {
    assert.ok(error instanceof PortError, String(error));
    return (error as unknown as { refusal: PushRefusal }).refusal;
  };

  it('cannot land late: a push that stalled on its way fails once a rollback has put the old id back', async () => {
    await open();
    const zombie = gitRepositories({
      http: withInterruption(async () => {
        // While the request hangs: noon is given up, its forward move undone, and the ref stands where it stood.
        const { port, repository } = world;
        const claim = ROLLBACK;
        await port.fencedPush(repository, { claim, at: AT, updates: forward() });
        await port.fencedPush(repository, { claim, at: AT, updates: [{ ref: RELEASE, expectedOld: next, next: old }] });
      }),
    });
    const late = zombie.fencedPush(world.repository, { claim: NOON, at: AT, updates: forward() });
    await assert.rejects(late, (error: unknown) => {
      const why = refusal(error);
      assert.ok(why.kind === 'stale');
      assert.deepEqual(
        why.refs.map(({ ref }) => ref),
        [FENCE],
      );
      return true;
    });
    assert.equal(await world.readRef(RELEASE), old);
    assert.equal((await world.port.readFence(world.repository))?.token, ROLLBACK.token);
  });

  it('is decided by the server when the ref moves after it was looked at', async () => {
    await open();
    const [other] = (await world.commit([{ parents: [old], message: 'somebody else' }])) as [string];
    const port = gitRepositories({ http: withInterruption(() => world.setRef(RELEASE, other)) });
    const pushed = port.fencedPush(world.repository, { claim: NOON, at: AT, updates: forward() });
    await assert.rejects(pushed, (error: unknown) => {
      assert.deepEqual(refusal(error), { kind: 'stale', refs: [{ ref: RELEASE, expected: old, actual: other }] });
      return true;
    });
    assert.equal(await world.readRef(RELEASE), other);
    assert.equal(await world.readRef(FENCE), null);
  });

  it('is ambiguous when the answer is lost after the server moved the refs', async () => {
    await open();
    const http = fetchHttp();
    const port = gitRepositories({
      http: {
        async request(url, request) {
          const answer = await http.request(url, request);
          if (isPush(url, request.method)) throw new PortError('http', 'unavailable', 'the connection broke off');
          return answer;
        },
      },
    });
    const pushed = port.fencedPush(world.repository, { claim: NOON, at: AT, updates: forward() });
    await assert.rejects(
      pushed,
      (error: unknown) => error instanceof PortError && error.code === 'unavailable' && error.ambiguous,
    );
    assert.equal(await world.readRef(RELEASE), next);
  });

  it('is ambiguous when the report on it is cut off, is empty, or forgets a ref', async () => {
    await open();
    const http = fetchHttp();
    const reports: ((body: Uint8Array) => Uint8Array)[] = [
      (body) => body.subarray(0, body.length - 8),
      () => new Uint8Array(),
      () => Buffer.from('000eunpack ok\n0000'),
      () => Buffer.from(`0013${'\u0001'}000eunpack ok\n0000`),
    ];
    for (const change of reports) {
      const port = gitRepositories({
        http: {
          async request(url, request) {
            const answer = isPush(url, request.method)
              ? {
                  status: 200,
                  body: new Uint8Array(),
                  headers: { 'content-type': 'application/x-git-receive-pack-result' },
                }
              : await http.request(url, request);
            return isPush(url, request.method)
              ? {
                  ...answer,
                  body: change(Buffer.from('0030\u0001000eunpack ok\n0019ok refs/heads/whatever\n00000000')),
                }
              : answer;
          },
        },
      });
      const pushed = port.fencedPush(world.repository, { claim: NOON, at: AT, updates: forward() });
      await assert.rejects(
        pushed,
        (error: unknown) => error instanceof PortError && error.code === 'unavailable' && error.ambiguous,
      );
    }
    assert.equal(await world.readRef(RELEASE), old);
  });

  it('is refused whole by a hook, which is no staleness, and the hook is quoted without the token', async () => {
    await open({ token: 'tok-5ecret-value' });
    const hook = join(world.folder, 'hooks', 'pre-receive');
    await writeFile(hook, '#!/bin/sh\ncat >/dev/null\necho "no moves today, tok-5ecret-value" >&2\nexit 1\n');
    await chmod(hook, 0o755);
    const pushed = world.port.fencedPush(world.repository, { claim: NOON, at: AT, updates: forward() });
    await assert.rejects(pushed, (error: unknown) => {
      const why = refusal(error);
      assert.ok(why.kind === 'forbidden');
      assert.deepEqual(
        why.refs.map(({ ref }) => ref),
        [RELEASE, FENCE],
      );
      assert.ok(error instanceof PortError);
      assert.equal(error.code, 'permission-denied');
      assert.match(error.message, /no moves today, \[secret\]/);
      return true;
    });
    assert.equal(await world.readRef(RELEASE), old);
  });

  it('moves none when only one of the refs is forbidden', async () => {
    await open({ config: { 'receive.denyDeletes': 'true' } });
    await world.setRef('refs/heads/other', old);
    const updates = [...forward(), { ref: 'refs/heads/other', expectedOld: old, next: null }];
    const pushed = world.port.fencedPush(world.repository, { claim: NOON, at: AT, updates });
    await assert.rejects(pushed, (error: unknown) => refusal(error).kind === 'forbidden');
    assert.equal(await world.readRef(RELEASE), old);
    assert.equal(await world.readRef(FENCE), null);
  });

  it('goes through where forced moves are denied, because the fence only moves forward', async () => {
    await open({ config: { 'receive.denyNonFastForwards': 'true' } });
    await world.port.fencedPush(world.repository, { claim: NOON, at: AT, updates: forward() });
    await world.port.fencedPush(world.repository, { claim: ROLLBACK, at: AT, updates: [] });
    assert.equal(await world.readRef(RELEASE), next);
    assert.equal((await world.port.readFence(world.repository))?.token, ROLLBACK.token);
  });

  it('is not tried on a server without atomic pushes', async () => {
    await open({ config: { 'receive.advertiseAtomic': 'false' } });
    assert.ok(!(await world.port.listRefs(world.repository, { for: 'push' })).capabilities.has('atomic'));
    const pushed = world.port.fencedPush(world.repository, { claim: NOON, at: AT, updates: forward() });
    await assert.rejects(pushed, (error: unknown) => error instanceof PortError && error.code === 'unsupported');
    assert.equal(await world.readRef(RELEASE), old);
  });

  it('is a matter of permission where the server takes no pushes', async () => {
    await open({ config: { 'http.receivepack': 'false' } });
    const pushed = world.port.fencedPush(world.repository, { claim: NOON, at: AT, updates: forward() });
    await assert.rejects(pushed, (error: unknown) => error instanceof PortError && error.code === 'permission-denied');
  });

  it('leaves a repository that git itself finds sound', async () => {
    await open();
    const author = { name: 'High <Noon>\n', email: 'high-noon@noreply.invalid', at: AT };
    const made = await world.port.commitFile(world.repository, {
      parent: next,
      path: 'highnoon/a.yaml',
      content: 'a',
      message: 'm',
      author,
    });
    const tag = world.port.tagObject({
      target: made.id,
      name: 'high-noon/2026-11-23',
      message: 'High Noon',
      tagger: author,
    });
    const updates = [
      { ref: 'refs/heads/high-noon/context', expectedOld: null, next: made.id },
      { ref: 'refs/tags/high-noon/2026-11-23', expectedOld: null, next: tag.id },
    ];
    const objects = [...made.objects, ...tag.objects];
    await world.port.fencedPush(world.repository, { claim: NOON, at: AT, updates, objects });
    assert.equal(await world.git(['fsck', '--strict', '--no-dangling']), '');
    assert.equal(await world.git(['show', `${made.id}:highnoon/a.yaml`]), 'a');
    assert.equal(
      await world.git(['show', '--no-patch', '--format=%an|%ae|%cI', made.id]),
      'High Noon|high-noon@noreply.invalid|2026-11-23T12:00:00+00:00',
    );
    assert.equal(await world.git(['cat-file', '-t', 'high-noon/2026-11-23']), 'tag');
  });
});
