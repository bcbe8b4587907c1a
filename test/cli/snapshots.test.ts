import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ResticRepository, resticVersion } from '../domain/retention/installed-restic.ts';
import { CONFIGURATION, event, openFolder, person } from './snapshot-folder.ts';

describe('the command line over memory and snapshots', () => {
  it('captures, lists, compares, restores the same lines, checks, forgets and finds damage', async () => {
    using folder = openFolder();
    const { run } = folder;
    const first = [event('a', 'u1'), event('b', 'u2'), event('c', 'u1')];
    assert.equal(await folder.load('events', first, '2026-11-24T00:00:00Z'), 3);
    await folder.load('people', [person('u1'), person('u2')], '2026-11-24T00:00:00Z');
    const made = await run('snapshots', 'create', '--at', '2026-11-24T00:00:00Z', '--json');
    assert.equal(made.code, 0, made.err);
    assert.equal(made.json<{ state: string }>().state, 'valid');

    await folder.load('events', [event('a', 'u1'), event('b', 'u3'), event('d', 'u2')], '2026-11-24T05:00:00Z');
    await run('snapshots', 'create', '--at', '2026-11-24T06:00:00Z');
    await run('snapshots', 'create', '--at', '2026-11-24T12:00:00Z');
    const listed = (await run('snapshots', 'list', '--json')).json<{
      snapshots: { id: string; parent: string | null; state: string }[];
    }>();
    assert.deepEqual(
      listed.snapshots.map(({ id, parent, state }) => [id, parent, state]),
      [
        ['20261124T120000Z', '20261124T060000Z', 'valid'],
        ['20261124T060000Z', '20261124T000000Z', 'valid'],
        ['20261124T000000Z', null, 'valid'],
      ],
    );
    const diff = (await run('snapshots', 'diff', '20261124T000000Z', '20261124T0600', '--json')).json<{
      added: number;
      changed: number;
      removed: number;
    }>();
    assert.deepEqual([diff.added, diff.changed, diff.removed], [1, 1, 1]);

    const into = join(folder.path, 'restored');
    assert.equal((await run('snapshots', 'restore', '20261124T000000Z', '--into', into)).code, 0);
    assert.equal(
      readFileSync(join(into, 'events.ndjson'), 'utf8'),
      first.map((each) => `${JSON.stringify(each)}\n`).join(''),
    );
    assert.equal((await run('snapshots', 'restore', 'latest', '--into', into)).code, 2, 'the folder is not empty');
    const back = await run(
      'snapshots',
      'restore',
      '20261124T000000Z',
      '--into',
      'collection:events_before',
      '--collection',
      'events',
      '--json',
    );
    assert.equal(back.json<{ restored: { documents: number }[] }>().restored[0]?.documents, 3);

    assert.equal((await run('snapshots', 'check', '--read-data')).code, 0);
    const planned = (await run('snapshots', 'forget', '--dry-run', '--json')).json<{ remove: { id: string }[] }>();
    assert.deepEqual(
      planned.remove.map(({ id }) => id),
      ['20261124T000000Z'],
    );
    assert.equal((await run('snapshots', 'forget', '--actor', 'ana')).code, 0);
    assert.equal((await run('snapshots', 'list', '--json')).json<{ snapshots: object[] }>().snapshots.length, 2);
    assert.equal((await run('ledger', 'verify')).code, 0);

    const packs = join(folder.data, 'objects', 'fixture-highnoon-snapshots', 'packs');
    for (const name of readdirSync(packs)) {
      const bytes = readFileSync(join(packs, name));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      writeFileSync(join(packs, name), bytes);
    }
    const check = await run('snapshots', 'check', '--read-data', '--json');
    assert.equal(check.code, 1);
    assert.ok(
      check
        .json<{ problems: { collection: string; chunk: string }[] }>()
        .problems.every(({ chunk }) => /^[0-9a-f]+$/.test(chunk)),
    );
  });

  const restic = resticVersion();
  const noRestic = 'SKIPPED: restic is not installed; `apt-get install restic` to compare with the real thing';
  it('keeps of a week of snapshots what restic keeps, and every one that is left is whole', {
    skip: restic === undefined ? noRestic : false,
  }, async () => {
    using folder = openFolder();
    const rules = 'retention: {keep_last: 3, keep_daily: 4}';
    writeFileSync(join(folder.data, 'herbitrage.yaml'), CONFIGURATION.replace('retention: {keep_last: 2}', rules));
    const times = Array.from({ length: 28 }, (_, n) => new Date(Date.UTC(2026, 10, 24) + n * 21_600_000).toISOString());
    for (const [n, at] of times.entries()) {
      const events = Array.from({ length: 60 }, (_, index) =>
        event(`e${100 + index}`, `u${index % 7 === n % 7 ? n : 0}`),
      );
      await folder.load('events', events, at);
      await folder.load('people', [person('u1')], at);
      const made = await folder.run('snapshots', 'create', '--at', at, '--json');
      assert.equal(made.code, 0, made.err);
    }
    const repository = new ResticRepository(times.map((time) => ({ id: time, time })));
    try {
      const wanted = repository.kept({ keepLast: 3, keepDaily: 4 });
      const last = times.at(-1) ?? '';
      assert.equal((await folder.run('snapshots', 'forget', '--at', last, '--json')).code, 0);
      const list = await folder.run('snapshots', 'list', '--at', last, '--json');
      const left = list.json<{ snapshots: { at: string }[] }>().snapshots.map(({ at }) => new Date(at).toISOString());
      assert.deepEqual(left.toSorted(), [...wanted].toSorted());
      assert.equal(left.length, 6);
    } finally {
      repository.remove();
    }
    assert.equal((await folder.run('snapshots', 'check', '--read-data', '--json')).code, 0);
  });

  it('erases a person from every snapshot, keeps the rest, and says so in the ledger without the name', async () => {
    using folder = openFolder();
    const { run } = folder;
    const subject = 'user-to-be-forgotten';
    await folder.load('events', [event('a', subject), event('b', 'u2')], '2026-11-24T00:00:00Z');
    await folder.load('people', [person(subject), person('u2')], '2026-11-24T00:00:00Z');
    await run('snapshots', 'create', '--at', '2026-11-24T00:00:00Z');
    await folder.load('events', [event('b', 'u2'), event('c', subject)], '2026-11-24T05:00:00Z');
    await run('snapshots', 'create', '--at', '2026-11-24T06:00:00Z');

    await run('lockdown', '--reason', 'drill', '--actor', 'ana', '--at', '2026-11-24T06:10:00Z');
    assert.equal((await run('snapshots', 'erase', '--subject', subject)).code, 1, 'in a lockdown nothing is deleted');
    await run('unlock', '--reason', 'drill is over', '--actor', 'bea', '--at', '2026-11-24T06:20:00Z');

    const erased = await run('snapshots', 'erase', '--subject', subject, '--json', '--at', '2026-11-24T07:00:00Z');
    assert.equal(erased.code, 0, erased.err + erased.out);
    assert.deepEqual(
      (({ versions, isSound, stillInMemory }) => ({ versions, isSound, stillInMemory }))(
        erased.json<{ versions: number; isSound: boolean; stillInMemory: number }>(),
      ),
      { versions: 3, isSound: true, stillInMemory: 2 },
    );
    assert.equal((await run('snapshots', 'check', '--read-data')).code, 0);
    for (const id of ['20261124T000000Z', '20261124T060000Z']) {
      const into = join(folder.path, id);
      assert.equal((await run('snapshots', 'restore', id, '--into', into)).code, 0);
      const texts = readdirSync(into).map((name) => readFileSync(join(into, name), 'utf8'));
      assert.ok(texts.join('').includes('"u2"') && !texts.join('').includes(subject), id);
    }
    assert.equal((await run('ledger', 'verify')).code, 0);
    assert.ok(!erased.out.includes(subject));
  });

  it('holds a snapshot for a legal reason: neither rules nor erasure touch it', async () => {
    using folder = openFolder();
    const { run } = folder;
    await folder.load('events', [event('a', 'u1')], '2026-11-24T00:00:00Z');
    await folder.load('people', [person('u1')], '2026-11-24T00:00:00Z');
    for (const hour of ['00', '06', '12', '18']) await run('snapshots', 'create', '--at', `2026-11-24T${hour}:00:00Z`);
    assert.equal((await run('snapshots', 'hold', '20261124T000000Z', '--reason', 'case 7')).code, 0);
    const planned = (await run('snapshots', 'forget', '--json')).json<{ remove: { id: string }[] }>();
    assert.deepEqual(
      planned.remove.map(({ id }) => id),
      ['20261124T060000Z'],
    );
    assert.equal((await run('snapshots', 'erase', '--subject', 'u1')).code, 1);
    await run('snapshots', 'hold', '20261124T000000Z', '--off', '--reason', 'case closed');
    assert.equal((await run('snapshots', 'erase', '--subject', 'u1')).code, 0);
  });

  it('refuses what it cannot mean, with exit code 2', async () => {
    using folder = openFolder();
    for (const [args, said] of [
      [['memory', 'load', 'a/b', 'file'], /'a\/b'/],
      [['memory', 'load', 'events', 'no-such-file'], /no-such-file cannot be read/],
      [['snapshots', 'show', 'latest'], /'latest' is unknown; there is none/],
      [['snapshots', 'erase'], /--subject is needed/],
      [['snapshots', 'restore', 'latest'], /--into is needed/],
    ] as const) {
      const answer = await folder.run(...args);
      assert.equal(answer.code, 2, args.join(' '));
      assert.match(answer.err, said);
    }
  });
});
