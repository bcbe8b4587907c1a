import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { paths } from '../../shared/engine/records.ts';
import { earlyRefusals } from '../../shared/runtime/refuse-early.ts';

interface Commit {
  readonly url: string;
  readonly writes: readonly {
    readonly update: { readonly name: string; readonly fields: Record<string, { stringValue?: string }> };
    readonly currentDocument: unknown;
  }[];
}

describe('a process that has run nothing yet', () => {
  const commits: Commit[] = [];
  const lines: string[] = [];
  let answers: { status: number; body: object }[] = [];
  let deployed: Record<string, string>;
  const server = createServer(async (request, response) => {
    commits.push({ url: request.url ?? '', ...(JSON.parse(await text(request)) as { writes: Commit['writes'] }) });
    const { status, body } = answers.shift() ?? { status: 200, body: { commitTime: '2026-11-24T10:30:00Z' } };
    response.writeHead(status).end(JSON.stringify(body));
  });
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    deployed = {
      HIGHNOON_STORE: 'firestore',
      HIGHNOON_CONFIG: 'gs://a/bucket-that-nobody-reads',
      HIGHNOON_ENV: 'dev',
      HIGHNOON_DATABASE: 'highnoon-dev',
      HIGHNOON_CODE_REVISION: 'abc',
      GOOGLE_CLOUD_PROJECT: 'shop',
      FIRESTORE_EMULATOR_HOST: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      PUBSUB_EMULATOR_HOST: '127.0.0.1:9',
    };
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    commits.length = 0;
    lines.length = 0;
    answers = [];
  });

  const pushed = (body: object, topic = 'highnoon-dev-t-90-prep') => ({
    source: `//pubsub.googleapis.com/projects/shop/topics/${topic}`,
    id: 'm-1',
    data: {
      message: {
        data: Buffer.from(JSON.stringify(body)).toString('base64'),
        messageId: 'm-1',
        publishTime: new Date().toISOString(),
        attributes: {},
      },
    },
  });
  const MALFORMED = { phase: 't-90-prep', force: true };
  const refuse = (event: ReturnType<typeof pushed>, change: Record<string, string | undefined> = {}) =>
    earlyRefusals({ ...deployed, ...change }, (line) => lines.push(line))('t-90-prep', event);

  it('keeps a malformed message as evidence, where the engine keeps it, and tells of it', async () => {
    assert.equal(await refuse(pushed(MALFORMED)), true);
    assert.equal(commits.length, 1);
    assert.match(commits[0]?.url ?? '', /^\/v1\/projects\/shop\/databases\/highnoon-dev\/documents:commit$/);
    const [write, ...others] = commits[0]?.writes ?? [];
    assert.deepEqual(others, []);
    assert.deepEqual(write?.currentDocument, { exists: false });
    const id = write?.update.fields.id?.stringValue ?? '';
    assert.match(id, /^[0-9a-f]{40}$/);
    assert.equal(write?.update.name, `projects/shop/databases/highnoon-dev/documents/${paths.quarantine(id)}`);
    assert.match(write?.update.fields.why?.stringValue ?? '', /force/);
    assert.match(lines.join(), /"WARNING".*t-90-prep refused: malformed.*force/);
  });

  it('acknowledges the same message again: the first evidence stays', async () => {
    answers = [{ status: 409, body: { error: { code: 409, status: 'ALREADY_EXISTS' } } }];
    assert.equal(await refuse(pushed(MALFORMED)), true);
  });

  it('refuses what came from the topic of another environment', async () => {
    assert.equal(await refuse(pushed({ phase: 't-90-prep', trigger: 'schedule' }, 'highnoon-t-90-prep')), true);
    assert.match(commits[0]?.writes[0]?.update.fields.why?.stringValue ?? '', /highnoon-dev-t-90-prep is allowed/);
  });

  it('refuses nothing whose evidence it could not keep', async () => {
    for (const status of ['UNAVAILABLE', 'PERMISSION_DENIED', 'ABORTED']) {
      answers = Array.from({ length: 9 }, () => ({ status: 503, body: { error: { code: 503, status } } }));
      assert.equal(await refuse(pushed(MALFORMED)), false, status);
    }
    assert.deepEqual(lines, []);
  });

  it('leaves every message that may be right to the runtime, and asks nobody about it', async () => {
    assert.equal(await refuse(pushed({ phase: 't-90-prep', trigger: 'schedule' })), false);
    assert.equal(commits.length, 0);
  });

  it('leaves everything to the runtime where deployment says too little, or contradicts itself', async () => {
    for (const change of [
      { HIGHNOON_STORE: 'local' },
      { HIGHNOON_STORE: undefined },
      { HIGHNOON_ENV: undefined },
      { GOOGLE_CLOUD_PROJECT: undefined },
      { HIGHNOON_CONFIG: undefined },
      { PUBSUB_EMULATOR_HOST: undefined },
      { FIRESTORE_EMULATOR_HOST: undefined, PUBSUB_EMULATOR_HOST: undefined, HIGHNOON_ENDPOINT_RUN: 'a:1' },
    ])
      assert.equal(await refuse(pushed(MALFORMED), change), false, JSON.stringify(change));
    assert.equal(commits.length, 0);
  });
});
