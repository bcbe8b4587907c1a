import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openPlayedWorld } from '../../functions/cli/snapshots/open-world.ts';
import { writeActLine } from '../../functions/cli/snapshots/write-act.ts';
import { LocalDocuments } from '../../shared/adapters/local/documents.ts';
import { createHistory } from '../../shared/engine/history.ts';
import { nameHashed } from '../../shared/operations/snapshots/name-hashed.ts';
import { event, highnoon, openFolder, person } from './snapshot-folder.ts';
import { fingerprint, temporaryFolder } from './support.ts';

const AT = '2026-11-24T00:00:00Z';

/** A folder with two events and a person in its memory. */
async function openLoaded() {
  const folder = openFolder();
  await folder.load('events', [event('a', 'u1'), event('b', 'u2')], AT);
  await folder.load('people', [person('u1')], AT);
  return folder;
}

describe('mistakes with memory and snapshots', () => {
  it('refuses a snapshot of a moment that has one, instead of giving that one back as new', async () => {
    using folder = await openLoaded();
    assert.equal((await folder.run('snapshots', 'create', '--at', AT)).code, 0);
    await folder.load('events', [event('c', 'u3')], AT);
    const again = await folder.run('snapshots', 'create', '--at', AT, '--json');
    assert.equal(again.code, 2);
    assert.match(again.err, /20261124T000000Z exists already; nothing was captured; name another --at/);
    const shown = await folder.run('snapshots', 'show', 'latest', '--json');
    assert.deepEqual(
      shown.json<{ collections: { documents: number }[] }>().collections.map(({ documents }) => documents),
      [2, 1],
    );
  });

  it('does not call a snapshot valid that shows an emptied collection, or no record at all', async () => {
    const unknownIn = async (folder: Awaited<ReturnType<typeof openLoaded>>, at: string) => {
      const made = await folder.run('snapshots', 'create', '--at', at, '--json');
      const { state, findings } = made.json<{ state: string; findings: { state: string; subject: string }[] }>();
      const unknown = findings.filter((each) => each.state === 'unknown').map(({ subject }) => subject);
      return [made.code, state, unknown];
    };
    using empty = openFolder();
    assert.deepEqual(await unknownIn(empty, AT), [1, 'captured', ['memory/events', 'memory/people']]);
    using folder = openFolder();
    await folder.load('events', [event('a', 'u1')], AT);
    assert.deepEqual(await unknownIn(folder, AT), [0, 'valid', []], 'nobody has filled the people yet');
    await folder.load('people', [person('u1')], '2026-11-24T01:00:00Z');
    assert.deepEqual(await unknownIn(folder, '2026-11-24T01:00:00Z'), [0, 'valid', []]);
    await folder.load('people', [], '2026-11-24T02:00:00Z', '--force');
    assert.deepEqual(await unknownIn(folder, '2026-11-24T02:00:00Z'), [1, 'captured', ['memory/people']]);
  });

  it('calls a snapshot of old records valid, and notes their age', async () => {
    using folder = await openLoaded();
    const made = await folder.run('snapshots', 'create', '--at', '2026-11-30T00:00:00Z', '--json');
    assert.equal(made.code, 0);
    const { state, findings } = made.json<{ state: string; findings: { state: string; code: string }[] }>();
    assert.equal(state, 'valid');
    assert.deepEqual([...new Set(findings.map((each) => `${each.state} ${each.code}`))], ['noted stale']);
  });

  it('does not call a store sound that has no snapshot', async () => {
    using folder = openFolder();
    const check = await folder.run('snapshots', 'check', '--json');
    assert.equal(check.code, 1);
    assert.equal(check.json<{ ok: boolean }>().ok, false);
    assert.match((await folder.run('snapshots', 'check')).out, /^NOTHING TO CHECK: 0 snapshots/);
  });

  it('claims no erasure of a subject that no record names, and says who asked', async () => {
    using folder = await openLoaded();
    await folder.run('snapshots', 'create', '--at', AT);
    const by = ['--actor', 'ana', '--reason', 'request 12'];
    const mistyped = await folder.run('snapshots', 'erase', '--subject', 'u1x', ...by);
    assert.equal(mistyped.code, 1);
    assert.match(mistyped.out, /^NOTHING ERASED: no record in any snapshot or in the memory names this subject/);
    assert.doesNotMatch(mistyped.out, /^ERASED/m);
    // What a capture that was killed leaves: it goes with every erasure, and is none.
    const packs = join(folder.data, 'objects', 'fixture-highnoon-snapshots', 'packs');
    const leave = () => writeFileSync(join(packs, '0'.repeat(64)), 'left over');
    leave();
    const other = await folder.run('snapshots', 'erase', '--subject', 'u1x', ...by);
    assert.equal(other.code, 1);
    assert.match(other.out, /^NOTHING ERASED.*\n1 pack that no snapshot needs any more went/);
    const told = await folder.run('snapshots', 'erase', '--subject', 'u1', '--reason', 'u1 asked for it');
    assert.equal(told.code, 2, 'the ledger would keep the name');
    const erased = await folder.run('snapshots', 'erase', '--subject', 'u1', ...by);
    assert.equal(erased.code, 0);
    assert.match(erased.out, /^ERASED: 2 versions from 1 snapshot, /);
    assert.match(erased.out, /the ledger says that ana asked for it/);
    const again = await folder.run('snapshots', 'erase', '--subject', 'u1', ...by);
    assert.match(again.out, /^NOTHING ERASED: no record in any snapshot names/, 'the memory has it still');
    assert.equal(again.code, 1);
    const documents = new LocalDocuments(join(folder.data, 'store.sqlite'), { now: () => AT });
    const lines = await createHistory(documents).ledger('2026-01-01T00:00:00.000Z');
    documents.close();
    const none = 'snapshots-erasure-found-none';
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      [none, none, 'snapshots-erased', none].flatMap((end) => ['snapshots-erasure-begun', end]),
    );
    assert.ok(lines.every(({ actor }) => actor === 'ana'));
    assert.match(JSON.stringify(lines[0]?.detail), /"reason":"request 12"/);
  });

  it('calls an erasure done that broke off before its end, though no version is left to take out', async () => {
    using folder = await openLoaded();
    await folder.run('snapshots', 'create', '--at', AT);
    const erase = () => folder.run('snapshots', 'erase', '--subject', 'u1', '--actor', 'ana', '--json');
    assert.equal((await erase()).code, 0);
    const world = await openPlayedWorld({ positionals: [], options: { data: folder.data } }, 'a test');
    const subject = nameHashed(world)('u1');
    await writeActLine(world, { kind: 'snapshots-erasure-begun', subject, actor: 'ana', detail: {} });
    await world.close();
    const { code, json } = await erase();
    assert.equal(code, 0);
    const { versions, isResumed } = json<{ versions: number; isResumed: boolean }>();
    assert.deepEqual({ versions, isResumed }, { versions: 0, isResumed: true });
    assert.equal((await erase()).code, 1, 'that one had an end');
  });

  it('restores over documents of the memory only by force, and says of a new collection that no snapshot holds it', async () => {
    using folder = await openLoaded();
    await folder.run('snapshots', 'create', '--at', AT);
    await folder.load('events', [event('a', 'u9')], AT);
    const into = (to: string, ...more: string[]) =>
      folder.run('snapshots', 'restore', 'latest', '--collection', 'events', '--into', `collection:${to}`, ...more);
    const refused = await into('events');
    assert.equal(refused.code, 2);
    assert.match(refused.err, /collection:events: the collection is not empty.*--force/);
    await folder.run('snapshots', 'create', '--at', '2026-11-24T01:00:00Z');
    const diff = await folder.run('snapshots', 'diff', '20261124T000000Z', 'latest', '--json');
    assert.equal(diff.json<{ changed: number }>().changed, 1, 'what was loaded stands there still');
    const forced = await into('events', '--force');
    assert.equal(forced.code, 0, forced.err);
    assert.doesNotMatch(forced.out, /no snapshot holds it/);
    const made = await into('nosuch');
    assert.equal(made.code, 0);
    assert.match(made.out, /nosuch is a new collection that .* does not name under `memory`: no snapshot holds it/);
    assert.equal((await into('nosuch')).code, 2, 'now it is not empty');
  });

  it('replaces documents by nothing only by force', async () => {
    using folder = await openLoaded();
    const file = join(folder.path, 'empty.ndjson');
    writeFileSync(file, '\n');
    const refused = await folder.run('memory', 'load', 'people', file);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /empty\.ndjson holds no document, and would empty the collection people; add --force/);
    assert.equal((await folder.run('snapshots', 'create', '--at', AT)).code, 0, 'the person is there still');
    const forced = await folder.run('memory', 'load', 'people', file, '--force', '--json');
    assert.equal(forced.json<{ documents: number }>().documents, 0);
    assert.equal((await folder.run('memory', 'load', 'people', file)).code, 0, 'nothing is lost');
  });

  it('finds the same valid snapshots in a copy of the folder', async () => {
    using folder = await openLoaded();
    await folder.run('snapshots', 'create', '--at', AT);
    const copy = join(folder.path, 'copy');
    execFileSync('cp', ['-r', folder.data, copy]);
    const [there, here] = [
      await folder.run('snapshots', 'list', '--json'),
      await highnoon(['snapshots', 'list', '--json', '--data', copy]),
    ];
    assert.equal(here.json<{ snapshots: { state: string }[] }>().snapshots[0]?.state, 'valid');
    assert.equal(here.out, there.out);
  });

  it('counts one as one', async () => {
    using folder = await openLoaded();
    await folder.load('events', [event('a', 'u1')], AT);
    const made = await folder.run('snapshots', 'create', '--at', AT);
    const outs = [
      made,
      await folder.run('snapshots', 'list'),
      await folder.run('snapshots', 'show', 'latest'),
      await folder.run('snapshots', 'check'),
      await folder.run('snapshots', 'hold', 'latest', '--reason', 'case 7', '--actor', 'ana'),
      await folder.run('snapshots', 'restore', 'latest', '--into', join(folder.path, 'restored')),
    ].map(({ out }) => out);
    assert.match(outs.join(''), /^1 snapshot,.*^SOUND: 1 snapshot,.*: 1 document$/ms);
    for (const out of outs) assert.doesNotMatch(out, /\b1 (documents|snapshots|packs|chunks|problems)/);
  });
});

const BY_ANA = ['--actor', 'ana', '--reason', 'drill'];
const NEEDS_A_WORLD: readonly (readonly string[])[] = [
  ['snapshots', 'create'],
  ['snapshots', 'list'],
  ['snapshots', 'show', 'latest'],
  ['snapshots', 'check'],
  ['snapshots', 'forget', '--dry-run'],
  ['snapshots', 'erase', '--subject', 'u1'],
  ['access', 'list'],
  ['access', 'keep', 'some-proposal', ...BY_ANA],
  ['risks'],
  ['risks', 'close', 'some-risk', ...BY_ANA],
  ['guardrails', 'test'],
  ['release', ...BY_ANA],
  ['unlock', ...BY_ANA],
];

describe('a mistyped data folder', () => {
  it('is refused by whatever looks at a world or acts on one, and none is made there', async () => {
    using folder = temporaryFolder();
    const absent = join(folder.path, 'mistyped');
    const foreign = join(folder.path, 'foreign');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'letter.txt'), 'of another matter');
    const before = fingerprint(folder.path);
    for (const args of NEEDS_A_WORLD) {
      const answer = await highnoon([...args, '--data', absent]);
      assert.equal(answer.code, 2, args.join(' '));
      assert.match(answer.err, /there is no folder '.*mistyped': nothing was ever played there/);
      const beside = await highnoon([...args, '--data', foreign]);
      assert.equal(beside.code, 2, args.join(' '));
      assert.match(beside.err, /there is no world in the folder '.*foreign'/);
    }
    assert.equal(existsSync(absent), false);
    assert.deepEqual(fingerprint(folder.path), before);
  });

  it('stops what has not begun: a hold or a lockdown begins the world, and says so', async () => {
    using folder = temporaryFolder();
    for (const act of ['hold', 'lockdown']) {
      const data = join(folder.path, act);
      const { code, err } = await highnoon([act, ...BY_ANA, '--at', '2026-11-24T09:00:00Z', '--data', data]);
      assert.equal(code, 0, err);
      assert.match(err, /there was no folder '.*': a world begins in it with this/);
      const foreign = join(folder.path, `beside-${act}`);
      mkdirSync(foreign);
      writeFileSync(join(foreign, 'letter.txt'), 'of another matter');
      assert.equal((await highnoon([act, ...BY_ANA, '--data', foreign])).code, 2);
    }
  });

  it('holds the next noon whose window has not closed', async () => {
    using folder = temporaryFolder();
    const { out } = await highnoon(['hold', ...BY_ANA, '--at', '2026-11-24T12:30:01Z', '--data', folder.path]);
    assert.match(out, /^noon of 2026-11-25 is held/);
  });

  it('back-tests no guardrail where no day was audited, and says so', async () => {
    using folder = temporaryFolder();
    const answer = await highnoon(['guardrails', 'test', '--data', folder.path]);
    assert.equal(answer.code, 1);
    assert.match(answer.out, /^No audited day from .*: nothing was tested\.\n$/);
  });

  it('knows of no proposal of access before a weekly review, and says so', async () => {
    using folder = temporaryFolder();
    const answer = await highnoon(['access', 'list', '--data', folder.path]);
    assert.equal(answer.code, 1);
    assert.match(answer.out, /^No weekly review has left proposals yet: nothing is known of access\.\n$/);
    const json = await highnoon(['access', 'list', '--json', '--data', folder.path]);
    assert.equal(json.code, 1);
    assert.deepEqual(json.json(), { schema: 'highnoon.access/1', proposals: [] });
  });
});
