import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { readManifest } from '../../../shared/domain/context/index.ts';
import { adoptContext } from '../../../shared/operations/context/adopt-context.ts';
import { keptUri } from '../../../shared/operations/context/manifest-object.ts';
import { validateContextManifest } from '../../../shared/operations/context/validate-context-manifest.ts';
import type { ContextOptions } from '../../support/operation-context.ts';
import { judged, MANIFEST_URI, makeWorld, said, textOf, type World } from '../repositories/support.ts';
import { stored, storeManifest } from './support.ts';

describe('adopt-context', () => {
  let world: World;
  beforeEach(async () => {
    world = await makeWorld({ names: ['alpha', 'beta'], keys: { beta: 'required: false' } });
  });
  afterEach(() => world.close());

  const prep: ContextOptions = { phase: 't-90-prep', dueAt: '2026-11-24T10:30:00.000Z' };
  const run = (options: ContextOptions = {}) => {
    const context = world.context({ ...prep, ...options });
    return adoptContext.run(context).then((outcome) => ({ outcome, context }));
  };

  it('makes the first manifest from what is there, says so, and keeps a copy to return to', async () => {
    const commits = { alpha: await world.commit('alpha'), beta: await world.commit('beta') };
    const { outcome } = await run();
    assert.deepEqual(said(outcome), ['noted adopted context/manifest']);
    const reading = readManifest(await textOf(world, MANIFEST_URI));
    assert.ok(reading.ok);
    assert.equal(reading.manifest.adopted, true);
    assert.deepEqual(reading.manifest.repositories, {
      alpha: { present: true, commit: commits.alpha },
      beta: { present: true, commit: commits.beta },
    });
    assert.deepEqual(outcome.output, { manifest: reading.digest, adopted: true });
    assert.deepEqual(await stored(world), {
      [MANIFEST_URI]: reading.digest,
      [keptUri(MANIFEST_URI, reading.digest)]: reading.digest,
    });
    assert.deepEqual(judged(await validateContextManifest.run(world.context(prep))), []);
  });

  it('begins nothing when a required repository has nothing to name; an optional one degrades', async () => {
    await world.commit('beta');
    const { outcome, context } = await run();
    assert.deepEqual(said(outcome), ['unknown not-observed repositories/alpha']);
    assert.deepEqual(context.applied, []);
    await world.commit('alpha');
    await world.setRef('beta', 'refs/heads/main', null);
    const second = await run();
    assert.deepEqual(said(second.outcome), [
      'unknown not-observed repositories/beta (soft)',
      'noted adopted context/manifest',
    ]);
  });

  it('keeps a copy of the present manifest on every later day and changes nothing else', async () => {
    const { digest } = await storeManifest(world, { alpha: 'a'.repeat(40) });
    const later = { lastKnownGood: { manifest: digest } };
    const { outcome } = await run(later);
    assert.deepEqual(said(outcome), []);
    assert.deepEqual(outcome.output, { manifest: digest, adopted: false });
    assert.deepEqual(await stored(world), { [MANIFEST_URI]: digest, [keptUri(MANIFEST_URI, digest)]: digest });
    const again = await run(later);
    assert.equal(again.outcome.evidence.length, 1);
  });

  it('takes over a manifest that is there on the first day and says so', async () => {
    const { digest } = await storeManifest(world, { alpha: 'a'.repeat(40) });
    const { outcome } = await run();
    assert.deepEqual(said(outcome), ['noted adopted context/manifest']);
    assert.deepEqual(outcome.output, { manifest: digest, adopted: true });
  });

  it('never makes one later', async () => {
    await world.commit('alpha');
    const { outcome, context } = await run({ lastKnownGood: {} });
    assert.deepEqual(said(outcome), ['unknown missing context/manifest']);
    assert.deepEqual(context.applied, []);
  });

  it('settles its own intent when it is resumed after a crash, although a repository moved meanwhile', async () => {
    await world.commit('alpha');
    await world.commit('beta');
    const { context: first } = await run();
    await world.commit('alpha', { message: 'meanwhile' });
    const { context: again } = await run();
    const argsOf = (context: typeof first) => context.applied.map(({ target, argsDigest }) => [target, argsDigest]);
    assert.deepEqual(argsOf(again), argsOf(first));
  });

  it('says in a dry-run what it would do and writes nothing', async () => {
    await world.commit('alpha');
    await world.commit('beta');
    const { outcome, context } = await run({ mode: 'dry-run' });
    assert.match(outcome.findings[0]?.message ?? '', /would be made/);
    assert.deepEqual(
      context.wouldDo.map(({ target }) => target),
      ['context/manifest', 'context/manifest/kept'],
    );
    assert.deepEqual(await stored(world), {});
  });
});
