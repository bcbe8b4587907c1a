import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { unlike } from '../../../shared/adapters/local/object-files.ts';
import { fileIdentity } from '../../../shared/adapters/local/object-versions.ts';
import { LocalObjects } from '../../../shared/adapters/local/objects.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import { objectsContract } from '../../contracts/objects.contract.ts';

const clock = { now: () => '2026-11-24T10:30:00.000Z' };
const failsWith = (code: PortErrorCode) => (error: unknown) => error instanceof PortError && error.code === code;

async function world() {
  const data = await mkdtemp(join(tmpdir(), 'highnoon-objects-'));
  const port = new LocalObjects({ data, clock });
  const close = async () => {
    port.close();
    await rm(data, { recursive: true });
  };
  return { data, port, bucket: 'gs://some-bucket', close };
}

objectsContract('a folder', world);

describe('objects in a folder', () => {
  let data: string;
  let port: LocalObjects;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ data, port, close } = await world());
  });
  afterEach(() => close());
  const files = async (folder: string) =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  it('is the file of its key, and the tree of objects holds nothing else', async () => {
    await port.write('gs://some-bucket/a/b.txt', Buffer.from('x'), { when: 'absent', metadata: { token: '1' } });
    await port.write('gs://some-bucket/a/b.txt', Buffer.from('y'), { when: 'any' });
    assert.equal(await readFile(join(data, 'objects', 'some-bucket', 'a', 'b.txt'), 'utf8'), 'y');
    assert.deepEqual(await files(join(data, 'objects')), ['b.txt']);
    assert.deepEqual(await files(join(data, 'objects-meta', 'incomplete')), []);
  });

  it('leaves no empty folder behind what was removed', async () => {
    const { generation } = await port.write('gs://some-bucket/a/b/c', Buffer.from('x'), { when: 'absent' });
    await port.remove('gs://some-bucket/a/b/c', generation);
    assert.deepEqual(await readdir(join(data, 'objects', 'some-bucket')), []);
  });

  it('takes a file that a person put there as an object, and an edited one as another generation', async () => {
    const folder = join(data, 'objects', 'some-bucket');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'batch.ndjson'), '{}\n');
    const first = await port.stat('gs://some-bucket/batch.ndjson');
    assert.equal(first?.bytes, 3);
    await writeFile(join(folder, 'batch.ndjson'), '[]\n');
    await utimes(join(folder, 'batch.ndjson'), 1_700_000_000, 1_700_000_000);
    const second = await port.stat('gs://some-bucket/batch.ndjson');
    assert.notEqual(second?.generation, first?.generation);
    const replaced = await port.write('gs://some-bucket/batch.ndjson', Buffer.from('x'), {
      when: { generation: second?.generation ?? '' },
    });
    assert.notEqual(replaced.generation, second?.generation);
  });

  it('sees through the metadata of an object whose file was edited in place', async () => {
    const written = await port.write('gs://some-bucket/p', Buffer.from('ab'), {
      when: 'absent',
      metadata: { token: '9' },
    });
    const path = join(data, 'objects', 'some-bucket', 'p');
    await writeFile(path, 'cd');
    await utimes(path, 1_700_000_000, 1_700_000_000);
    const found = await port.stat('gs://some-bucket/p');
    assert.notEqual(found?.generation, written.generation);
    assert.deepEqual(found?.metadata, {});
    await assert.rejects(
      port.write('gs://some-bucket/p', Buffer.from('x'), { when: { generation: written.generation } }),
      failsWith('precondition-failed'),
    );
  });

  it('is the same store in a copy of the folder that keeps no times, until a file of it is edited or dated anew', async () => {
    const metadata = { state: 'valid' };
    const names = ['kept', 'edited', 'aged'];
    const written = await Promise.all(
      names.map((name) => port.write(`gs://some-bucket/${name}`, Buffer.from('ab'), { when: 'absent', metadata })),
    );
    const copy = join(data, '..', `${basename(data)}-copy`);
    execFileSync('cp', ['-r', data, copy]);
    const copied = new LocalObjects({ data: copy, clock });
    try {
      for (const before of written) {
        // Whatever the file system's tick: the copy is from later.
        const path = join(copy, 'objects', 'some-bucket', basename(before.uri));
        await utimes(path, 4_000_000_000, 4_000_000_000);
        assert.deepEqual(await copied.stat(before.uri), before);
        for await (const _ of copied.read(before.uri, { generation: before.generation }));
      }
      const folder = join(copy, 'objects', 'some-bucket');
      await writeFile(join(folder, 'edited'), 'cd');
      await utimes(join(folder, 'aged'), 1_700_000_000, 1_700_000_000);
      await copied.update('gs://some-bucket/kept', { hold: true });
      assert.deepEqual(
        (await copied.stat('gs://some-bucket/kept'))?.metadata,
        metadata,
        'what is told anew is kept too',
      );
      for (const uri of ['gs://some-bucket/edited', 'gs://some-bucket/aged'])
        assert.deepEqual((await copied.stat(uri))?.metadata, {}, uri);
      // In the store itself equal bytes in another file, of another time, are what a person put there.
      const own = join(data, 'objects', 'some-bucket', 'kept');
      await rm(own);
      await writeFile(own, 'ab');
      await utimes(own, 4_000_000_000, 4_000_000_000);
      assert.deepEqual((await port.stat('gs://some-bucket/kept'))?.metadata, {});
    } finally {
      copied.close();
      await rm(copy, { recursive: true });
    }
  });

  it('is the version before when a process was killed between metadata and file', async () => {
    const first = await port.write('gs://some-bucket/p', Buffer.from('old'), {
      when: 'absent',
      metadata: { token: '1' },
    });
    const path = join(data, 'objects', 'some-bucket', 'p');
    const aside = join(data, 'aside');
    execFileSync('cp', ['-p', path, aside]);
    await port.write('gs://some-bucket/p', Buffer.from('newer'), { when: 'any', metadata: { token: '2' } });
    // The rename did not happen: metadata tells of both, and the file is the old one.
    execFileSync('cp', ['-p', aside, path]);
    const found = await port.stat('gs://some-bucket/p');
    assert.equal(found?.generation, first.generation);
    assert.deepEqual(found?.metadata, { token: '1' });
  });

  it('tells two versions apart that were written within one tick of the file system', async () => {
    const path = join(data, 'file');
    await writeFile(path, 'same size');
    const before = fileIdentity(await stat(path, { bigint: true }));
    assert.notEqual(unlike(path, before), before);
    assert.equal(unlike(path, before), fileIdentity(await stat(path, { bigint: true })));
  });

  it('refuses addresses that would leave the folder, before anything is touched', async () => {
    const hostile = [
      'gs://some-bucket/../other/x',
      'gs://some-bucket/a/../../x',
      'gs://../x',
      'gs://some-bucket//x',
      'gs://some-bucket/./x',
      'gs://some-bucket/x/',
      'gs://some-bucket/a\\b',
      'gs://some-bucket/a\u0000b',
      'gs://some-bucket',
      'gs://Some Bucket/x',
      'file:///etc/passwd',
      `gs://some-bucket/${'x'.repeat(1025)}`,
    ];
    for (const uri of hostile) {
      await assert.rejects(port.stat(uri), failsWith('invalid'), uri);
      await assert.rejects(port.write(uri, Buffer.from('x'), { when: 'any' }), failsWith('invalid'), uri);
    }
    await assert.rejects(async () => {
      for await (const _ of port.list('gs://some-bucket/../')) assert.fail('listed something');
    }, failsWith('invalid'));
    assert.deepEqual(await readdir(data), []);
  });

  it('follows no link out of the folder', async () => {
    const folder = join(data, 'objects', 'some-bucket');
    await mkdir(folder, { recursive: true });
    await mkdir(join(data, 'outside'));
    await writeFile(join(data, 'outside', 'secret'), 'secret');
    await symlink(join(data, 'outside'), join(folder, 'linked'));
    await symlink(join(data, 'outside', 'secret'), join(folder, 'file'));
    const reading = async (uri: string) => {
      for await (const _ of port.read(uri)) assert.fail('read something');
    };
    await assert.rejects(reading('gs://some-bucket/linked/secret'), failsWith('not-found'));
    await assert.rejects(reading('gs://some-bucket/file'), failsWith('not-found'));
    await assert.rejects(
      port.write('gs://some-bucket/linked/new', Buffer.from('x'), { when: 'any' }),
      failsWith('not-found'),
    );
    for await (const found of port.list('gs://some-bucket/')) assert.fail(found.uri);
  });

  it('writes nothing at all when it is only looked at', async () => {
    assert.equal(await port.stat('gs://some-bucket/x'), undefined);
    for await (const _ of port.list('gs://some-bucket/')) assert.fail('listed something');
    assert.deepEqual(await readdir(data), []);
  });

  it('sweeps bodies that a killed process left half written', async () => {
    const incomplete = join(data, 'objects-meta', 'incomplete');
    await mkdir(incomplete, { recursive: true });
    // No process has this number: it is above the system's highest.
    await writeFile(join(incomplete, '4194305-0'), 'half');
    await port.write('gs://some-bucket/x', Buffer.from('x'), { when: 'absent' });
    assert.deepEqual(await readdir(incomplete), []);
  });
});
