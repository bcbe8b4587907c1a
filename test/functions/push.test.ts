import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import '../../functions/t-90-prep/index.ts';
import { resourceNamer } from '../../shared/runtime/deployed-names.ts';
import type { Runtime } from '../../shared/runtime/runtime.ts';
import { provideRuntime } from '../../shared/runtime/the-runtime.ts';
import { createTestEngine, greenPhases, type TestEngine, TestResource } from '../support/engine.ts';

const AT = '2026-11-24T09:00:00.000Z';
const PATH = '/projects/test/topics/highnoon-t-90-prep';

let world: TestEngine;
let server: Server;
let address: string;

const data = (body: unknown) => Buffer.from(JSON.stringify(body)).toString('base64');
const message = (body: unknown, change = {}) => ({
  data: data(body),
  messageId: 'm-1',
  publishTime: AT,
  attributes: {},
  ...change,
});

async function post(
  body: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
  path = PATH,
): Promise<number> {
  const response = await fetch(`${address}${path}`, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
}

async function written(): Promise<string[]> {
  const found: string[] = [];
  for (const collection of ['slots', 'days', 'ledger', 'controls', 'quarantine', 'rehearsals', 'counters']) {
    for (const { path } of await world.documents.query(collection)) found.push(path);
  }
  return found;
}

describe('a phase function behind a push subscription', () => {
  before(async () => {
    server = getTestServer('t90Prep');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    provideRuntime(undefined);
    server.closeAllConnections();
    server.close();
  });

  const fresh = () => {
    world = createTestEngine(AT, greenPhases(new TestResource()));
    const runtime: Runtime = {
      engine: world.engine,
      messenger: { send: async () => ({ channels: [] }) },
      refreshClock: async () => {},
      resourceName: resourceNamer('production'),
      close: async () => {},
    } as unknown as Runtime;
    provideRuntime(runtime);
  };

  for (const [name, body, headers] of [
    [
      'a raw push without data',
      JSON.stringify({ subscription: 's', message: { messageId: 'm', publishTime: AT, attributes: { a: '1' } } }),
      undefined,
    ],
    [
      'a raw push whose data is not JSON',
      JSON.stringify({ subscription: 's', message: message('x', { data: Buffer.from('{').toString('base64') }) }),
      undefined,
    ],
    [
      'a raw push for another phase',
      JSON.stringify({ subscription: 's', message: message({ phase: 'high-noon-sync' }) }),
      undefined,
    ],
    [
      'a structured event with an unknown key',
      JSON.stringify({
        specversion: '1.0',
        type: 'google.cloud.pubsub.topic.v1.messagePublished',
        source: `//pubsub.googleapis.com${PATH}`,
        id: '1',
        data: { message: message({ phase: 't-90-prep', force: true }) },
      }),
      { 'content-type': 'application/cloudevents+json' },
    ],
    [
      'a binary event from another topic',
      JSON.stringify({ message: message({ phase: 't-90-prep' }) }),
      {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
        'ce-source': '//pubsub.googleapis.com/projects/p/topics/other',
        'ce-id': '1',
      },
    ],
  ] as const) {
    it(`acknowledges and quarantines ${name}, and writes nothing else`, async () => {
      fresh();
      const status = await post(body, headers);
      assert.ok(status >= 200 && status < 300, String(status));
      const paths = await written();
      assert.equal(paths.length, 1, paths.join());
      assert.match(paths[0] ?? '', /^quarantine\//);
    });
  }

  it('writes one quarantine document for the same hostile message a hundred times', async () => {
    fresh();
    for (let copy = 0; copy < 100; copy++)
      await post(JSON.stringify({ subscription: 's', message: message({ phase: 'x' }) }));
    assert.equal((await written()).length, 1);
  });

  it('answers the redelivery of a live lease holder with 503, and any other message with an acknowledgement', async () => {
    fresh();
    world.clock.advanceTo('2026-11-24T10:30:00.000Z');
    const running = {
      slotId: 't-90-prep@2026-11-24T10:30Z',
      phase: 't-90-prep',
      dueAt: '2026-11-24T10:30:00.000Z',
      date: '2026-11-24',
      status: 'running',
      attempt: 1,
      startedAt: '2026-11-24T10:30:00.000Z',
      lease: { holder: 'other', token: 1, until: '2026-11-24T10:31:30.000Z', messageId: 'held' },
      token: 1,
      stretches: 1,
      publishes: 0,
      effectIds: [],
      rollback: null,
    };
    await world.documents.transact(async (transaction) =>
      transaction.set('slots/t-90-prep@2026-11-24T10:30Z', running),
    );
    const body = (messageId: string) =>
      JSON.stringify({
        subscription: 's',
        message: message(
          { phase: 't-90-prep', trigger: 'schedule' },
          { messageId, publishTime: '2026-11-24T10:30:00Z' },
        ),
      });
    assert.equal(await post(body('held')), 503);
    assert.equal(await post(body('another')), 204);
  });
});
