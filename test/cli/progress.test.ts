import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOutput } from '../../functions/cli/output.ts';
import { createBar } from '../../functions/cli/progress.ts';

function recorder(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

describe('progress of long work', () => {
  it('is a bar that is drawn over itself on a terminal, and ends its line at the end', () => {
    const stream = recorder(true);
    const bar = createBar(stream, false, 'packs', 'checked');
    for (const done of [0, 50, 50, 100]) bar(done, 100);
    assert.equal(stream.written.length, 3, 'the same line is not drawn twice');
    assert.ok(stream.written.every((text) => text.startsWith('\r\u001b[2K')));
    assert.match(stream.written[1] ?? '', /packs \[={12} {12}\] {2}50 % 50 of 100 checked$/);
    assert.match(stream.written[2] ?? '', /\[={24}\] 100 % 100 of 100 checked\n$/);
  });

  it('never wraps on a narrow terminal', () => {
    const stream = recorder(true, 30);
    createBar(stream, false, 'a collection with a long name', 'documents')(1, 2);
    assert.ok((stream.written[0] ?? '').replace('\r\u001b[2K', '').length < 30);
  });

  it('is a plain line for every tenth elsewhere, and nothing for short work', () => {
    const stream = recorder(false);
    const bar = createBar(stream, false, 'packs', 'checked');
    for (let done = 0; done <= 1000; done++) bar(done, 1000);
    assert.equal(stream.written.length, 10);
    assert.equal(stream.written[0], '  packs: 100 of 1000 checked\n');
    createBar(stream, false, 'packs', 'checked')(3, 3);
    assert.equal(stream.written.length, 10);
  });

  it('counts where the end is not known', () => {
    const stream = recorder(false);
    const bar = createBar(stream, false, 'orders', 'documents read');
    for (let done = 1000; done <= 25_000; done += 1000) bar(done);
    assert.deepEqual(stream.written, ['  orders: 10000 documents read\n', '  orders: 20000 documents read\n']);
  });

  it('is silent where a document is asked for', () => {
    const err = recorder(true);
    const output = createOutput(true, { out: err, err } as unknown as Parameters<typeof createOutput>[1]);
    const bar = output.bar('packs', 'checked');
    for (let done = 0; done <= 100; done++) bar(done, 100);
    assert.deepEqual(err.written, []);
  });
});
