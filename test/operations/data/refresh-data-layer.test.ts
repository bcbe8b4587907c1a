import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import { EffectError, type OperationOutcome } from '../../../shared/domain/operation.ts';
import { observeDatasets } from '../../../shared/operations/data/observe-datasets.ts';
import { prepareIngestion } from '../../../shared/operations/data/prepare-ingestion.ts';
import { refreshDataLayer } from '../../../shared/operations/data/refresh-data-layer.ts';
import { type DataWorld, dataWorld } from '../../support/data-world.ts';
import { type ContextOptions, createContext, undoAll } from '../../support/operation-context.ts';

const DATASET = '{name: sales, source: shop, source_uri: "gs://shop-bucket/sales/", ts: at, max_age_h: 26, key: id}';
const TWO = `${DATASET}\n${DATASET.replaceAll('sales', 'other')}`;
const row = (id: unknown) => ({ id, at: '2026-11-24T09:00:00Z' });

const contextOf = (world: DataWorld, more: ContextOptions = {}) =>
  createContext({ ports: { datasets: world.datasets }, configuration: world.configuration, ...more });
const codes = ({ findings }: Pick<OperationOutcome, 'findings'>) =>
  findings.map(({ state, code, subject }) => `${state} ${subject} ${code}`);
const version = async (world: DataWorld, which: 'staged' | 'live', name = 'sales') =>
  (await world.datasets.pointer(world.dataset(name), which)).version;

/** Delivers, stages, and gives the bindings that T-30 would put into the ticket. */
async function ticketed(world: DataWorld, ...names: string[]) {
  for (const name of names) await world.deliver(name, [row(`${name}-1`)]);
  await prepareIngestion.run(contextOf(world, { phase: 't-90-prep', dueAt: '2026-11-24T10:30:00.000Z' }));
  return (await observeDatasets(contextOf(world))).bindings;
}

describe('refresh-data-layer', () => {
  it('makes the ticketed version the live one of each dataset and reads it back', async () => {
    await using world = await dataWorld(TWO);
    const bindings = await ticketed(world, 'sales', 'other');
    const context = contextOf(world, { bindings });
    const outcome = await refreshDataLayer.run(context);
    assert.deepEqual(codes(outcome), []);
    for (const name of ['sales', 'other'])
      assert.equal(await version(world, 'live', name), bindings[`datasets/${name}/staged`]);
    assert.deepEqual(outcome.output, { promoted: ['sales', 'other'] });
    assert.ok(
      outcome.evidence.some(
        ({ request, value }) => request === 'live pointer of sales' && value === bindings['datasets/sales/staged'],
      ),
    );
  });

  it('puts every live pointer back, newest first, to none where there was none', async () => {
    await using world = await dataWorld(TWO);
    const first = await ticketed(world, 'sales');
    await refreshDataLayer.run(contextOf(world, { bindings: { ...first, 'datasets/other/staged': null } }));
    const before = await version(world, 'live');
    await world.deliver('sales', [row('next')]);
    const bindings = await ticketed(world, 'other');
    const context = contextOf(world, { bindings });
    await refreshDataLayer.run(context);
    assert.notEqual(await version(world, 'live'), before);
    assert.deepEqual(await undoAll(refreshDataLayer, context), [
      'datasets/other/live: applied -> pinned',
      'datasets/sales/live: applied -> pinned',
    ]);
    assert.equal(await version(world, 'live'), before);
    assert.equal(await version(world, 'live', 'other'), null);
  });

  it('lets no late call of the run land after it was put back', async () => {
    await using world = await dataWorld(DATASET);
    const bindings = await ticketed(world, 'sales');
    const context = contextOf(world, { bindings });
    await refreshDataLayer.run(context);
    await undoAll(refreshDataLayer, context);
    const late = { from: null, to: String(bindings['datasets/sales/staged']), token: 7 };
    await assert.rejects(
      world.datasets.promote(world.dataset('sales'), late),
      (error: unknown) => error instanceof PortError && error.code === 'precondition-failed',
    );
    assert.equal(await version(world, 'live'), null);
  });

  it('does not put back what somebody else made live meanwhile', async () => {
    await using world = await dataWorld(DATASET);
    const bindings = await ticketed(world, 'sales');
    const context = contextOf(world, { bindings });
    await refreshDataLayer.run(context);
    await world.deliver('sales', [row('foreign')]);
    const foreign = (await ticketed(world))['datasets/sales/staged'];
    await world.datasets.promote(world.dataset('sales'), {
      from: String(bindings['datasets/sales/staged']),
      to: String(foreign),
      token: 7,
    });
    assert.deepEqual(await undoAll(refreshDataLayer, context), ['datasets/sales/live: other -> other']);
    assert.equal(await version(world, 'live'), foreign);
  });

  it('releases nothing when a staged batch moved since T-30, not of the other datasets either', async () => {
    await using world = await dataWorld(TWO);
    const bindings = await ticketed(world, 'sales', 'other');
    await world.deliver('other', [row('newer')]);
    await ticketed(world);
    const context = contextOf(world, { bindings });
    const outcome = await refreshDataLayer.run(context);
    assert.deepEqual(codes(outcome), ['fails datasets/other batch-moved']);
    assert.deepEqual(context.applied, []);
    assert.equal(await version(world, 'live'), null);
  });

  it('releases nothing when the bytes of a staged batch were written over', async () => {
    await using world = await dataWorld(DATASET);
    const bindings = await ticketed(world, 'sales');
    for await (const { uri } of world.objects.list(`${world.dataset('sales').staged_uri}parts/`))
      await world.objects.write(uri, Buffer.from('{}\n'), { when: 'any' });
    const context = contextOf(world, { bindings });
    const outcome = await refreshDataLayer.run(context);
    assert.deepEqual(codes(outcome), ['fails datasets/sales batch-altered', 'fails datasets/sales batch-moved']);
    assert.deepEqual(context.applied, []);
  });

  it('stops at a live pointer that somebody moved since T-30', async () => {
    await using world = await dataWorld(DATASET);
    const bindings = await ticketed(world, 'sales');
    await world.deliver('sales', [row('foreign')]);
    const foreign = (await ticketed(world))['datasets/sales/staged'];
    await world.datasets.promote(world.dataset('sales'), { from: null, to: String(foreign), token: 1 });
    await world.datasets.stage(world.dataset('sales'), {
      from: String(foreign),
      to: String(bindings['datasets/sales/staged']),
      token: 7,
    });
    await assert.rejects(
      refreshDataLayer.run(contextOf(world, { bindings })),
      (error: unknown) => error instanceof EffectError && error.fault === 'conflict',
    );
    assert.equal(await version(world, 'live'), foreign);
  });

  it('carries the live version forward when that is what is ticketed, without an effect', async () => {
    await using world = await dataWorld(DATASET);
    await refreshDataLayer.run(contextOf(world, { bindings: await ticketed(world, 'sales') }));
    const bindings = await ticketed(world);
    assert.equal(bindings['datasets/sales/staged'], bindings['datasets/sales/live']);
    const context = contextOf(world, { bindings });
    const outcome = await refreshDataLayer.run(context);
    assert.deepEqual(codes(outcome), ['noted datasets/sales carried-forward']);
    assert.deepEqual(context.applied, []);
    assert.ok(outcome.evidence.length > 0);
    await world.datasets.promote(world.dataset('sales'), {
      from: String(bindings['datasets/sales/live']),
      to: null,
      token: 8,
    });
    assert.deepEqual(codes(await refreshDataLayer.run(contextOf(world, { bindings }))), [
      'fails datasets/sales live-moved',
    ]);
  });

  it('goes on after a crash where it was, with the same arguments', async () => {
    await using world = await dataWorld(TWO);
    const bindings = await ticketed(world, 'sales', 'other');
    let calls = 0;
    const crashing = contextOf(world, {
      bindings,
      around: async (_, call) => {
        if (++calls === 2) throw new Error('killed');
        await call();
      },
    });
    await assert.rejects(refreshDataLayer.run(crashing));
    const resumed = contextOf(world, { bindings });
    await refreshDataLayer.run(resumed);
    assert.deepEqual(
      resumed.applied.map(({ target, argsDigest, pin }) => [target, argsDigest, pin]),
      crashing.applied.map(({ target, argsDigest, pin }) => [target, argsDigest, pin]),
    );
  });

  it('does nothing without a ticket, and in a dry-run says what it would do with what is staged', async () => {
    await using world = await dataWorld(DATASET);
    await ticketed(world, 'sales');
    const before = await world.files();
    assert.deepEqual(codes(await refreshDataLayer.run(contextOf(world))), ['fails datasets/sales not-ticketed']);
    const dry = contextOf(world, { mode: 'dry-run' });
    await refreshDataLayer.run(dry);
    assert.deepEqual(
      dry.wouldDo.map(({ target }) => target),
      ['datasets/sales/live'],
    );
    assert.deepEqual(await world.files(), before);
  });
});

describe('what the ticket binds of datasets', () => {
  it('is the staged version and the live one, null where there is none', async () => {
    await using world = await dataWorld(DATASET);
    const { bindings, evidence, findings } = await observeDatasets(contextOf(world));
    assert.deepEqual(bindings, { 'datasets/sales/staged': null, 'datasets/sales/live': null });
    assert.equal(evidence.length, 1);
    assert.deepEqual(findings, []);
  });

  it('is another value once the bytes were written over, and a finding that is never soft', async () => {
    await using world = await dataWorld(DATASET.replace('key: id', 'key: id, required_for_go: false'));
    const before = await ticketed(world, 'sales');
    for await (const { uri, generation } of world.objects.list(`${world.dataset('sales').staged_uri}parts/`))
      await world.objects.remove(uri, generation);
    const { bindings, findings } = await observeDatasets(contextOf(world));
    assert.notEqual(bindings['datasets/sales/staged'], before['datasets/sales/staged']);
    assert.deepEqual(codes({ findings }), ['fails datasets/sales batch-altered']);
    assert.equal(findings[0]?.soft, undefined);
  });

  it('leaves out what could not be looked at, and says why', async () => {
    await using world = await dataWorld(DATASET);
    const datasets = { pointer: () => Promise.reject(new PortError('datasets', 'permission-denied', 'may not')) };
    const { bindings, findings } = await observeDatasets(contextOf(world, { ports: { datasets: datasets as never } }));
    assert.deepEqual(bindings, {});
    assert.deepEqual(codes({ findings }), ['unknown datasets/sales permission-denied']);
  });
});
