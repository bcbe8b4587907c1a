import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { emptyDay } from '../../../shared/domain/day.ts';
import type { Ending } from '../../../shared/domain/ending.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { validateContextManifest } from '../../../shared/operations/context/validate-context-manifest.ts';
import type { ContextOptions } from '../../support/operation-context.ts';
import { MANIFEST_URI, makeWorld, present, said, type World } from '../repositories/support.ts';
import { keep, type Stored, store, storeManifest } from './support.ts';

const A = 'a'.repeat(40);
const COMMITS = { alpha: A, beta: 'b'.repeat(40) };

describe('validate-context-manifest', () => {
  let world: World;
  beforeEach(async () => {
    world = await makeWorld();
  });
  afterEach(() => world.close());

  const run = (options: ContextOptions = {}) =>
    validateContextManifest.run(world.context({ phase: 't-90-prep', dueAt: '2026-11-24T10:30:00.000Z', ...options }));
  const good = (manifest: Stored | string, commits: Record<string, string | null> = COMMITS) => ({
    lastKnownGood: { manifest: typeof manifest === 'string' ? manifest : manifest.digest, commits },
  });

  /** Two links: the one before is kept, and the present one follows it. */
  async function chain(change = {}) {
    const first = await storeManifest(world, COMMITS, { syncedAt: '2026-11-22T12:00:00.000Z' }, { kept: true });
    return { first, second: await storeManifest(world, COMMITS, { sequence: 2, previous: first.digest, ...change }) };
  }

  it('passes with receipts for the manifest of the last good noon and the one before it', async () => {
    const { second } = await chain();
    const outcome = await run(good(second));
    assert.deepEqual(said(outcome), []);
    assert.deepEqual(
      outcome.evidence.map(({ subject }) => subject),
      ['context/manifest', 'context/manifest/previous'],
    );
    assert.equal(outcome.evidence[0]?.digest, second.digest);
    assert.deepEqual(outcome.output, { manifest: second.digest, sequence: 2 });
  });

  it('leaves a missing one to adoption on the first day, and only then', async () => {
    assert.deepEqual(said(await run()), ['noted to-be-adopted context/manifest']);
    assert.deepEqual(said(await run(good(`sha256:${'0'.repeat(64)}`))), ['unknown missing context/manifest']);
  });

  it('cannot tell on the first day when creating it is switched off', async () => {
    const strict = await makeWorld({ manifest: ', create_if_missing: false' });
    try {
      assert.deepEqual(said(await validateContextManifest.run(strict.context())), ['unknown missing context/manifest']);
    } finally {
      await strict.close();
    }
  });

  it('refuses one that is malformed, and names the place', async () => {
    await store(world, 'schema: highnoon.context/2\n');
    const outcome = await run();
    assert.deepEqual(said(outcome), ['fails malformed context/manifest']);
    assert.match(present(outcome.findings[0]).message, /synced_at/);
  });

  it('names a repository that it lacks; an optional or newly configured one degrades', async () => {
    const found = await storeManifest(world, { alpha: A });
    assert.deepEqual(said(await run()), ['fails repository-absent context/manifest/beta']);
    assert.deepEqual(said(await run(good(found, { alpha: A }))), [
      'fails repository-absent context/manifest/beta (soft)',
    ]);
    await storeManifest(world, { ...COMMITS, gone: A });
    assert.deepEqual(said(await run()), ['noted repository-surplus context/manifest/gone']);
  });

  it('reads the old shape on the first day: no commits degrade, a missing repository fails', async () => {
    const old = (beta: string) =>
      `version: 1.0\ntimestamp: 2026-11-24T09:00:00Z\nrepositories:\n  - {name: alpha, path: /a, status: present}\n  - {name: beta, path: /b, status: ${beta}}\n`;
    await store(world, old('present'));
    assert.deepEqual(said(await run()), [
      'fails repository-no-commit context/manifest/alpha (soft)',
      'fails repository-no-commit context/manifest/beta (soft)',
    ]);
    await store(world, old('missing'));
    assert.ok(said(await run()).includes('fails repository-missing context/manifest/beta'));
  });

  describe('age', () => {
    const noonOf = (date: string, ending: Ending) => {
      const slotId = `high-noon-sync@${date}T12:00Z`;
      const summary = { slotId, phase: 'high-noon-sync' as const, attempt: 1, status: 'concluded' as const, ending };
      const rest = {
        verdict: null,
        exitCode: 1 as const,
        startedAt: null,
        concludedAt: null,
        latenessSeconds: null,
        reason: '',
        opensGate: false,
      };
      return { ...emptyDay(date), slots: { [slotId]: { ...summary, ...rest, dueAt: `${date}T12:00:00.000Z` } } };
    };
    const days = (from: number, to: number, ending: Ending) =>
      Array.from({ length: to - from + 1 }, (_, n) => noonOf(`2026-11-${from + n}`, ending));

    it('older than allowed is stale, and stale is unknown', async () => {
      const old = await storeManifest(world, COMMITS, { syncedAt: '2026-11-20T12:00:00.000Z' });
      assert.deepEqual(said(await run()), ['unknown stale context/manifest']);
      assert.deepEqual(said(await run(good(old))), ['unknown stale context/manifest']);
    });

    it('degrades while every noon since has a recorded end that was not good, so that one bad day is not the last', async () => {
      const old = await storeManifest(world, COMMITS, { syncedAt: '2026-11-20T12:00:00.000Z' });
      world.past.days = days(21, 23, 'scrubbed');
      const outcome = await run(good(old));
      assert.deepEqual(said(outcome), ['unknown stale context/manifest (soft)']);
      assert.match(present(outcome.findings[0]).message, /ended scrubbed/);
    });

    it('is not explained by an end that is old itself, or that was good, or for a manifest that is another', async () => {
      const old = await storeManifest(world, COMMITS, { syncedAt: '2026-11-20T12:00:00.000Z' });
      world.past.days = days(21, 22, 'scrubbed');
      assert.deepEqual(said(await run(good(old))), ['unknown stale context/manifest']);
      world.past.days = days(21, 23, 'passed');
      assert.deepEqual(said(await run(good(old))), ['unknown stale context/manifest']);
      world.past.days = days(21, 23, 'scrubbed');
      assert.deepEqual(said(await run(good(`sha256:${'0'.repeat(64)}`))), [
        'unknown stale context/manifest',
        'fails not-last-known-good context/manifest',
      ]);
    });

    it('proves nothing when it is in the future', async () => {
      await storeManifest(world, COMMITS, { syncedAt: '2026-11-24T10:30:30.000Z' });
      assert.deepEqual(said(await run()), ['unknown future context/manifest']);
    });
  });

  describe('chain', () => {
    it('fails when the manifest is not what the last good noon wrote', async () => {
      const { first } = await chain();
      assert.deepEqual(said(await run(good(first))), ['fails not-last-known-good context/manifest']);
    });

    it('fails when the one before is not before', async () => {
      const { second } = await chain({ sequence: 7 });
      assert.deepEqual(said(await run(good(second))), ['fails chain-broken context/manifest/previous']);
    });

    it('degrades when the one before is gone or was changed under its name', async () => {
      const gone = await storeManifest(world, COMMITS, { sequence: 2, previous: `sha256:${'0'.repeat(64)}` });
      assert.deepEqual(said(await run(good(gone))), ['unknown chain-not-followed context/manifest/previous (soft)']);
      const { first, second } = await chain();
      await keep(world, { digest: first.digest, text: `${first.text}# changed\n` });
      assert.deepEqual(said(await run(good(second))), ['unknown chain-not-followed context/manifest/previous (soft)']);
    });
  });

  it('names the credential when it may not read, and never takes that for absence', async () => {
    const { objects } = world;
    const stat = () => Promise.reject(new PortError('objects', 'permission-denied', `${MANIFEST_URI}: not allowed`));
    world.ports.objects = Object.assign(Object.create(objects), { stat });
    assert.deepEqual(said(await run()), ['unknown permission-denied context/manifest']);
  });

  it("lets an error that is not the world's through", async () => {
    world.ports.objects = Object.assign(Object.create(world.objects), {
      stat: () => Promise.reject(new TypeError('a mistake')),
    });
    await assert.rejects(run(), TypeError);
  });
});
