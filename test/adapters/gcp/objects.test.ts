import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createCloudObjects } from '../../../shared/adapters/gcp/objects.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import { type ObjectsWorld, objectsContract } from '../../contracts/objects.contract.ts';
import { type StorageStandIn, startStorage } from '../../standins/storage.ts';

async function world(): Promise<ObjectsWorld & { standIn: StorageStandIn }> {
  const standIn = await startStorage({ nowMs: () => Date.parse('2026-11-24T10:30:00.000Z') });
  const port = createCloudObjects({ projectId: 'p1', endpoint: standIn.origin });
  return { port, standIn, bucket: 'gs://some-bucket', close: () => standIn.close() };
}

objectsContract('Cloud Storage', world);

const failsWith = (code: PortErrorCode, text?: RegExp) => (error: unknown) =>
  error instanceof PortError && error.code === code && (text === undefined || text.test(error.message));

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

describe('objects in Cloud Storage', () => {
  let made: Awaited<ReturnType<typeof world>>;
  beforeEach(async () => {
    made = await world();
  });
  afterEach(() => made.close());
  const uri = 'gs://some-bucket/a';
  const long = () => Buffer.alloc(6 * 1024 * 1024, 'x');

  for (const [status, code, method] of [
    [503, 'unavailable', 'get'],
    [500, 'unavailable', 'get'],
    [504, 'deadline-exceeded', 'get'],
    [429, 'resource-exhausted', 'get'],
    [401, 'unauthenticated', 'get'],
    [409, 'aborted', 'get'],
  ] as const)
    it(`takes ${status} as ${code}, after one try`, async () => {
      made.standIn.faults.next(method, { kind: 'before', code: status });
      await assert.rejects(made.port.stat(uri), failsWith(code));
      assert.deepEqual(made.standIn.faults.calls, [method]);
    });

  it('says which permission is missing, for looking, writing and listing', async () => {
    const { faults } = made.standIn;
    faults.next('get', { kind: 'before', code: 403 });
    await assert.rejects(made.port.stat(uri), failsWith('permission-denied', /storage\.objects\.get/));
    faults.next('insert', { kind: 'before', code: 403 });
    const write = made.port.write(uri, Buffer.from('x'), { when: 'absent' });
    await assert.rejects(write, failsWith('permission-denied', /storage\.objects\.create/));
    faults.next('list', { kind: 'before', code: 403 });
    const listing = async () => {
      for await (const _ of made.port.list('gs://some-bucket/')) assert.fail('nothing may be listed');
    };
    await assert.rejects(listing(), failsWith('permission-denied', /storage\.objects\.list/));
  });

  it('tells a write whose answer was lost as one of which nothing is known, and tries once', async () => {
    for (const body of [Buffer.from('x'), long()]) {
      made.standIn.faults.next('insert', { kind: 'after', code: 503 });
      const write = made.port.write(uri, body, { when: 'any' });
      await assert.rejects(write, (error) => error instanceof PortError && error.ambiguous);
      assert.equal((await made.port.stat(uri))?.bytes, body.length);
    }
    assert.equal(made.standIn.faults.calls.filter((call) => call === 'insert').length, 2);
  });

  it('stores no bytes that were damaged on their way, of a body in one request or in many', async () => {
    made.standIn.damage = (bytes) => Buffer.concat([Buffer.from('!'), bytes.subarray(1)]);
    await assert.rejects(
      made.port.write(uri, Buffer.from('abc'), { when: 'absent' }),
      (error) => error instanceof PortError,
    );
    async function* streamed() {
      yield Buffer.from('abc');
    }
    await assert.rejects(made.port.write(uri, streamed(), { when: 'absent' }), failsWith('unavailable', /damaged/));
    made.standIn.damage = undefined;
    assert.equal(await made.port.stat(uri), undefined);
  });

  it('hands out no whole object whose check sum differs', async () => {
    await made.port.write(uri, Buffer.from('abc'), { when: 'absent' });
    made.standIn.damage = (bytes) => Buffer.alloc(bytes.length, '!');
    await assert.rejects(
      textOf(made.port.read(uri)),
      (error) => error instanceof PortError && error.port === 'objects',
    );
  });

  it('fails a read that breaks off, and never ends it early as if it were whole', async () => {
    await made.port.write(uri, long(), { when: 'absent' });
    made.standIn.faults.next('read', { kind: 'after', code: 0 });
    await assert.rejects(textOf(made.port.read(uri)), (error) => error instanceof PortError);
  });

  it('stops a read and a write under way when the caller stops waiting, and leaves nothing', async () => {
    await made.port.write(uri, long(), { when: 'absent' });
    const caller = new AbortController();
    made.standIn.faults.next('read', { kind: 'stall', until: new Promise(() => {}) });
    const reading = async () => {
      for await (const _ of made.port.read(uri, { signal: caller.signal })) caller.abort();
    };
    await assert.rejects(reading(), failsWith('deadline-exceeded'));
    const writer = new AbortController();
    async function* endless() {
      for (let index = 0; ; index += 1) {
        if (index === 20) writer.abort();
        yield Buffer.alloc(65_536);
      }
    }
    const write = made.port.write('gs://some-bucket/b', endless(), { when: 'absent', signal: writer.signal });
    await assert.rejects(write, failsWith('deadline-exceeded'));
    assert.equal(await made.port.stat('gs://some-bucket/b'), undefined);
  });

  it('does not move to another class what was replaced meanwhile or is on hold', async () => {
    await made.port.write(uri, Buffer.from('x'), { when: 'absent' });
    await made.port.update(uri, { hold: true });
    await assert.rejects(made.port.update(uri, { storageClass: 'ARCHIVE' }), failsWith('permission-denied', /on hold/));
    assert.equal((await made.port.stat(uri))?.storageClass, 'STANDARD');
  });
});
