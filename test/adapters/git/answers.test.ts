import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gitRepositories } from '../../../shared/adapters/git/index.ts';
import type { GitHttp } from '../../../shared/adapters/git/transport.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import { makeGitWorld } from './git-world.ts';

const TOKEN = 'ghs_canary0123456789';
const BASIC = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');
const ID = 'a'.repeat(40);
const ADVERTISEMENT = 'application/x-git-upload-pack-advertisement';

const repository = { name: 'sample', url: 'https://git.example/team/sample', token: async () => TOKEN };

function answering(
  status: number,
  body = '',
  headers: Record<string, string> = { 'content-type': ADVERTISEMENT },
): GitHttp {
  return { request: async () => ({ status, headers, body: Buffer.from(body) }) };
}

async function failure(http: GitHttp, changed: Partial<typeof repository> = {}): Promise<PortError> {
  const error = await gitRepositories({ http })
    .listRefs({ ...repository, ...changed })
    .then(
      () => assert.fail('it succeeded'),
      (caught: unknown) => caught,
    );
  assert.ok(error instanceof PortError, String(error));
  const everything = `${error.stack} ${String((error.cause as Error | undefined)?.stack)}`;
  for (const secret of [TOKEN, BASIC]) assert.ok(!everything.includes(secret), everything);
  return error;
}

describe('what a host may answer', () => {
  const byStatus: [number, Record<string, string>, PortErrorCode][] = [
    [401, {}, 'unauthenticated'],
    [403, {}, 'permission-denied'],
    [403, { 'x-ratelimit-remaining': '0' }, 'resource-exhausted'],
    [403, { 'retry-after': '60' }, 'resource-exhausted'],
    [429, {}, 'resource-exhausted'],
    [404, {}, 'not-found'],
    [302, { location: `https://elsewhere.example/${TOKEN}` }, 'invalid'],
    [413, {}, 'too-large'],
    [500, {}, 'unavailable'],
    [503, {}, 'unavailable'],
    [400, {}, 'invalid'],
  ];
  for (const [status, headers, code] of byStatus) {
    it(`reads HTTP ${status}${Object.keys(headers).map((name) => ` with ${name}`)} as ${code}`, async () => {
      assert.equal((await failure(answering(status, TOKEN, headers))).code, code);
    });
  }

  it('does not take a page for a repository', async () => {
    const page = answering(200, '<html>Sign in</html>', { 'content-type': 'text/html; charset=utf-8' });
    assert.equal((await failure(page)).code, 'invalid');
  });

  it('refuses what is no advertisement', async () => {
    const bodies = [
      '',
      'zzzz',
      '0003',
      '0040cut off',
      `003f${ID}`,
      '001e# service=git-upload-pack\n0000',
      '0032not-an-id refs/heads/main\0 capabilities here\n\n',
    ];
    for (const body of bodies.slice(1, 5)) assert.equal((await failure(answering(200, body))).code, 'invalid', body);
  });

  it('quotes what a server says without the token, control characters or length', async () => {
    const said = `ERR go away ${TOKEN} ${BASIC} \u001b[31m${'x'.repeat(5_000)}`;
    const body = (Buffer.byteLength(said) + 4).toString(16).padStart(4, '0') + said;
    const error = await failure(answering(200, body));
    assert.match(error.message, /go away \[secret\]/);
    assert.ok(error.message.length < 500 && !error.message.includes('\u001b'));
  });

  it('keeps the code of the client below, but an unknown host name is no missing repository', async () => {
    const failing = (code: PortErrorCode): GitHttp => ({
      request: async () => {
        throw new PortError('http', code, `https://git.example: trouble with ${BASIC}`);
      },
    });
    for (const code of ['unavailable', 'deadline-exceeded', 'too-large', 'permission-denied'] as const) {
      assert.equal((await failure(failing(code))).code, code);
    }
    assert.equal((await failure(failing('not-found'))).code, 'unavailable');
  });

  it('refuses a URL with credentials, a query or another scheme, and does not repeat it', async () => {
    const unused: GitHttp = { request: () => assert.fail('something was sent') };
    for (const url of [
      `https://user:${TOKEN}@git.example/a`,
      `https://git.example/a?token=${TOKEN}`,
      'ssh://git.example/a',
      'sample',
      'file:///etc',
    ]) {
      assert.equal((await failure(unused, { url })).code, 'invalid', url);
    }
  });

  it('refuses repositories that name objects by something other than sha1', async () => {
    const line = `${'0'.repeat(40)} capabilities^{}\0 object-format=sha256`;
    const body = `${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`;
    assert.equal((await failure(answering(200, body))).code, 'unsupported');
  });

  it('cannot read from a server without version 2', async () => {
    const line = `${ID} HEAD\0 symref=HEAD:refs/heads/main`;
    const http = answering(200, `${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`);
    await assert.rejects(
      gitRepositories({ http }).readCommit(repository, ID),
      (e: unknown) => e instanceof PortError && e.code === 'unsupported',
    );
  });

  it('shares one deadline among all requests of a call', async () => {
    let clock = 0;
    const given: number[] = [];
    const http: GitHttp = {
      async request(_url, request) {
        given.push(request.timeoutMs);
        clock += 700;
        return {
          status: 200,
          headers: { 'content-type': ADVERTISEMENT },
          body: Buffer.from('000eversion 2\n0012fetch=shallow\n0000'),
        };
      },
    };
    const port = gitRepositories({ http, monotonicMs: () => clock });
    await assert.rejects(port.readCommit(repository, ID, { deadlineMs: 1_000 }), PortError);
    await assert.rejects(port.readCommit(repository, ID, { deadlineMs: 700 }), PortError);
    assert.deepEqual(given, [1_000, 300, 700]);
  });
});

describe('credentials', () => {
  it('are asked for, refused and accepted as such', async () => {
    const world = await makeGitWorld({ token: TOKEN });
    try {
      const { name, url } = world.repository;
      const hasCode = (code: PortErrorCode) => (e: unknown) =>
        e instanceof PortError && e.code === code && !e.message.includes(TOKEN);
      await assert.rejects(world.port.listRefs({ name, url }), hasCode('unauthenticated'));
      await assert.rejects(world.port.listRefs({ name, url, token: async () => 'wrong' }), hasCode('unauthenticated'));
      const elsewhere = { ...world.repository, url: world.server.url('absent.git') };
      await assert.rejects(world.port.listRefs(elsewhere), hasCode('not-found'));
      assert.equal((await world.port.listRefs(world.repository)).refs.size, 0);
      const bearer = await fetch(`${url}/info/refs?service=git-upload-pack`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      assert.equal(bearer.status, 200);
    } finally {
      await world.close();
    }
  });
});
