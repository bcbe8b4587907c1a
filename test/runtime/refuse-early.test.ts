import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { encodeFields } from '../../shared/adapters/gcp/firestore-values.ts';
import { newestSlot } from '../../shared/domain/slot.ts';
import { instant, plusSeconds } from '../../shared/domain/time.ts';
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
  /** What stands in the store, by the path of its document. */
  const stored = new Map<string, object>();
  const reads: string[] = [];
  const server = createServer(async (request, response) => {
    const url = request.url ?? '';
    const asked = JSON.parse(await text(request)) as { writes: Commit['writes']; documents?: string[] };
    if (url.endsWith(':batchGet')) {
      const parts = (asked.documents ?? []).map((name) => {
        const path = name.slice(name.indexOf('/documents/') + '/documents/'.length);
        reads.push(path);
        const data = stored.get(path);
        const readTime = new Date().toISOString();
        return data === undefined
          ? { missing: name, readTime }
          : { found: { name, fields: encodeFields(data) }, readTime };
      });
      response.writeHead(200).end(JSON.stringify(parts));
      return;
    }
    commits.push({ url, writes: asked.writes });
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
    reads.length = 0;
    stored.clear();
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

  describe('of a message that could have been sent rightly', () => {
    const SLOT = newestSlot('t-90-prep', instant(Date.now()));
    const SLOT_PATH = paths.slot(SLOT.slotId);
    const DUE = { phase: 't-90-prep', trigger: 'schedule', slot: SLOT.dueAt };
    const concluded = { ...SLOT, status: 'concluded', ending: 'passed', attempt: 1 };
    const running = (messageId: string, untilSeconds: number) => ({
      ...SLOT,
      status: 'running',
      attempt: 1,
      lease: { holder: 'h', messageId, until: plusSeconds(instant(Date.now()), untilSeconds) },
    });

    it('leaves one whose slot nobody has begun to the runtime, and writes nothing', async () => {
      assert.equal(await refuse(pushed(DUE)), false);
      assert.deepEqual(reads, [SLOT_PATH]);
      assert.equal(commits.length, 0);
      assert.deepEqual(lines, []);
    });

    it('counts and acknowledges a second copy, of a slot that has ended or that somebody runs', async () => {
      for (const slot of [concluded, running('another', 60)]) {
        stored.set(SLOT_PATH, slot);
        commits.length = 0;
        assert.equal(await refuse(pushed(DUE)), true, slot.status);
        const [write, ...others] = commits.flatMap(({ writes }) => writes as readonly object[]);
        assert.deepEqual(others, []);
        assert.match(
          JSON.stringify(write),
          /counters\/refusals@\d{4}-.*"fieldPath":"duplicate","increment":\{"integerValue":"1"\}/,
        );
        assert.match(lines.pop() ?? '', /"NOTICE".*t-90-prep refused: duplicate.*t-90-prep@/);
      }
    });

    it('leaves to the runtime what is to be taken up again, and what must be delivered again', async () => {
      for (const slot of [running('another', -1), running('m-1', 60)]) {
        stored.set(SLOT_PATH, slot);
        assert.equal(await refuse(pushed(DUE)), false);
      }
      assert.equal(commits.length, 0);
      assert.deepEqual(lines, []);
    });

    it('leaves a rerun, a dry-run and a share of a run to the runtime', async () => {
      stored.set(SLOT_PATH, concluded);
      const runId = `${SLOT.slotId}#1`;
      for (const body of [
        { ...DUE, trigger: 'manual', rerun: true, reason: 'once more' },
        { ...DUE, trigger: 'manual', dryRun: true },
        { phase: 't-90-prep', trigger: 'continuation', runId, shard: 'f-1-0' },
      ])
        assert.equal(await refuse(pushed(body)), false, JSON.stringify(body));
      assert.equal(commits.length, 0);
    });

    it('refuses one that it could not count too, and says so', async () => {
      stored.set(SLOT_PATH, concluded);
      answers = Array.from({ length: 9 }, () => ({
        status: 503,
        body: { error: { code: 503, status: 'UNAVAILABLE' } },
      }));
      assert.equal(await refuse(pushed(DUE)), true);
      assert.match(lines.shift() ?? '', /"WARNING".*a refusal is perhaps not counted: duplicate/);
      assert.match(lines.shift() ?? '', /"NOTICE".*t-90-prep refused: duplicate/);
    });
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
