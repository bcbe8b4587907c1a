import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PortError, type PortErrorCode } from '../../shared/domain/errors.ts';
import type { ObjectsPort } from '../../shared/ports/objects.ts';

export interface ObjectsWorld {
  readonly port: ObjectsPort;
  /** A bucket of its own, empty: `gs://BUCKET`. */
  readonly bucket: string;
  close(): Promise<void>;
}

const bytes = (text: string) => Buffer.from(text);
const failsWith = (code: PortErrorCode) => (error: unknown) => error instanceof PortError && error.code === code;

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export function objectsContract(name: string, make: () => Promise<ObjectsWorld>): void {
  describe(`objects: ${name}`, () => {
    let world: ObjectsWorld;
    let port: ObjectsPort;
    let at: (key: string) => string;
    beforeEach(async () => {
      world = await make();
      port = world.port;
      at = (key) => `${world.bucket}/${key}`;
    });
    afterEach(() => world.close());

    it('gives back the bytes, the size, the metadata and a generation of what was written', async () => {
      const written = await port.write(at('a/b.txt'), bytes('hello'), { when: 'absent', metadata: { token: '7' } });
      const found = await port.stat(at('a/b.txt'));
      assert.deepEqual(found, written);
      assert.equal(found?.uri, at('a/b.txt'));
      assert.equal(found?.bytes, 5);
      assert.deepEqual(found?.metadata, { token: '7' });
      assert.equal(await textOf(port.read(at('a/b.txt'))), 'hello');
    });

    it('writes a streamed body, and an empty one', async () => {
      async function* body() {
        for (const word of ['one ', 'two ', 'three']) yield bytes(word);
      }
      await port.write(at('streamed'), body(), { when: 'absent' });
      await port.write(at('empty'), bytes(''), { when: 'absent' });
      assert.equal(await textOf(port.read(at('streamed'))), 'one two three');
      assert.equal((await port.stat(at('empty')))?.bytes, 0);
      assert.equal(await textOf(port.read(at('empty'))), '');
    });

    it('leaves nothing when the body breaks off, and what was there before as it was', async () => {
      async function* broken() {
        yield bytes('half');
        throw new PortError('test', 'unavailable', 'broke off');
      }
      await assert.rejects(port.write(at('new'), broken(), { when: 'absent' }), failsWith('unavailable'));
      assert.equal(await port.stat(at('new')), undefined);
      const { generation } = await port.write(at('old'), bytes('whole'), { when: 'absent' });
      await assert.rejects(port.write(at('old'), broken(), { when: { generation } }), failsWith('unavailable'));
      assert.equal(await textOf(port.read(at('old'), { generation })), 'whole');
    });

    it('creates only what is absent when asked to, and changes nothing when it is there', async () => {
      await port.write(at('once'), bytes('first'), { when: 'absent' });
      await assert.rejects(
        port.write(at('once'), bytes('other'), { when: 'absent' }),
        failsWith('precondition-failed'),
      );
      assert.equal(await textOf(port.read(at('once'))), 'first');
    });

    it('replaces exactly the generation that the caller saw', async () => {
      const first = await port.write(at('p'), bytes('1'), { when: 'absent' });
      const second = await port.write(at('p'), bytes('2'), { when: { generation: first.generation } });
      assert.notEqual(second.generation, first.generation);
      const stale = { when: { generation: first.generation } } as const;
      await assert.rejects(port.write(at('p'), bytes('3'), stale), failsWith('precondition-failed'));
      await assert.rejects(port.write(at('none'), bytes('3'), stale), failsWith('precondition-failed'));
      assert.equal(await textOf(port.read(at('p'))), '2');
    });

    it('gives equal bytes written again another generation, and metadata only of the newest', async () => {
      const first = await port.write(at('same'), bytes('x'), { when: 'any', metadata: { token: '1' } });
      const second = await port.write(at('same'), bytes('x'), { when: 'any', metadata: { token: '2' } });
      assert.notEqual(second.generation, first.generation);
      assert.deepEqual((await port.stat(at('same')))?.metadata, { token: '2' });
    });

    it('lets one of many writers who saw the same generation win', async () => {
      const { generation } = await port.write(at('race'), bytes('0'), { when: 'absent' });
      const tries = Array.from({ length: 8 }, (_, index) =>
        port.write(at('race'), bytes(String(index + 1)), { when: { generation } }).then(
          () => String(index + 1),
          (error: unknown) => {
            assert.ok(failsWith('precondition-failed')(error), String(error));
            return undefined;
          },
        ),
      );
      const winners = (await Promise.all(tries)).filter((winner) => winner !== undefined);
      assert.equal(winners.length, 1);
      assert.equal(await textOf(port.read(at('race'))), winners[0]);
    });

    it('never reuses a generation, not after the object was removed either', async () => {
      const first = await port.write(at('again'), bytes('x'), { when: 'absent' });
      await port.remove(at('again'), first.generation);
      const second = await port.write(at('again'), bytes('x'), { when: 'absent' });
      assert.notEqual(second.generation, first.generation);
    });

    it('reads a range, from the first byte up to and without the last one named', async () => {
      await port.write(at('range'), bytes('0123456789'), { when: 'absent' });
      assert.equal(await textOf(port.read(at('range'), { start: 2, end: 5 })), '234');
      assert.equal(await textOf(port.read(at('range'), { start: 8 })), '89');
      assert.equal(await textOf(port.read(at('range'), { start: 3, end: 3 })), '');
    });

    it('refuses to read another generation than the one asked for, and what is absent', async () => {
      const first = await port.write(at('r'), bytes('1'), { when: 'absent' });
      await port.write(at('r'), bytes('2'), { when: 'any' });
      await assert.rejects(textOf(port.read(at('r'), { generation: first.generation })), (error: unknown) =>
        ['precondition-failed', 'not-found'].some((code) => failsWith(code as PortErrorCode)(error)),
      );
      await assert.rejects(textOf(port.read(at('absent'))), failsWith('not-found'));
    });

    it('lists by prefix in the order of the bytes of the keys', async () => {
      // 'a-' < 'a/' < 'a0' in bytes; U+FF5E sorts before U+1F600 in UTF-8 and after it in UTF-16.
      const keys = ['a-b', 'a/b-c/d', 'a/b/c', 'a0', '\u{1f600}', '～', 'b'];
      for (const key of keys) await port.write(at(key), bytes(key), { when: 'absent' });
      const sorted = [...keys].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
      assert.deepEqual(
        (await all(port.list(`${world.bucket}/`))).map(({ uri }) => uri),
        sorted.map(at),
      );
      const below = (await all(port.list(at('a/b')))).map(({ uri }) => uri);
      assert.deepEqual(below, ['a/b-c/d', 'a/b/c'].map(at));
      assert.deepEqual(await all(port.list(at('nothing/'))), []);
    });

    it('removes exactly the generation named', async () => {
      const first = await port.write(at('gone'), bytes('1'), { when: 'absent' });
      const second = await port.write(at('gone'), bytes('2'), { when: 'any' });
      await assert.rejects(port.remove(at('gone'), first.generation), failsWith('precondition-failed'));
      await port.remove(at('gone'), second.generation);
      assert.equal(await port.stat(at('gone')), undefined);
      await assert.rejects(port.remove(at('gone'), second.generation), failsWith('not-found'));
    });

    // A store may move an object to another class by copying it onto itself: only the answer says its generation then.
    it('changes the storage class, keeps bytes and metadata, and answers with the generation it has now', async () => {
      await port.write(at('cold'), bytes('x'), { when: 'absent', metadata: { token: '3' } });
      const changed = await port.update(at('cold'), { storageClass: 'ARCHIVE' });
      assert.equal(changed.storageClass, 'ARCHIVE');
      const found = await port.stat(at('cold'));
      assert.deepEqual(found, changed);
      assert.deepEqual(found?.metadata, { token: '3' });
      assert.equal(await textOf(port.read(at('cold'), { generation: changed.generation })), 'x');
      assert.equal((await port.update(at('cold'), { storageClass: 'ARCHIVE' })).generation, changed.generation);
      await assert.rejects(port.update(at('absent'), { storageClass: 'ARCHIVE' }), failsWith('not-found'));
    });

    it('writes and reads a body of many megabytes, whole and in parts', async () => {
      const chunk = Buffer.alloc(1 << 20, 'ab');
      async function* body() {
        for (let index = 0; index < 9; index += 1) yield chunk;
      }
      const written = await port.write(at('large'), body(), { when: 'absent' });
      assert.equal(written.bytes, 9 << 20);
      let read = 0;
      for await (const part of port.read(at('large'))) read += part.length;
      assert.equal(read, 9 << 20);
      assert.equal(await textOf(port.read(at('large'), { start: (9 << 20) - 3 })), 'bab');
    });

    it('keeps what is on hold until the hold is lifted', async () => {
      const { generation } = await port.write(at('held'), bytes('x'), { when: 'absent' });
      await port.update(at('held'), { hold: true });
      await assert.rejects(port.remove(at('held'), generation), failsWith('permission-denied'));
      await assert.rejects(port.write(at('held'), bytes('y'), { when: 'any' }), failsWith('permission-denied'));
      await port.update(at('held'), { hold: false });
      await port.remove(at('held'), generation);
    });

    it('stops reading and writing when the caller stops waiting', async () => {
      const ended = AbortSignal.abort();
      await assert.rejects(
        port.write(at('late'), bytes('x'), { when: 'absent', signal: ended }),
        failsWith('deadline-exceeded'),
      );
      assert.equal(await port.stat(at('late')), undefined);
      await port.write(at('there'), bytes('x'), { when: 'absent' });
      await assert.rejects(textOf(port.read(at('there'), { signal: ended })), failsWith('deadline-exceeded'));
    });
  });
}
