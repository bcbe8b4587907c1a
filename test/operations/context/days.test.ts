import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Revision } from '../../../shared/domain/revision.ts';
import { adoptContext } from '../../../shared/operations/context/adopt-context.ts';
import { updateContext } from '../../../shared/operations/context/update-context.ts';
import { validateContextIntegrity } from '../../../shared/operations/context/validate-context-integrity.ts';
import { validateContextManifest } from '../../../shared/operations/context/validate-context-manifest.ts';
import { checkTrinityStatus } from '../../../shared/operations/repositories/check-trinity-status.ts';
import { markRelease } from '../../../shared/operations/repositories/mark-release.ts';
import { observeRepositories } from '../../../shared/operations/repositories/observe-repositories.ts';
import { syncRepositories } from '../../../shared/operations/repositories/sync-repositories.ts';
import { undoAll } from '../../support/operation-context.ts';
import { judged, makeWorld, RELEASE, type World } from '../repositories/support.ts';
import { stored } from './support.ts';

describe('context and repositories over several days', () => {
  let world: World;
  let good: Partial<Revision> | undefined;
  before(async () => {
    world = await makeWorld();
  });
  after(() => world.close());

  const known = () => (good === undefined ? {} : { lastKnownGood: good });
  const at = (date: string, time: string) => ({ dueAt: `${date}T${time}:00.000Z`, ...known() });

  /** T-90 and T-30; what they said, notes left out. */
  async function prepare(date: string) {
    const early = world.context({ phase: 't-90-prep', ...at(date, '10:30') });
    const found: string[] = [];
    for (const operation of [validateContextManifest, adoptContext, checkTrinityStatus])
      found.push(...judged(await operation.run(early)));
    const final = world.context({ phase: 't-30-final-check', ...at(date, '11:30') });
    found.push(...judged(await validateContextIntegrity.run(final)));
    return { found, bindings: (await observeRepositories(final)).bindings };
  }

  async function noon(date: string, bindings: Awaited<ReturnType<typeof prepare>>['bindings']) {
    const contexts = [updateContext, syncRepositories, markRelease].map((operation) => ({
      operation,
      context: world.context({ ...at(date, '12:00'), bindings }),
    }));
    const outputs = [];
    for (const { operation, context } of contexts) {
      // Tokens rise from lease to lease, over all days.
      context.token = Number(date.slice(-2));
      const outcome = await operation.run(context);
      assert.deepEqual(judged(outcome), []);
      outputs.push(outcome.output);
    }
    const { digest: manifest } = outputs[0] as { digest: string };
    const commits = {
      alpha: `${bindings['repositories/alpha/commit']}`,
      beta: `${bindings['repositories/beta/commit']}`,
    };
    return { contexts, revision: { adopted: false, manifest, commits } };
  }

  it('starts from nothing, degraded by what only the first noon can make', async () => {
    await world.commit('alpha');
    await world.commit('beta');
    const { found, bindings } = await prepare('2026-11-24');
    assert.deepEqual(found, [
      'fails no-release-ref repositories/alpha (soft)',
      'fails no-release-ref repositories/beta (soft)',
      'fails no-copy repositories/alpha/context (soft)',
      'fails no-copy repositories/beta/context (soft)',
    ]);
    good = (await noon('2026-11-24', bindings)).revision;
  });

  it('goes on without a finding the next day', async () => {
    await world.commit('alpha', { message: 'the next day', at: '2026-11-25T08:00:00Z' });
    const { found, bindings } = await prepare('2026-11-25');
    assert.deepEqual(found, []);
    good = (await noon('2026-11-25', bindings)).revision;
  });

  it('is put back after a noon that failed at its end, and the day after goes on from there', async () => {
    await world.commit('beta', { message: 'a third day', at: '2026-11-26T08:00:00Z' });
    const { found, bindings } = await prepare('2026-11-26');
    assert.deepEqual(found, []);
    const before = [await stored(world), await world.refs()];
    const { contexts } = await noon('2026-11-26', bindings);
    assert.notDeepEqual([await stored(world), await world.refs()], before);
    for (const { operation, context } of contexts.reverse()) {
      context.token = 30;
      for (const outcome of await undoAll(operation, context)) assert.match(outcome, /-> pinned$/);
    }
    assert.deepEqual([await stored(world), await world.refs()], before);
    assert.equal(await world.ref('beta', RELEASE), good?.commits?.beta);
  });
});
