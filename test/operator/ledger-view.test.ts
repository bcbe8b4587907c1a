import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { LocalDocuments } from '../../shared/adapters/local/documents.ts';
import { LocalObjects } from '../../shared/adapters/local/objects.ts';
import { PortError } from '../../shared/domain/errors.ts';
import { appendEntry, EMPTY_HEAD, type LedgerEntry, type LedgerHead } from '../../shared/domain/ledger.ts';
import { plusSeconds } from '../../shared/domain/time.ts';
import { anchorLedger } from '../../shared/engine/anchor-ledger.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { paths } from '../../shared/engine/records.ts';
import { readWatch, WATCH_PATH } from '../../shared/engine/watch.ts';
import { ANSWERS } from '../../shared/operator/api/answers.ts';
import { ledgerTail, ledgerWhole } from '../../shared/operator/api/ledger-view.ts';
import type { DocumentsPort } from '../../shared/ports/documents.ts';
import { createTestEngine } from '../support/engine.ts';

const START = '2026-11-24T10:30:00.000Z';

/** The engine over the same store, whose queries are answered otherwise. */
function queriedBy(engine: Engine, query: DocumentsPort['query']): Engine {
  const { documents } = engine;
  return {
    ...engine,
    documents: {
      transact: (body) => documents.transact(body),
      increment: (path, amounts) => documents.increment(path, amounts),
      readAll: (paths) => documents.readAll(paths),
      get: (path) => documents.get(path),
      query,
    },
  };
}

/** A ledger of twelve entries over an embedded store and a real folder; its head was anchored after every fourth. */
async function written(options: { anchored?: boolean } = {}) {
  const base = createTestEngine(START, {});
  const data = mkdtempSync(join(tmpdir(), 'highnoon-ledger-'));
  const objects = new LocalObjects({ data, clock: base.clock });
  const { clock } = base;
  const file = join(data, 'documents.sqlite');
  const documents = new LocalDocuments(file, clock);
  const engine: Engine = { ...base.engine, documents, ports: { ...base.engine.ports, objects } };
  const put = (path: string, value: object) => documents.transact(async (t) => t.set(path, value));
  await readWatch(engine);
  let head: LedgerHead = EMPTY_HEAD;
  const append = async (subject = `run-${head.seq + 1}`) => {
    const appended = appendEntry(head, { kind: 'act', subject, actor: 'ana', detail: { n: 1.5 } }, clock.now());
    head = appended.head;
    await put(paths.ledger(head.seq), appended.entry);
    await put(paths.head, head);
  };
  const folder = join(data, 'objects', 'anchors', 'ledger');
  const world = {
    engine,
    documents,
    put,
    append,
    tick: async () => {
      clock.advanceTo(plusSeconds(clock.now(), 300));
      await anchorLedger(engine);
    },
    wait: (seconds: number) => clock.advanceTo(plusSeconds(clock.now(), seconds)),
    /** As somebody does who writes into the file, past the store. */
    writeBytes: (path: string, text: string) => {
      using database = new DatabaseSync(file);
      database.prepare('UPDATE documents SET data = ?, version = version + 1 WHERE path = ?').run(text, path);
    },
    /** Files of the anchors, the oldest first. */
    anchors: () => readdirSync(folder).sort(),
    removeAnchors: (which: (seq: number) => boolean) => {
      for (const name of readdirSync(folder)) if (which(Number(name.slice(0, 12)))) rmSync(join(folder, name));
    },
    writeAnchor: (name: string, text: string) => writeFileSync(join(folder, name), text),
    readAnchor: (name: string) => readFileSync(join(folder, name), 'utf8'),
    cut: async (to: number) => {
      const last = await documents.get<LedgerEntry>(paths.ledger(to));
      const { seq } = head;
      await documents.transact(async (t) => {
        for (let each = to + 1; each <= seq; each++) t.delete(paths.ledger(each));
      });
      await put(paths.head, { ...head, seq: to, hash: last?.hash });
    },
    look: () => ledgerWhole(engine),
    firstBad: async () => (await ledgerWhole(engine)).firstBad,
    [Symbol.dispose]() {
      objects.close();
      documents.close();
      base.documents.close();
      rmSync(data, { recursive: true });
    },
  };
  for (let entry = 1; entry <= 12; entry++) {
    await append();
    if (entry % 4 === 0 && options.anchored !== false) await world.tick();
  }
  return world;
}

describe('the check of the whole ledger', () => {
  it('finds it whole as it was written, also while its newest entries wait for their anchor', async () => {
    using ledger = await written();
    const { intact, entries, anchors, firstBad } = await ledger.look();
    assert.deepEqual([intact, entries, anchors, firstBad], [true, 12, 3, null]);
    await ledger.append();
    assert.equal(await ledger.firstBad(), null);
  });

  it('names the first entry that no anchor vouches for any more when the newest anchors were deleted', async () => {
    using ledger = await written();
    ledger.removeAnchors((seq) => seq > 4);
    assert.equal((await ledger.firstBad())?.seq, 5);
    assert.match((await ledger.firstBad())?.what ?? '', /entry 12 was anchored at .*, and that anchor is gone/);
    ledger.removeAnchors(() => true);
    assert.equal((await ledger.firstBad())?.seq, 1);
  });

  it('is not content with a ledger that was cut together with its head and its anchors', async () => {
    using ledger = await written();
    await ledger.cut(4);
    ledger.removeAnchors((seq) => seq > 4);
    assert.equal((await ledger.firstBad())?.seq, 5);
  });

  it('says so when what the store remembers of anchors was put back or deleted', async () => {
    using ledger = await written();
    ledger.wait(3600);
    const [first = ''] = ledger.anchors();
    await ledger.put(paths.anchor, JSON.parse(ledger.readAnchor(first)));
    assert.equal((await ledger.firstBad())?.seq, 5);
    assert.match((await ledger.firstBad())?.what ?? '', /remembers entry 4 as the newest anchored: it was put back/);
    await ledger.documents.transact(async (transaction) => transaction.delete(paths.anchor));
    assert.equal((await ledger.firstBad())?.seq, 1);
    assert.match((await ledger.firstBad())?.what ?? '', /remembers no anchor/);
  });

  it('bears with a tick that died between anchoring and remembering', async () => {
    using ledger = await written();
    const before = await ledger.documents.get<object>(paths.anchor);
    await ledger.append();
    await ledger.tick();
    await ledger.put(paths.anchor, before as object);
    assert.equal(await ledger.firstBad(), null);
  });

  it('takes a ledger without any anchor for whole only while the watchdog is young', async () => {
    using ledger = await written({ anchored: false });
    ledger.wait(7000);
    assert.equal(await ledger.firstBad(), null);
    ledger.wait(600);
    assert.match((await ledger.firstBad())?.what ?? '', /no entry is anchored, though the watchdog has ticked since/);
  });

  it('believes no second anchor of an entry over the first', async () => {
    using ledger = await written();
    const hash = 'f'.repeat(64);
    ledger.writeAnchor(
      '000000000008-2026-11-24T23:00:00.000Z.json',
      JSON.stringify({ seq: 8, hash, at: '2026-11-24T23:00:00.000Z' }),
    );
    assert.equal((await ledger.firstBad())?.seq, 8);
  });

  it('names what lies among the anchors and is none', async () => {
    for (const text of ['', '{', 'null', '[]', '{"seq":"8"}', '{"seq":8,"hash":"x","at":"never"}']) {
      using ledger = await written();
      ledger.writeAnchor('000000000008-x.json', text);
      const fault = await ledger.firstBad();
      assert.equal(fault?.seq, 8, text);
      assert.match(fault?.what ?? '', /000000000008-x\.json is not an anchor/);
    }
  });

  it('names the first bad entry, whatever else is wrong', async () => {
    using ledger = await written();
    ledger.removeAnchors((seq) => seq > 4);
    const entry = await ledger.documents.get<object>(paths.ledger(2));
    await ledger.put(paths.ledger(2), { ...entry, actor: 'eve' });
    assert.equal((await ledger.firstBad())?.seq, 2);
  });

  it('names what stands in the place of an entry and is none', async () => {
    for (const instead of [{}, { seq: null }, { seq: 3, detail: [[[]]] }, [], null]) {
      using ledger = await written();
      await ledger.put(paths.ledger(3), instead as object);
      assert.equal((await ledger.firstBad())?.seq, 3, JSON.stringify(instead));
    }
  });

  it('names the entry whose bytes are no JSON any more, also as the first, the last and among others', async () => {
    for (const bad of [[1], [2], [9], [12], [3, 4, 11]]) {
      using ledger = await written();
      for (const seq of bad) ledger.writeBytes(paths.ledger(seq), '{"seq":');
      const { schema, intact, entries, firstBad } = await ledger.look();
      const [first = 0] = bad;
      assert.deepEqual(
        [schema, intact, entries, firstBad],
        ['highnoon.ledger/1', false, first, { seq: first, what: `entry ${first} is not JSON any more` }],
      );
      const tail = await ledgerTail(ledger.engine, 10);
      const seen = bad.find((seq) => seq > 2);
      assert.deepEqual(
        tail.firstBad,
        seen === undefined ? null : { seq: seen, what: `entry ${seen} is not JSON any more` },
      );
    }
  });

  it('names what is no JSON beyond the head', async () => {
    using ledger = await written();
    await ledger.put(paths.ledger(13), {});
    ledger.writeBytes(paths.ledger(13), '{');
    assert.deepEqual(await ledger.firstBad(), { seq: 13, what: 'entry 13 is not JSON any more' });
  });

  it('does not take a store that fails for a broken ledger', async () => {
    using ledger = await written();
    const failing = new PortError('documents', 'internal', 'the connection broke', { cause: new Error('reset') });
    const engine = queriedBy(ledger.engine, async () => {
      throw failing;
    });
    await assert.rejects(ledgerWhole(engine), failing);
  });

  it('says so when the head, the remembered anchor or the first tick is no JSON or none any more', async () => {
    for (const text of ['{', 'null', '[1]', '"x"', '{"seq":"12","hash":1}']) {
      using ledger = await written();
      ledger.writeBytes(WATCH_PATH, text);
      assert.equal(await ledger.firstBad(), null, text);
      ledger.writeBytes(paths.head, text);
      assert.match((await ledger.firstBad())?.what ?? '', text === 'null' ? /the head says 0/ : /^the head is /, text);
      assert.equal((await ledgerTail(ledger.engine, 5)).intact, text === 'null', text);
    }
    for (const text of [
      '{',
      'null',
      '[1]',
      '"x"',
      '{"seq":"12","hash":1}',
      '{"seq":12,"hash":"x","at":"\\u001b[2J"}',
    ]) {
      using ledger = await written();
      ledger.writeBytes(paths.anchor, text);
      assert.deepEqual(await ledger.firstBad(), { seq: 1, what: 'controls/anchor is not an anchor' }, text);
    }
  });

  it('tells names of files that lie among the anchors so that a terminal shows them', async () => {
    using ledger = await written();
    ledger.writeAnchor('000000000008-\u001b[2J.json', '{');
    const what = (await ledger.firstBad())?.what ?? '';
    assert.match(what, /^among the anchors: .*000000000008-/);
    assert.doesNotMatch(what, /\p{Cc}/u);
  });

  it('names the field that was added to an entry, in the whole ledger and in its tail', async () => {
    using ledger = await written();
    const entry = await ledger.documents.get<object>(paths.ledger(9));
    await ledger.put(paths.ledger(9), { ...entry, approvedBy: 'mallory' });
    const firstBad = { seq: 9, what: 'entry 9 has a field "approvedBy" that no entry has' };
    assert.deepEqual(await ledger.firstBad(), firstBad);
    assert.deepEqual((await ledgerTail(ledger.engine, 5)).firstBad, firstBad);
  });

  it('answers with entries alone, whatever stands in their places', async () => {
    for (const text of ['{', 'null', '[1]', '{"seq":"9"}', `{"detail":${'['.repeat(1e5)}${']'.repeat(1e5)}}`]) {
      using ledger = await written();
      ledger.writeBytes(paths.ledger(9), text);
      for (const view of [await ledger.look(), await ledgerTail(ledger.engine, 12)]) {
        assert.equal(view.firstBad?.seq, 9, text.slice(0, 20));
        ANSWERS.Ledger.parse(JSON.parse(JSON.stringify(view)));
      }
    }
  });

  it('says up to which entry anchors vouch', async () => {
    using ledger = await written();
    assert.equal((await ledger.look()).anchoredUpTo, 12);
    await ledger.append();
    await ledger.append();
    assert.deepEqual([(await ledger.look()).anchoredUpTo, (await ledger.look()).entries], [12, 14]);
    assert.equal((await ledgerTail(ledger.engine, 3)).anchoredUpTo, null);
    const entry = await ledger.documents.get<object>(paths.ledger(7));
    await ledger.put(paths.ledger(7), { ...entry, actor: 'eve' });
    assert.equal((await ledger.look()).anchoredUpTo, 4);
    using unanchored = await written({ anchored: false });
    assert.equal((await unanchored.look()).anchoredUpTo, 0);
  });

  it('reads a ledger that grows meanwhile with the head that is its own', async () => {
    using ledger = await written();
    const { documents } = ledger.engine;
    let grown = 0;
    const growing = queriedBy(ledger.engine, async <T>(collection: string) => {
      const found = await documents.query<T>(collection);
      if (grown++ < 2) await ledger.append();
      return found;
    });
    const { firstBad, entries } = await ledgerWhole(growing);
    assert.deepEqual([firstBad, entries], [null, 14]);
  });
});
