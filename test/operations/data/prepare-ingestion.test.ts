import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import type { OperationOutcome } from '../../../shared/domain/operation.ts';
import { prepareIngestion } from '../../../shared/operations/data/prepare-ingestion.ts';
import type { DatasetsPort } from '../../../shared/ports/datasets.ts';
import { type DataWorld, dataWorld } from '../../support/data-world.ts';
import { type ContextOptions, createContext, undoAll } from '../../support/operation-context.ts';

const NOW = '2026-11-24T10:30:00.000Z';
const DATASET =
  '{name: sales, source: shop, source_uri: "gs://shop-bucket/sales/", ts: at, max_age_h: 26, key: id, required: [id, amount], schema: {id: any, at: any, amount: double, paid: bool}}';
const row = (id: unknown, more: object = {}) => ({ id, amount: 1.5, at: '2026-11-24T09:00:00Z', ...more });

const contextOf = (world: DataWorld, more: ContextOptions = {}) =>
  createContext({
    ports: { datasets: world.datasets },
    configuration: world.configuration,
    phase: 't-90-prep',
    dueAt: NOW,
    ...more,
  });
const codes = ({ findings }: OperationOutcome) =>
  findings.map(({ state, code, subject }) => `${state} ${subject} ${code}`);
const staged = async (world: DataWorld, name = 'sales') =>
  (await world.datasets.pointer(world.dataset(name), 'staged')).version;

async function stagedRows(world: DataWorld, name = 'sales'): Promise<unknown[]> {
  const version = (await staged(world, name)) ?? '';
  const manifest = await world.datasets.manifest(world.dataset(name), version);
  const rows: unknown[] = [];
  for (const part of manifest?.parts ?? []) {
    for await (const chunk of world.datasets.readPart(world.dataset(name), part))
      rows.push(
        ...Buffer.from(chunk)
          .toString('utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      );
  }
  return rows;
}

/** Stages what was delivered and makes it live, as a day before would have. */
async function makeLive(world: DataWorld, name = 'sales'): Promise<string> {
  await prepareIngestion.run(contextOf(world));
  const to = (await staged(world, name)) ?? '';
  await world.datasets.promote(world.dataset(name), { from: null, to, token: 7 });
  return to;
}

describe('prepare-ingestion', () => {
  it('stages the good rows as a version with their number, digest, newest time and null rates', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', [row('a', { paid: true }), row('b', { at: '2026-11-24T09:30:00+01:00' })]);
    const outcome = await prepareIngestion.run(contextOf(world));
    assert.deepEqual(codes(outcome), []);
    const version = (await staged(world)) ?? '';
    const manifest = await world.datasets.manifest(world.dataset('sales'), version);
    assert.equal(manifest?.rows, 2);
    assert.equal(manifest?.newest, '2026-11-24T09:00:00.000Z');
    assert.deepEqual(manifest?.nullRates, { amount: 0, at: 0, id: 0, paid: 0.5 });
    assert.deepEqual(manifest?.quarantined, { rows: 0, reasons: {}, object: null });
    assert.ok(outcome.evidence.some(({ digest }) => digest === version));
    assert.deepEqual(await stagedRows(world), [
      row('a', { paid: true }),
      row('b', { at: '2026-11-24T09:30:00+01:00' }),
    ]);
  });

  it('sets bad rows aside with line and reason, says how many, and shows nothing of what stands in them', async () => {
    await using world = await dataWorld(DATASET);
    const lines = [
      JSON.stringify(row('good')),
      '{"id": "SECRET-1", broken',
      JSON.stringify(row('SECRET-2', { amount: null })),
      JSON.stringify(row('SECRET-3', { amount: 'SECRET' })),
      JSON.stringify({ amount: 1, at: '2026-11-24T09:00:00Z', name: 'SECRET-4' }),
      JSON.stringify(row('SECRET-5', { at: 'yesterday' })),
      JSON.stringify(row('SECRET-6', { at: '2026-11-25T09:00:00Z' })),
      '["SECRET-7"]',
      '',
    ];
    await world.deliver('sales', lines.join('\r\n'));
    const outcome = await prepareIngestion.run(contextOf(world));
    assert.deepEqual(codes(outcome), ['noted datasets/sales rows-quarantined']);
    assert.deepEqual(outcome.findings[0]?.facts?.reasons, {
      'key-missing:id': 1,
      'missing:amount': 1,
      'not-an-object': 1,
      'not-double:amount': 1,
      'not-json': 1,
      'time-in-future:at': 1,
      'time-unreadable:at': 1,
    });
    assert.match(outcome.findings[0]?.message ?? '', /^7 of 8 rows/);
    assert.deepEqual(await stagedRows(world), [row('good')]);
    assert.doesNotMatch(JSON.stringify(outcome), /SECRET/);
    const quarantined: { line: number; reasons: string[]; row: string }[] = [];
    for await (const { uri } of world.objects.list(`${world.dataset('sales').staged_uri}quarantine/`)) {
      for await (const chunk of world.objects.read(uri))
        quarantined.push(
          ...Buffer.from(chunk)
            .toString('utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        );
    }
    assert.deepEqual(
      quarantined.map(({ line }) => line),
      [2, 3, 4, 5, 6, 7, 8],
    );
    assert.deepEqual(quarantined[1]?.reasons, ['missing:amount']);
    assert.match(quarantined[0]?.row ?? '', /SECRET-1/);
  });

  it('takes bytes that are not UTF-8, and rows without an end, as bad rows of their own', async () => {
    await using world = await dataWorld(DATASET);
    const good = `${JSON.stringify(row('good'))}\n`;
    const endless = `{"id":"long","text":"${'x'.repeat(1024 * 1024)}"}\n`;
    const body = Buffer.concat([Buffer.from(good), Buffer.from([0x7b, 0xff, 0x7d, 0x0a]), Buffer.from(endless)]);
    await world.objects.write('gs://shop-bucket/sales/batch.ndjson', body, { when: 'absent' });
    const outcome = await prepareIngestion.run(contextOf(world));
    assert.deepEqual(outcome.findings[0]?.facts?.reasons, { 'not-utf-8': 1, 'too-long': 1 });
    assert.deepEqual(await stagedRows(world), [row('good')]);
  });

  it('carries the live version forward when no new batch came, says so, and judges its age', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', [row('a')]);
    const live = await makeLive(world);
    const soon = await prepareIngestion.run(contextOf(world));
    assert.deepEqual(codes(soon), ['noted datasets/sales carried-forward']);
    assert.equal(await staged(world), live);
    const later = await prepareIngestion.run(contextOf(world, { now: () => '2026-11-25T12:00:00.000Z' }));
    assert.deepEqual(codes(later), ['noted datasets/sales carried-forward', 'unknown datasets/sales stale']);
  });

  it('goes back to the live version when a batch that was staged and never released is withdrawn', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', [row('a')]);
    const live = await makeLive(world);
    await world.deliver('sales', [row('b')], 'later.ndjson');
    await prepareIngestion.run(contextOf(world));
    assert.notEqual(await staged(world), live);
    const found = await world.objects.stat('gs://shop-bucket/sales/later.ndjson');
    await world.objects.remove('gs://shop-bucket/sales/later.ndjson', found?.generation ?? '');
    await prepareIngestion.run(contextOf(world));
    assert.equal(await staged(world), live);
  });

  it('cannot tell when nothing came and nothing is live, and changes nothing', async () => {
    await using world = await dataWorld(DATASET);
    const context = contextOf(world);
    assert.deepEqual(codes(await prepareIngestion.run(context)), ['unknown datasets/sales no-batch']);
    assert.deepEqual(context.applied, []);
  });

  it('cannot tell from a batch without rows, and fails one without a good row; neither is staged', async () => {
    await using world = await dataWorld(`${DATASET}\n${DATASET.replaceAll('sales', 'other')}`);
    await world.deliver('sales', '\n\n');
    await world.deliver('other', [{ id: 1 }]);
    const outcome = await prepareIngestion.run(contextOf(world));
    assert.ok(codes(outcome).includes('fails datasets/other no-good-rows'));
    assert.ok(codes(outcome).some((code) => code.startsWith('unknown datasets/sales')));
    assert.equal(await staged(world), null);
    assert.equal(await staged(world, 'other'), null);
  });

  it('moves the pointers of several datasets one after the other, as they write the same slot', async () => {
    await using world = await dataWorld(`${DATASET}\n${DATASET.replaceAll('sales', 'other')}`);
    for (const name of ['sales', 'other']) await world.deliver(name, [row('a')]);
    let atOnce = 0;
    let most = 0;
    const context = contextOf(world, {
      around: async (_effect, call) => {
        most = Math.max(most, ++atOnce);
        await call();
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
      },
    });
    await prepareIngestion.run(context);
    assert.equal(most, 1);
    for (const name of ['sales', 'other']) assert.notEqual(await staged(world, name), null);
  });

  it('refuses a batch that says it is mock where the configuration asks for it, and stages it where not', async () => {
    const refusing = DATASET.replace('key: id', 'key: id, reject_if_mock: true');
    await using world = await dataWorld(`${refusing}\n${DATASET.replaceAll('sales', 'other')}`);
    await world.deliver('sales', [row('a'), row('b', { mock: true })]);
    await world.deliver('other', [row('a', { mode: 'Mock' })]);
    const outcome = await prepareIngestion.run(contextOf(world));
    assert.ok(codes(outcome).includes('unknown datasets/sales mock-batch'));
    assert.ok(codes(outcome).includes('noted datasets/other mock-rows'));
    assert.equal(await staged(world), null);
    assert.notEqual(await staged(world, 'other'), null);
  });

  it('does not read a batch again that is staged already, and does when the rules changed', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', [row('a'), row('b', { amount: 'x' })]);
    await prepareIngestion.run(contextOf(world));
    const first = await staged(world);
    const reads: string[] = [];
    const datasets: DatasetsPort = new Proxy(world.datasets, {
      get(target, property) {
        if (property === 'readIncoming') reads.push('read');
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await prepareIngestion.run(contextOf(world, { ports: { datasets } }));
    assert.deepEqual(reads, []);
    const [dataset] = world.configuration.datasets;
    assert.ok(dataset !== undefined);
    const configuration = { ...world.configuration, datasets: [{ ...dataset, schema: {} }] };
    await prepareIngestion.run(contextOf(world, { ports: { datasets }, configuration }));
    assert.ok(reads.length > 0);
    assert.notEqual(await staged(world), first);
    assert.equal((await stagedRows(world)).length, 2);
  });

  it('refuses what is staged already when the configuration no longer lets mock data in', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', [row('a', { mock: true })]);
    await prepareIngestion.run(contextOf(world));
    assert.notEqual(await staged(world), null);
    const [dataset] = world.configuration.datasets;
    assert.ok(dataset !== undefined);
    const configuration = { ...world.configuration, datasets: [{ ...dataset, reject_if_mock: true }] };
    const outcome = await prepareIngestion.run(contextOf(world, { configuration }));
    assert.ok(codes(outcome).includes('unknown datasets/sales mock-batch'));
    assert.equal(await staged(world), null);
  });

  it('stages again when the staged bytes were written over', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', [row('a')]);
    await prepareIngestion.run(contextOf(world));
    for await (const { uri } of world.objects.list(`${world.dataset('sales').staged_uri}parts/`))
      await world.objects.write(uri, Buffer.from('{}\n'), { when: 'any' });
    await prepareIngestion.run(contextOf(world));
    assert.deepEqual(await stagedRows(world), [row('a')]);
  });

  it('lets no bad version of a dataset that holds up no go take its place, and degrades', async () => {
    const soft = DATASET.replace('key: id', 'key: id, required_for_go: false, max_drop_pct: 10');
    await using world = await dataWorld(soft);
    await world.deliver('sales', [row('a'), row('b')]);
    const live = await makeLive(world);
    await world.deliver('sales', [row('a')]);
    const outcome = await prepareIngestion.run(contextOf(world));
    assert.ok(codes(outcome).includes('fails datasets/sales row-drop'));
    assert.ok(outcome.findings.every(({ soft, state }) => soft === true || state === 'noted'));
    assert.equal(await staged(world), live);
  });

  it('names the credential when it may not read, and goes on with the other datasets', async () => {
    await using world = await dataWorld(`${DATASET}\n${DATASET.replaceAll('sales', 'other')}`);
    await world.deliver('other', [row('a')]);
    const datasets: DatasetsPort = new Proxy(world.datasets, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (property !== 'incoming') return typeof value === 'function' ? value.bind(target) : value;
        return (dataset: { name: string }) => {
          if (dataset.name === 'other') return target.incoming(dataset as never);
          throw new PortError('datasets', 'permission-denied', 'may not list');
        };
      },
    });
    const outcome = await prepareIngestion.run(contextOf(world, { ports: { datasets } }));
    assert.ok(codes(outcome).includes('unknown datasets/sales permission-denied'));
    assert.notEqual(await staged(world, 'other'), null);
  });

  it('writes nothing in a dry-run, and says what it would stage', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', [row('a')]);
    const before = await world.files();
    const context = contextOf(world, { mode: 'dry-run' });
    await prepareIngestion.run(context);
    assert.deepEqual(await world.files(), before);
    assert.deepEqual(
      context.wouldDo.map(({ target, state }) => `${target} ${state}`),
      ['datasets/sales/staged pinned'],
    );
  });

  it('arrives at the same version when its call was lost after it took effect', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', [row('a')]);
    const context = contextOf(world, {
      around: async (_, call) => {
        await call();
        throw new PortError('datasets', 'unavailable', 'the answer was lost');
      },
    });
    await prepareIngestion.run(context);
    assert.equal(context.applied[0]?.state, 'applied');
    const again = contextOf(world);
    await prepareIngestion.run(again);
    assert.equal(again.applied[0]?.argsDigest, context.applied[0]?.argsDigest);
  });

  it('puts the staged pointer back, and refuses its own late call after that', async () => {
    await using world = await dataWorld(DATASET);
    await world.deliver('sales', [row('a')]);
    const context = contextOf(world);
    await prepareIngestion.run(context);
    assert.deepEqual(await undoAll(prepareIngestion, context), ['datasets/sales/staged: applied -> pinned']);
    assert.equal(await staged(world), null);
    const version = context.applied[0]?.receipt?.value;
    await assert.rejects(
      world.datasets.stage(world.dataset('sales'), { from: null, to: String(version), token: 7 }),
      (error: unknown) => error instanceof PortError && error.code === 'precondition-failed',
    );
  });

  it('notes that there is nothing to prepare, with the configuration as its receipt', async () => {
    const outcome = await prepareIngestion.run(createContext({ phase: 't-90-prep', dueAt: NOW }));
    assert.deepEqual(codes(outcome), ['noted datasets nothing-configured']);
    assert.equal(outcome.evidence.length, 1);
  });
});
