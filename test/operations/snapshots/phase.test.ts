import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { LedgerEntry } from '../../../shared/domain/ledger.ts';
import type { SnapshotLevels } from '../../../shared/domain/operation.ts';
import { lockDown } from '../../../shared/engine/acts/lockdown.ts';
import type { ObjectsPort } from '../../../shared/ports/objects.ts';
import { readSnapshot, verifySnapshots } from '../../../shared/snapshots/index.ts';
import { BUCKET, endingOf, MEMORY, openSnapshotWorld, recordsAt, type SnapshotTestWorld } from './support.ts';

const at = (hour: number, day = 24): string => `2026-11-${day}T${String(hour).padStart(2, '0')}:00:00.000Z`;

async function runFilled(world: SnapshotTestWorld, time: string): Promise<string> {
  await world.fill(time);
  return endingOf(await world.run(time));
}

const packFolder = (world: SnapshotTestWorld): string => join(world.data, 'objects', BUCKET.slice(5), 'packs');

/** Flips one bit in every pack. */
function damagePacks(world: SnapshotTestWorld): void {
  for (const name of readdirSync(packFolder(world))) {
    const file = join(packFolder(world), name);
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  }
}

describe('snapshot orchestration', () => {
  it('captures, proves, confirms and keeps what the rules say, slot after slot', async () => {
    const world = openSnapshotWorld(at(0));
    for (const hour of [0, 6, 18]) assert.equal(await runFilled(world, at(hour)), 'passed', String(hour));
    assert.equal(await runFilled(world, at(0, 25)), 'passed');
    const statuses = await world.statuses();
    assert.deepEqual(
      statuses.map(({ id, state }) => [id, state]),
      [
        ['20261125T000000Z', 'valid'],
        ['20261124T180000Z', 'valid'],
        ['20261124T060000Z', 'valid'],
      ],
    );
    const levels = await world.test.documents.get<SnapshotLevels>('counters/snapshots');
    assert.equal(levels?.newestValidAt, at(0, 25));
    assert.ok((levels?.bytes ?? 0) > 1000 && (levels?.dedupeRatio ?? 0) > 1);
    const paths: string[] = [];
    for await (const { path } of readSnapshot(world.store, '20261125T000000Z', 'behavioral')) paths.push(path);
    assert.equal(paths.length, 200);
    assert.deepEqual((await verifySnapshots({ ...world.store, readData: 'all' })).problems, []);
    world.close();
  });

  it('makes nothing twice: the slot’s second message is a duplicate', async () => {
    const world = openSnapshotWorld(at(0));
    await runFilled(world, at(0));
    assert.equal(endingOf(await world.run(at(0))), 'duplicate');
    assert.equal((await world.statuses()).length, 1);
    world.close();
  });

  it('works in a lockdown, and deletes and archives nothing there', async () => {
    const world = openSnapshotWorld(at(0));
    for (const hour of [0, 6, 18]) await runFilled(world, at(hour));
    await lockDown(world.engine, { name: 'ana' }, { reason: 'drill' });
    assert.equal(await runFilled(world, at(0, 25)), 'passed');
    assert.equal((await world.statuses()).length, 4);
    const { findings } = await world.checkpoint(at(0, 25), 'remove-aged');
    assert.deepEqual(
      findings.map(({ code, verdict }) => [code, verdict]),
      [['held-back', 'passed']],
    );
    world.close();
  });

  it('says in a dry-run what it would do, and writes nothing', async () => {
    const world = openSnapshotWorld(at(0));
    for (const hour of [0, 6]) await runFilled(world, at(hour));
    await world.fill(at(18));
    const before = readdirSync(world.data, { recursive: true }).length;
    const entries = await world.test.documents.query<LedgerEntry>('ledger');
    const outcome = await world.run(at(18), { dryRun: true });
    assert.equal(outcome.kind, 'looked');
    if (outcome.kind !== 'looked') return;
    const planned = Object.values(outcome.result.wouldDo).flat();
    assert.ok(planned.some(({ target, effect }) => target === 'snapshots/20261124T180000Z' && effect === 'change'));
    assert.equal(readdirSync(world.data, { recursive: true }).length, before);
    assert.equal((await world.test.documents.query<LedgerEntry>('ledger')).length, entries.length);
    world.close();
  });

  it('goes on at its cursor when a long capture outlives a stretch, and captures the same', async () => {
    const slow = openSnapshotWorld(at(0), {
      memory: (real, pass) => ({
        restore: (collection, documents) => real.restore(collection, documents),
        async *capture(collection, options) {
          let taken = 0;
          for await (const document of real.capture(collection, options)) {
            yield document;
            if (++taken % 40 === 0) pass(10_000);
          }
        },
      }),
    });
    const many = Array.from({ length: 3000 }, (_, index) => ({
      _id: `e${index}`,
      userId: 'u',
      type: 'view',
      at: at(0),
    }));
    await slow.fill(at(0), { behavioral: many });
    await slow.run(at(0));
    const cut = await slow.checkpoint(at(0), 'capture-behavior');
    assert.equal(cut.verdict, 'passed');
    const attempts = await slow.engine.ports.history.attempts('snapshot-orchestration@2026-11-24T00:00Z');
    assert.ok((attempts[0]?.concluded?.stretches ?? 0) > 1, 'it took more than one stretch');
    const quick = openSnapshotWorld(at(0));
    await quick.fill(at(0), { behavioral: many });
    await quick.run(at(0));
    const { evidence } = await quick.checkpoint(at(0), 'capture-behavior');
    const digest = (value: unknown) => (value as { digest: string }).digest;
    assert.equal(digest(cut.evidence[0]?.value), digest(evidence[0]?.value));
    slow.close();
    quick.close();
  });

  it('sets a snapshot aside that is damaged on its way to the store, and makes it again', async () => {
    let left = 1;
    const world = openSnapshotWorld(at(0), {
      objects: (real) =>
        new Proxy(real, {
          get(target, property) {
            const value = Reflect.get(target, property, target) as unknown;
            if (property !== 'write') return typeof value === 'function' ? value.bind(target) : value;
            const write: ObjectsPort['write'] = (uri, body, options) => {
              if (!uri.includes('/packs/') || left-- <= 0) return real.write(uri, body, options);
              const bytes = Buffer.from(body as Uint8Array);
              bytes[3] = (bytes[3] ?? 0) ^ 4;
              return real.write(uri, bytes, options);
            };
            return write;
          },
        }),
    });
    assert.equal(await runFilled(world, at(0)), 'degraded');
    assert.deepEqual(
      (await world.statuses()).map(({ id, state }) => [id, state]),
      [['20261124T000000Z-again', 'valid']],
    );
    const { findings } = await world.checkpoint(at(0), 'verify-integrity');
    assert.ok(findings.some(({ code, subject }) => code === 'damaged' && subject === 'memory/behavioral'));
    assert.ok(findings.some(({ code }) => code === 'made-again'));
    assert.deepEqual((await verifySnapshots({ ...world.store, readData: 'all' })).problems, []);
    world.close();
  });

  it('does not build upon a damaged snapshot: it makes a whole one, and sets the damaged one aside', async () => {
    const world = openSnapshotWorld(at(0));
    await runFilled(world, at(0));
    damagePacks(world);
    await runFilled(world, at(6));
    const ids = (await world.statuses()).map(({ id }) => id);
    assert.deepEqual(ids, ['20261124T060000Z']);
    const { findings } = await world.checkpoint(at(6), 'verify-integrity');
    assert.ok(findings.some(({ code, subject }) => code === 'set-aside' && subject === 'snapshots/20261124T000000Z'));
    assert.deepEqual((await verifySnapshots({ ...world.store, ids, readData: 'all' })).problems, []);
    // The next one is as good as ever.
    assert.equal(await runFilled(world, at(18)), 'passed');
    world.close();
  });

  it('does not count a snapshot of wrong, old or missing records as valid', async () => {
    const cases: [string, string, string, Parameters<SnapshotTestWorld['fill']>][] = [
      [
        'failed',
        'validate-schema',
        'schema-violated',
        [at(0), { behavioral: [{ _id: 'x', type: 'view', at: at(0) }] }],
      ],
      ['failed', 'check-freshness', 'stale', ['2026-11-23T08:00:00.000Z']],
      ['inconclusive', 'check-freshness', 'empty', [at(0), { context: [] }]],
    ];
    for (const [ending, operation, code, fill] of cases) {
      const world = openSnapshotWorld(at(0));
      await world.fill(...fill);
      assert.equal(endingOf(await world.run(at(0))), ending, code);
      assert.ok(
        (await world.checkpoint(at(0), operation)).findings.some((finding) => finding.code === code),
        code,
      );
      assert.deepEqual(
        (await world.statuses()).map(({ state }) => state),
        ['captured'],
      );
      assert.equal((await world.verdicts(at(0)))['confirm-snapshot'], undefined);
      world.close();
    }
  });

  it('only warns of records that are a little old', async () => {
    const world = openSnapshotWorld(at(18));
    await world.fill(at(10));
    assert.equal(endingOf(await world.run(at(18))), 'degraded');
    assert.deepEqual(
      (await world.statuses()).map(({ state }) => state),
      ['valid'],
    );
    world.close();
  });

  it('tells how preferences evolved, and of whom only a keyed hash', async () => {
    const world = openSnapshotWorld(at(0));
    await runFilled(world, at(0));
    const records = recordsAt(at(6)).preference ?? [];
    const changed = records
      .slice(1)
      .map((record, index) => (index === 0 ? { ...record, tone: 'loud', more: 1 } : record));
    await world.fill(at(6), { preference: [...changed, { _id: 'new', userId: 'new', updatedAt: at(6) }] });
    await world.run(at(6));
    const { output } = await world.checkpoint(at(6), 'track-preferences');
    const { evolution } = output as unknown as { evolution: { users: object; most: { who: string; score: number }[] } };
    // Every record of this store has a new time of writing, but its fields are what counts.
    assert.deepEqual({ ...evolution.users }, { added: 1, removed: 1, changed: 199 });
    const [first] = evolution.most;
    assert.equal(first?.score, 0.5);
    assert.match(first?.who ?? '', /^hmac:[0-9a-f]{24}$/);
    world.close();
  });

  it('takes only the variables it is allowed, and lets no value of a record into a document, a log or a clear object', async () => {
    const canary = 'canary-8f1d';
    const environment = { COMPLIANCE_LEVEL: '21+', SECRET_TOKEN: `token-${canary}` };
    const world = openSnapshotWorld(at(0), { environment });
    const personal = [{ _id: canary, userId: canary, updatedAt: canary }];
    await world.fill(at(0), { preference: personal });
    await world.run(at(0));
    const stored = (
      await Promise.all(
        ['slots', 'days', 'ledger', 'escalations', 'outbox', 'counters'].map((name) =>
          world.test.documents.query(name),
        ),
      )
    ).flat();
    const checkpoints = await world.engine.ports.history.checkpoints('snapshot-orchestration@2026-11-24T00:00Z', 1);
    assert.equal(checkpoints.find(({ operation }) => operation === 'validate-schema')?.verdict, 'failed');
    assert.ok(!JSON.stringify([stored, checkpoints, world.test.logs]).includes(canary));
    const bucket = join(world.data, 'objects', BUCKET.slice(5));
    for (const name of readdirSync(bucket, { recursive: true, withFileTypes: true }))
      if (name.isFile()) assert.ok(!readFileSync(join(name.parentPath, name.name)).includes(canary), name.name);
    const captured: string[] = [];
    for await (const { fields } of readSnapshot(world.store, '20261124T000000Z', 'highnoon-environment'))
      captured.push(Buffer.from(fields).toString('latin1'));
    assert.equal(captured.length, 1);
    assert.ok(captured[0]?.includes('21+') && !captured[0].includes('SECRET_TOKEN'));
    world.close();
  });

  it('refuses to store people’s records in the clear', async () => {
    const world = openSnapshotWorld(at(0), {
      yaml: MEMORY.replace(', pii: true', '').replace(' encryption_key: "env:SNAPSHOT_KEY",', ''),
    });
    assert.equal(await runFilled(world, at(0)), 'passed');
    assert.equal(
      world.engine.configuration.memory.some(({ pii }) => pii),
      false,
    );
    world.close();
    assert.throws(
      () => openSnapshotWorld(at(0), { yaml: MEMORY.replace(' encryption_key: "env:SNAPSHOT_KEY",', '') }),
      /encryption_key/,
    );
  });
});
