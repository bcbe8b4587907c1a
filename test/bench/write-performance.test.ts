import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';

const WRITE = resolve('test/bench/write-performance.mjs');

describe('docs/performance.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'highnoon-performance-'));
  before(() => mkdirSync(join(folder, 'docs')));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = (...lines: readonly object[]) => {
    writeFileSync(join(folder, 'bench.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return spawnSync(process.execPath, [WRITE, 'bench.jsonl'], { cwd: folder, encoding: 'utf8' });
  };
  const page = () => readFileSync(join(folder, 'docs/performance.md'), 'utf8');
  const began = { at: '2026-11-23T23:38Z', load: 0.2 };

  it('says first what is not reached, a ratio by the ratio and at least what is to be at least', () => {
    const rows = [
      { what: 'slow', value: 5, unit: 'ms', ratio: 3, of: 'peer', reach: 2 },
      { what: 'frugal', value: 5, unit: 'ms', ratio: 1.5, of: 'peer', reach: 2 },
      { what: 'few', value: 4.25, unit: 'days/s', reach: 5, least: true },
      { what: 'many', value: 6, unit: 'days/s', reach: 5, least: true },
      { what: 'only told', value: 0.5, unit: '' },
    ];
    assert.equal(write({ bench: 'one', ...began, rows }).status, 0);
    const [, head = ''] = page().split('\n\n');
    assert.equal(head, 'Of 4 targets, 2 are reached; not reached:');
    assert.match(
      page(),
      /^- one: slow: 3\.00 x peer, where 2 was to be reached\n- one: few: 4\.25 days\/s, where 5 was/m,
    );
    assert.match(page(), /^## one\n\nBegan 2026-11-23 23:38 UTC, at a load of 0\.2\.$/m);
    assert.match(page(), /^\| slow \| 5 ms \| 3\.00 x peer \| <= 2 \| \*\*not reached\*\* \|$/m);
    assert.match(page(), /^\| many \| 6 days\/s \| {2}\| >= 5 \| reached \|$/m);
    assert.match(page(), /^\| only told \| 0\.500 \| {2}\| {2}\| {2}\|$/m);
  });

  it('stays as it is where a bench failed', () => {
    write({ bench: 'one', ...began, rows: [{ what: 'fine', value: 1, unit: 's', reach: 2 }] });
    const before = page();
    const { status, stderr } = write(
      { bench: 'one', ...began, rows: [{ what: 'fine', value: 9, unit: 's', reach: 2 }] },
      { bench: 'two', ...began, error: 'ended with 1, and printed no JSON document' },
    );
    assert.deepEqual([status, stderr], [1, 'write-performance: bench.jsonl: two has no rows\n']);
    assert.equal(page(), before);
    assert.match(before, /^Of 1 target, 1 is reached\.$/m);
  });

  it('stays as it is, and says in one line why, where its answers are quick ones, absent or unreadable', () => {
    write({ bench: 'one', ...began, rows: [{ what: 'fine', value: 1, unit: 's', reach: 2 }] });
    const before = page();
    const full = `{"bench":"one","rows":[{"what":"fine","value":9,"unit":"s","reach":2}]}`;
    const because = (text: string) => {
      writeFileSync(join(folder, 'odd.jsonl'), text);
      return spawnSync(process.execPath, [WRITE, 'odd.jsonl'], { cwd: folder, encoding: 'utf8' });
    };
    for (const [text, line] of [
      [`${full}\n{"bench":"two","quick":true,"rows":[{}]}\n`, 'two ran with --quick: allowed are full runs'],
      [`${full}\n\n{"bench": "tw\n`, `line 3 '{"bench": "tw' is no JSON`],
      ['> high-noon@0.1.0 bench\n', "line 1 '> high-noon@0.1.0 bench' is no JSON"],
      [`null\n`, "line 1 'null' is no answer of a bench"],
      ['', 'nothing has no rows'],
    ] as const) {
      const { status, stderr } = because(text);
      assert.equal(status, 1, text);
      assert.ok(stderr.startsWith(`write-performance: odd.jsonl: ${line}`) && stderr.split('\n').length === 2, stderr);
    }
    const gone = spawnSync(process.execPath, [WRITE, 'gone.jsonl'], { cwd: folder, encoding: 'utf8' });
    assert.equal(gone.stderr, "write-performance: 'gone.jsonl' cannot be read (ENOENT)\n");
    assert.equal(gone.status, 2);
    assert.equal(page(), before);
  });

  it('explains every bench that there is in words that no table contradicts', () => {
    const names = globSync(resolve('test/bench/*.bench.ts')).map((file) => basename(file, '.bench.ts'));
    for (const reach of [0.5, 2]) {
      write(...names.map((bench) => ({ bench, ...began, rows: [{ what: 'it', value: 1, unit: 's', reach }] })));
      for (const section of page().split('\n## ').slice(1)) {
        const text = section.slice(section.indexOf('\n'), section.indexOf('\nBegan ')).trim();
        assert.ok(text.length > 80, section);
        assert.doesNotMatch(text, /reached|far from|needs more/, section);
      }
    }
  });
});
