import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import type { OperationOutcome } from '../../../shared/domain/operation.ts';
import { prepareIngestion } from '../../../shared/operations/data/prepare-ingestion.ts';
import { verifyDataIntegrity } from '../../../shared/operations/data/verify-data-integrity.ts';
import { type DataWorld, dataWorld } from '../../support/data-world.ts';
import { type ContextOptions, createContext } from '../../support/operation-context.ts';

const DATASET =
  '{name: sales, source: shop, source_uri: "gs://shop-bucket/sales/", ts: at, max_age_h: 26, min_rows: 2, max_drop_pct: 10, key: id, required: [amount]}';
const OTHER = DATASET.replaceAll('sales', 'other').replace('min_rows: 2', 'min_rows: 1');
const row = (id: unknown, more: object = {}) => ({ id, amount: 1, at: '2026-11-24T09:00:00Z', ...more });
const rows = (count: number) => Array.from({ length: count }, (_, index) => row(index));

const contextOf = (world: DataWorld, more: ContextOptions = {}) =>
  createContext({
    ports: { datasets: world.datasets },
    configuration: world.configuration,
    phase: 't-30-final-check',
    dueAt: '2026-11-24T11:30:00.000Z',
    ...more,
  });
const codes = ({ findings }: OperationOutcome) =>
  findings.map(({ state, code, subject }) => `${state} ${subject} ${code}`);
const stage = (world: DataWorld) => prepareIngestion.run(contextOf(world, { phase: 't-90-prep' }));
const verify = (world: DataWorld, more: ContextOptions = {}) => verifyDataIntegrity.run(contextOf(world, more));
const staged = async (world: DataWorld) =>
  (await world.datasets.pointer(world.dataset('sales'), 'staged')).version ?? '';

/** Makes a batch of so many rows live, as an earlier noon did. */
async function live(world: DataWorld, count: number): Promise<void> {
  await world.deliver('sales', rows(count), 'earlier.ndjson');
  await stage(world);
  await world.datasets.promote(world.dataset('sales'), { from: null, to: await staged(world), token: 7 });
}

async function partPaths(world: DataWorld): Promise<string[]> {
  return Object.keys(await world.files()).filter((path) => path.includes('/objects/') && path.includes('/parts/'));
}

describe('verify-data-integrity', () => {
  it('reads what is staged to its end and gives rows, duplicates, newest time and digest as receipt', async () => {
    await using world = await dataWorld(DATASET);
    await live(world, 10);
    await world.deliver('sales', rows(11));
    await stage(world);
    const outcome = await verify(world);
    assert.deepEqual(codes(outcome), []);
    const manifest = await world.datasets.manifest(world.dataset('sales'), await staged(world));
    const [evidence] = outcome.evidence;
    assert.equal(evidence?.digest, `sha256:${manifest?.sha256}`);
    assert.deepEqual(evidence?.value, {
      rows: 11,
      duplicates: 0,
      newest: '2026-11-24T09:00:00.000Z',
      liveRows: 10,
      dropPct: 0,
    });
  });

  it('says that there is nothing to compare with before the first live version', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', rows(3));
    await stage(world);
    assert.deepEqual(codes(await verify(world)), ['noted datasets/sales first-version']);
  });

  it('fails bytes that are not those that were staged, of a dataset that holds up no go too', async () => {
    await using world = await dataWorld(DATASET.replace('key: id', 'key: id, required_for_go: false'));
    await world.deliver('sales', rows(3));
    await stage(world);
    const [path] = await partPaths(world);
    await writeFile(
      path ?? '',
      `${JSON.stringify(row(0, { amount: 2 }))}\n${JSON.stringify(row(1))}\n${JSON.stringify(row(2))}\n`,
    );
    const outcome = await verify(world);
    const found = outcome.findings.find(({ code }) => code === 'digest-mismatch');
    assert.equal(found?.state, 'fails');
    assert.equal(found?.soft, undefined);
  });

  it('fails rows that break the rules although their manifest was made to fit', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', rows(3));
    await stage(world);
    const [dataset] = world.configuration.datasets;
    assert.ok(dataset !== undefined);
    const configuration = { ...world.configuration, datasets: [{ ...dataset, required: ['amount', 'customer'] }] };
    const outcome = await verify(world, { configuration });
    const found = outcome.findings.find(({ code }) => code === 'bad-rows');
    assert.deepEqual(found?.facts?.reasons, { 'missing:customer': 3 });
  });

  it('fails fewer rows than the least, and a drop against the live version beyond the limit but not at it', async () => {
    await using world = await dataWorld(DATASET);
    await live(world, 20);
    await world.deliver('sales', rows(18));
    await stage(world);
    assert.deepEqual(codes(await verify(world)), []);
    await world.deliver('sales', rows(17));
    await stage(world);
    assert.deepEqual(codes(await verify(world)), ['fails datasets/sales row-drop']);
    await world.deliver('sales', rows(1));
    await stage(world);
    assert.deepEqual(codes(await verify(world)), [
      'fails datasets/sales too-few-rows',
      'fails datasets/sales row-drop',
    ]);
  });

  it('counts rows whose key another row has, in whatever part, and never says which', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', [row('SECRET'), row('b')], 'batch/1.ndjson');
    await world.deliver('sales', [row('SECRET'), row('c'), row('SECRET')], 'batch/2.ndjson');
    await stage(world);
    const outcome = await verify(world);
    const found = outcome.findings.find(({ code }) => code === 'duplicate-keys');
    assert.deepEqual(found?.facts, { duplicates: 2 });
    assert.doesNotMatch(JSON.stringify(outcome), /SECRET/);
  });

  it('tells keys apart that are the same number only after rounding', async () => {
    await using world = await dataWorld(DATASET);
    const lines = ['9007199254740993', '9007199254740992'].map(
      (id) => `{"x":{"id":1},"id":${id},"amount":1,"at":"2026-11-24","y":{"id":2}}`,
    );
    await world.deliver('sales', `${lines.join('\n')}\n`);
    await stage(world);
    assert.deepEqual(codes(await verify(world)), ['noted datasets/sales first-version']);
  });

  it('cannot tell from data older than its limit, from one that is ahead of the clock, and not at the limit itself', async () => {
    await using world = await dataWorld(DATASET);
    await live(world, 3);
    for (const [now, expected] of [
      ['2026-11-25T11:00:00.000Z', []],
      ['2026-11-25T11:00:00.001Z', ['unknown datasets/sales stale']],
      ['2026-11-24T08:59:54.999Z', ['unknown datasets/sales time-ahead']],
      ['2026-11-24T08:59:55.000Z', []],
    ] as const)
      assert.deepEqual(codes(await verify(world, { now: () => now })), expected, now);
  });

  it('judges no age where the configuration says so, and says that', async () => {
    await using world = await dataWorld(DATASET.replace('max_age_h: 26', 'max_age_h: null'));
    await world.deliver('sales', [
      { id: 1, amount: 1 },
      { id: 2, amount: 1 },
    ]);
    await stage(world);
    assert.deepEqual(codes(await verify(world)), [
      'noted datasets/sales first-version',
      'noted datasets/sales age-not-judged',
    ]);
  });

  it('compares two datasets that tell of the same events, within a tolerance', async () => {
    const parity = DATASET.replace('key: id', 'key: id, parity_with: {dataset: other, tolerance_pct: 5}');
    await using world = await dataWorld(`${parity}\n${OTHER}`);
    const found = async (own: number, other: number) => {
      await world.deliver('sales', rows(own));
      await world.deliver('other', rows(other));
      await stage(world);
      return codes(await verify(world)).filter((code) => code.includes('parity'));
    };
    assert.deepEqual(await found(100, 95), []);
    assert.deepEqual(await found(95, 100), []);
    assert.deepEqual(await found(94, 100), ['fails datasets/sales parity-broken']);
  });

  it('cannot compare with a dataset of which nothing is staged', async () => {
    const parity = DATASET.replace('key: id', 'key: id, parity_with: {dataset: other, tolerance_pct: 5}');
    await using world = await dataWorld(`${parity}\n${OTHER}`);
    await world.deliver('sales', rows(3));
    await stage(world);
    const found = codes(await verify(world));
    assert.ok(found.includes('unknown datasets/sales parity-unknown'));
    assert.ok(found.includes('unknown datasets/other nothing-staged'));
  });

  it('degrades only, where a dataset holds up no go', async () => {
    await using world = await dataWorld(DATASET.replace('key: id', 'key: id, required_for_go: false'));
    const outcome = await verify(world);
    assert.deepEqual(codes(outcome), ['unknown datasets/sales nothing-staged']);
    assert.equal(outcome.findings[0]?.soft, true);
  });

  it('cannot tell when the store does not answer, and throws what is not the world’s', async () => {
    await using world = await dataWorld(DATASET);
    const failing = (error: Error) => ({ ...world.datasets, pointer: () => Promise.reject(error) });
    const outage = new PortError('datasets', 'unavailable', 'no answer');
    const outcome = await verify(world, { ports: { datasets: failing(outage) as never } });
    assert.deepEqual(codes(outcome), ['unknown datasets/sales unreachable']);
    assert.deepEqual(outcome.evidence, []);
    await assert.rejects(verify(world, { ports: { datasets: failing(new TypeError('broken')) as never } }), TypeError);
  });

  it('fails a staged version whose manifest is gone', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', rows(3));
    await stage(world);
    for await (const { uri, generation } of world.objects.list(`${world.dataset('sales').staged_uri}versions/`))
      await world.objects.remove(uri, generation);
    assert.deepEqual(codes(await verify(world)), ['fails datasets/sales manifest-gone']);
  });
});
