import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fetchHttp } from '../../../shared/adapters/git/fetch-http.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { gitIn, makeGitWorld } from './git-world.ts';

describe('the local server of repositories', () => {
  it('serves the real git as well, gzip and all', async () => {
    const world = await makeGitWorld();
    try {
      const commits = Array.from({ length: 200 }, (_, n) => ({ parents: n === 0 ? [] : [n - 1], message: `${n}` }));
      const ids = await world.commit(commits);
      await world.setRef('refs/heads/main', ids[199] ?? null);
      const git = gitIn(`${world.folder}/..`);
      await git(['clone', '--quiet', world.repository.url, 'clone']);
      const clone = gitIn(`${world.folder}/../clone`);
      assert.equal(await clone(['rev-list', '--count', 'HEAD']), '200');
      await clone(['push', '--quiet', '--atomic', 'origin', 'HEAD:refs/heads/a', 'HEAD~1:refs/heads/b']);
      assert.equal(await world.readRef('refs/heads/b'), ids[198]);
      await clone(['fetch', '--quiet', 'origin']);
    } finally {
      await world.close();
    }
  });

  it('hands out nothing from outside its folder', async () => {
    const world = await makeGitWorld();
    try {
      for (const path of [
        '/../etc/passwd',
        '/%2e%2e/%2e%2e/etc/passwd',
        '/repository.git/..%2f..%2f/x',
        '/%ff',
        '/',
        '/repository.git/config',
      ]) {
        const response = await fetch(`${world.server.origin}${path}`);
        assert.ok(response.status >= 400, `${path}: ${response.status}`);
        await response.body?.cancel();
      }
    } finally {
      await world.close();
    }
  });

  it('answers nobody once it is closed', async () => {
    const world = await makeGitWorld();
    const { url } = world.repository;
    await world.close();
    const request = fetchHttp().request(`${url}/info/refs?service=git-upload-pack`, {
      method: 'GET',
      maxBytes: 1_000,
      timeoutMs: 10_000,
    });
    await assert.rejects(request, (error: unknown) => error instanceof PortError && error.code === 'unavailable');
  });
});

describe('requests over fetch', () => {
  const request = { method: 'GET', maxBytes: 10, timeoutMs: 10_000 } as const;
  const answering = (make: (init: RequestInit | undefined) => Response | Promise<Response>) =>
    fetchHttp((async (_url: unknown, init?: RequestInit) => make(init)) as typeof fetch);

  it('hand out status, headers and body, and follow no redirect', async () => {
    let redirect: string | undefined;
    const http = answering((init) => {
      redirect = init?.redirect;
      return new Response('body', { status: 302, headers: { location: '/x' } });
    });
    const answer = await http.request('https://git.example/a', request);
    assert.deepEqual(
      [answer.status, answer.headers.location, Buffer.from(answer.body).toString()],
      [302, '/x', 'body'],
    );
    assert.equal(redirect, 'manual');
  });

  it('end at one byte above the limit', async () => {
    await assert.rejects(
      answering(() => new Response('x'.repeat(11))).request('https://git.example/a', request),
      (error: unknown) => error instanceof PortError && error.code === 'too-large',
    );
  });

  it('name the host and the kind of fault, never the path', async () => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const http = answering(() => Promise.reject(new TypeError('fetch failed', { cause })));
    await assert.rejects(http.request('https://git.example/secret-path', request), (error: unknown) => {
      assert.ok(error instanceof PortError);
      assert.equal(error.code, 'unavailable');
      assert.equal(error.message, 'https://git.example: the connection failed (ECONNREFUSED)');
      return true;
    });
  });
});
