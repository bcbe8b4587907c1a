import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { makeObject, makeTree, parseTree } from '../../../shared/adapters/git/objects.ts';
import { PackTooLargeError, readPack, writePack } from '../../../shared/adapters/git/pack.ts';
import { decodePackets, encodeLine, textOf } from '../../../shared/adapters/git/pkt-line.ts';
import { makeGitWorld } from './git-world.ts';

const PLENTY = 1 << 26;

/** A pack of one hand-made entry, with a right digest. */
function packOf(header: readonly number[], body: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.from('PACK\0\0\0\u0002\0\0\0\u0001', 'latin1'), Buffer.from(header), body]);
  return Buffer.concat([bytes, createHash('sha1').update(bytes).digest()]);
}

describe('packs', () => {
  it('reads what git packs, deltas by offset and by name included', async () => {
    const world = await makeGitWorld();
    try {
      const text = Array.from({ length: 400 }, (_, n) => `line ${n} of a file that changes a little\n`);
      const commits = Array.from({ length: 30 }, (_, n) => ({
        parents: n === 0 ? [] : [n - 1],
        files: { 'a.txt': text.with(n * 7, `changed by ${n}\n`).join('') },
        message: `change ${n}`,
      }));
      const ids = await world.commit(commits);
      await world.setRef('refs/heads/main', ids.at(-1) ?? null);
      const names = (await world.git(['rev-list', '--objects', '--no-object-names', '--all'])).split('\n').sort();
      for (const how of ['--delta-base-offset', '--no-reuse-delta']) {
        const pack = await new Promise<Buffer>((resolve, reject) => {
          const args = [
            '-C',
            world.folder,
            'pack-objects',
            '--stdout',
            '--quiet',
            '--window=50',
            '--no-reuse-object',
            how,
          ];
          const child = execFile('git', args, { encoding: 'buffer', maxBuffer: PLENTY }, (error, out) =>
            error ? reject(error) : resolve(out),
          );
          child.stdin?.end(names.join('\n'));
        });
        const objects = readPack(pack, PLENTY);
        assert.ok(pack.length < 20_000, 'it was packed as deltas');
        assert.deepEqual([...objects.keys()].sort(), names);
        assert.throws(() => readPack(pack, 100_000), PackTooLargeError);
      }
    } finally {
      await world.close();
    }
  });

  it('reads back what it writes, whatever the sizes', () => {
    const bytes = fc.array(fc.uint8Array({ maxLength: 5_000 }), { maxLength: 8 });
    fc.assert(
      fc.property(bytes, (contents) => {
        const objects = contents.map((content) => makeObject('blob', Buffer.from(content)));
        const read = readPack(writePack(objects), PLENTY);
        assert.deepEqual([...read.keys()].sort(), [...new Set(objects.map(({ id }) => id))].sort());
      }),
    );
  });

  it('refuses a pack with any bit flipped or any end missing', () => {
    const pack = writePack([makeObject('blob', Buffer.from('some content')), makeTree([])]);
    for (let bit = 0; bit < pack.length * 8; bit += 1) {
      const flipped = Buffer.from(pack);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => readPack(flipped, PLENTY), SyntaxError, `bit ${bit}`);
    }
    for (let length = 0; length < pack.length; length += 1) {
      assert.throws(() => readPack(pack.subarray(0, length), PLENTY), SyntaxError, `${length} bytes`);
    }
  });

  it('refuses lies behind a right digest', () => {
    const small = deflateSync(Buffer.from('abc'));
    const delta = (...bytes: number[]) => deflateSync(Buffer.from(bytes));
    const lies: [string, Buffer][] = [
      ['an object longer than it says', packOf([0x32], small)],
      ['an object shorter than it says', packOf([0x34], small)],
      ['a type that does not exist', packOf([0x53], small)],
      ['a delta against itself', packOf([0x63, 0x00], delta(3, 3, 3))],
      ['a delta from before the pack', packOf([0x63, 0xff, 0x7f], delta(3, 3, 3))],
      ['a delta against what is not there', packOf([0x73, ...Buffer.alloc(20, 1)], delta(3, 3, 3))],
      ['something that is not deflated', packOf([0x33], Buffer.from('abc'))],
      ['bytes after the last object', packOf([0x33], Buffer.concat([small, Buffer.from('more')]))],
    ];
    for (const [what, pack] of lies) assert.throws(() => readPack(pack, PLENTY), SyntaxError, what);
  });

  it('takes no memory for an object that only claims to be large, or inflates beyond its claim', () => {
    const claims = packOf([0xbf, 0xff, 0xff, 0xff, 0x7f], deflateSync(Buffer.from('abc')));
    assert.throws(() => readPack(claims, PLENTY), PackTooLargeError);
    const bomb = packOf([0x33], deflateSync(Buffer.alloc(50_000_000)));
    assert.throws(
      () => readPack(bomb, PLENTY),
      // The cause shows that inflating stopped at the claim, and was not found to be wrong afterwards.
      (error: unknown) =>
        error instanceof SyntaxError && (error.cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE',
    );
  });
});

describe('trees', () => {
  it('are sorted as git sorts: a folder as if its name ended in a slash', () => {
    const id = 'a'.repeat(40);
    const entries = ['a', 'a-b', 'a.b', 'b'].map((name) => ({ mode: name === 'a' ? '40000' : '100644', name, id }));
    const names = parseTree(makeTree([...entries].reverse())).map(({ name }) => name);
    assert.deepEqual(names, ['a-b', 'a.b', 'a', 'b']);
  });

  it('refuse to be read when cut off', () => {
    const tree = makeTree([{ mode: '100644', name: 'a', id: 'a'.repeat(40) }]);
    for (let length = 1; length < tree.data.length; length += 1) {
      assert.throws(() => parseTree({ ...tree, data: tree.data.subarray(0, length) }), SyntaxError);
    }
  });
});

describe('packets', () => {
  it('come back as they were sent', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (lines) => {
        const packets = [...decodePackets(Buffer.concat(lines.map((line) => encodeLine(`${line}\n`))))];
        assert.deepEqual(
          packets.map((packet) => (packet.kind === 'data' ? textOf(packet.payload) : packet.kind)),
          lines,
        );
      }),
    );
  });

  it('end in a SyntaxError and nothing else when they are noise', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (noise) => {
        try {
          for (const _ of decodePackets(Buffer.from(noise)));
        } catch (error) {
          assert.ok(error instanceof SyntaxError);
        }
      }),
    );
  });
});
