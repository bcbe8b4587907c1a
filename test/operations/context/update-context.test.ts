import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { manifestDigest, readManifest } from '../../../shared/domain/context/index.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { EffectError } from '../../../shared/domain/operation.ts';
import { updateContext } from '../../../shared/operations/context/update-context.ts';
import { undoAll } from '../../support/operation-context.ts';
import { COPY, MANIFEST_URI, makeWorld, present, said, textOf, type World } from '../repositories/support.ts';
import { type Stored, store, stored, storeManifest } from './support.ts';

describe('update-context', () => {
  let world: World;
  let before: Stored;
  let heads: { alpha: string; beta: string };
  beforeEach(async () => {
    world = await makeWorld();
    heads = { alpha: await world.commit('alpha'), beta: await world.commit('beta', { files: { 'a.txt': 'a' } }) };
    before = await storeManifest(world, heads, {}, { kept: true });
  });
  afterEach(() => world.close());

  const bindings = (manifest: string | null = before.digest) => ({
    'repositories/alpha/commit': heads.alpha,
    'repositories/alpha/release-ref': null,
    'repositories/beta/commit': heads.beta,
    'repositories/beta/release-ref': null,
    'datasets/sales/staged': 'sha256:batch',
    'datasets/sales/live': null,
    'services/shop/candidate': 'shop-00002',
    'services/shop/serving': 'shop-00001',
    'context/manifest': manifest,
  });
  const copyOf = (name: string) => world.git(name, ['show', `${COPY}:highnoon/context_manifest.yaml`]);

  it('writes the next manifest in the chain and the same bytes on the context branch of each repository', async () => {
    const outcome = await updateContext.run(world.context({ bindings: bindings() }));
    assert.deepEqual(said(outcome), []);
    const text = await textOf(world, MANIFEST_URI);
    const reading = readManifest(text);
    assert.ok(reading.ok);
    assert.equal(reading.manifest.previous, before.digest);
    assert.equal(reading.manifest.sequence, 2);
    assert.equal(reading.manifest.repositories.beta?.commit, heads.beta);
    assert.deepEqual(reading.manifest.datasets, { sales: 'sha256:batch' });
    assert.deepEqual(reading.manifest.services, { shop: 'shop-00002' });
    assert.deepEqual(outcome.output, { digest: manifestDigest(text), previous: before.digest, sequence: 2 });
    for (const name of ['alpha', 'beta']) assert.equal(`${await copyOf(name)}\n`, text);
    assert.equal(outcome.evidence.length, 3);
  });

  it('never writes a default branch', async () => {
    await updateContext.run(world.context({ bindings: bindings() }));
    assert.equal(await world.ref('alpha', 'refs/heads/main'), heads.alpha);
    assert.equal(await world.ref('beta', 'refs/heads/main'), heads.beta);
  });

  it('is put back byte for byte, and its branches are deleted where there were none', async () => {
    const [objects, refs] = [await stored(world), await world.refs()];
    const context = world.context({ bindings: bindings() });
    await updateContext.run(context);
    assert.notDeepEqual(await stored(world), objects);
    const outcomes = await undoAll(updateContext, context);
    assert.deepEqual(outcomes.at(-1), 'context/manifest: applied -> pinned');
    assert.deepEqual(await stored(world), objects);
    assert.deepEqual(await world.refs(), refs);
  });

  it('puts a context branch back to the copy of the day before', async () => {
    const old = await world.commit('alpha', { ref: COPY, files: { 'highnoon/context_manifest.yaml': before.text } });
    const context = world.context({ bindings: bindings() });
    await updateContext.run(context);
    assert.equal(await world.git('alpha', ['rev-parse', `${COPY}~1`]), old);
    await undoAll(updateContext, context);
    assert.equal(await world.ref('alpha', COPY), old);
  });

  it('makes the same objects again when it is resumed after a crash', async () => {
    const now = (() => {
      let seconds = 0;
      return () => new Date(Date.UTC(2026, 10, 24, 12, 1, seconds++)).toISOString();
    })();
    const startedAt = '2026-11-24T12:00:02.000Z';
    const day = dayStartedAt(startedAt);
    const first = world.context({ bindings: bindings(), now, day });
    await assert.rejects(
      updateContext.run({
        ...first,
        effects: {
          apply: async (effect) => {
            if (effect.target.includes('beta')) throw new Error('killed');
            return first.effects.apply(effect);
          },
        },
      }),
    );
    const again = world.context({ bindings: bindings(), now, day });
    await updateContext.run(again);
    const argsOf = (context: typeof first) => context.applied.map(({ target, argsDigest }) => [target, argsDigest]);
    assert.deepEqual(argsOf(again).slice(0, first.applied.length), argsOf(first));
    assert.equal(again.applied.length, 3);
  });

  it('begins nothing when the manifest it replaces is not kept, because it could not be put back', async () => {
    const lost = await storeManifest(world, heads, { sequence: 9 });
    const context = world.context({ bindings: bindings(lost.digest) });
    const outcome = await updateContext.run(context);
    assert.deepEqual(said(outcome), ['unknown nothing-to-return-to context/manifest']);
    assert.deepEqual(context.applied, []);
  });

  it('begins nothing when one context branch cannot take the copy', async () => {
    await world.commit('beta', { ref: COPY, files: { highnoon: 'a file where the folder should be' } });
    const context = world.context({ bindings: bindings() });
    assert.deepEqual(said(await updateContext.run(context)), ['unknown invalid repositories/beta/context']);
    assert.deepEqual(context.applied, []);
    assert.equal(await textOf(world, MANIFEST_URI), before.text);
  });

  it('refuses to write over a manifest that is not the ticketed one', async () => {
    await store(world, `${before.text}# somebody was here\n`);
    const objects = await stored(world);
    await assert.rejects(
      updateContext.run(world.context({ bindings: bindings() })),
      (error) => error instanceof EffectError && error.fault === 'conflict' && error.target === 'context/manifest',
    );
    assert.deepEqual(await stored(world), objects);
  });

  it('refuses to write over a manifest that somebody changed between the look and the call', async () => {
    const around = async (effect: { target: string }, call: () => Promise<void>) => {
      if (effect.target === 'context/manifest') await store(world, `${before.text}# just now\n`);
      await call();
    };
    await assert.rejects(updateContext.run(world.context({ bindings: bindings(), around })), EffectError);
    assert.match(await textOf(world, MANIFEST_URI), /just now/);
  });

  it('keeps a stalled write from landing after the manifest has been put back', async () => {
    const stalled: (() => Promise<void>)[] = [];
    const around = async (effect: { target: string }, call: () => Promise<void>) => {
      if (effect.target === 'context/manifest') stalled.push(call);
      await call();
    };
    const context = world.context({ bindings: bindings(), around });
    await updateContext.run(context);
    const { token } = context;
    await undoAll(updateContext, context);
    context.token = token;
    await assert.rejects(
      async () => present(stalled[0])(),
      (error) => error instanceof PortError && error.code === 'precondition-failed',
    );
    assert.equal(await textOf(world, MANIFEST_URI), before.text);
  });

  it('fences off a write that never landed', async () => {
    const stalled: (() => Promise<void>)[] = [];
    const around = async (_: unknown, call: () => Promise<void>) => {
      stalled.push(call);
      throw new PortError('objects', 'unavailable', 'stalled on the way');
    };
    const context = world.context({ bindings: bindings(), around });
    await assert.rejects(updateContext.run(context), EffectError);
    const { token } = context;
    assert.deepEqual(await undoAll(updateContext, context), ['context/manifest: pinned -> pinned']);
    context.token = token;
    await assert.rejects(async () => present(stalled[0])(), PortError);
    assert.equal(await textOf(world, MANIFEST_URI), before.text);
  });

  it('plans everything in a dry-run and writes nothing', async () => {
    const [objects, refs] = [await stored(world), await world.refs()];
    const context = world.context({ mode: 'dry-run', bindings: bindings() });
    await updateContext.run(context);
    assert.deepEqual(
      context.wouldDo.map(({ target, state }) => `${target} ${state}`),
      ['context/manifest pinned', `repositories/alpha/${COPY} pinned`, `repositories/beta/${COPY} pinned`],
    );
    assert.deepEqual([await stored(world), await world.refs()], [objects, refs]);
  });
});

function dayStartedAt(startedAt: string) {
  const slotId = 'high-noon-sync@2026-11-24T12:00Z';
  const summary = {
    slotId,
    phase: 'high-noon-sync' as const,
    attempt: 1,
    status: 'running' as const,
    ending: null,
    verdict: null,
    exitCode: null,
    dueAt: '2026-11-24T12:00:00.000Z',
    startedAt,
    concludedAt: null,
    latenessSeconds: 2,
    reason: '',
    opensGate: false,
  };
  return {
    date: '2026-11-24',
    slots: { [slotId]: summary },
    ticket: null,
    hold: null,
    scrubbed: false,
    genesis: false,
    degradedServices: [],
  };
}
