import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PortError, type PortErrorCode } from '../../shared/domain/errors.ts';
import { digestOf, sha256 } from '../../shared/domain/json.ts';
import type {
  BatchManifest,
  DatasetPlaces,
  DatasetsPort,
  PartContent,
  StageRequest,
} from '../../shared/ports/datasets.ts';

export interface DatasetsWorld {
  readonly port: DatasetsPort;
  readonly dataset: DatasetPlaces;
  /** Puts an object below the incoming folder, later than those before. */
  deliver(key: string, text: string): Promise<void>;
  /** Writes over the first part of what is staged, past the port. */
  tamper(part: BatchManifest['parts'][number]): Promise<void>;
  close(): Promise<void>;
}

const failsWith = (code: PortErrorCode) => (error: unknown) =>
  error instanceof PortError && error.code === code && error.port === 'datasets';

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

function content(
  name: string,
  text: string,
  source = 'sha256:source',
): NonNullable<StageRequest['content']> & { version: string } {
  const rows = text.split('\n').length - 1;
  const part: PartContent = { rows, bytes: Buffer.byteLength(text), sha256: sha256(text), open: () => once(text) };
  const { open: _, ...staged } = part;
  const manifest: BatchManifest = {
    schema: 'highnoon.batch/1',
    dataset: name,
    rows,
    bytes: part.bytes,
    sha256: part.sha256,
    parts: [staged],
    newest: '2026-11-24T09:00:00.000Z',
    nullRates: { id: 0 },
    quarantined: { rows: 0, reasons: {}, object: null },
    source: { generation: source, parts: [] },
    rules: 'sha256:rules',
  };
  return { manifest, parts: [part], quarantine: null, version: digestOf(manifest) };
}

export function datasetsContract(name: string, make: () => Promise<DatasetsWorld>): void {
  describe(`datasets: ${name}`, () => {
    let world: DatasetsWorld;
    let port: DatasetsPort;
    let dataset: DatasetPlaces;
    beforeEach(async () => {
      world = await make();
      ({ port, dataset } = world);
    });
    afterEach(() => world.close());

    async function staged(text: string, from: string | null = null, token = 1): Promise<string> {
      const { version, ...made } = content(dataset.name, text);
      await port.stage(dataset, { from, to: version, token, content: made });
      return version;
    }

    it('knows no batch, no version and token zero before anything came', async () => {
      assert.equal(await port.incoming(dataset), undefined);
      for (const which of ['staged', 'live'] as const)
        assert.deepEqual(await port.pointer(dataset, which), { version: null, token: 0 });
    });

    it('takes what was delivered last as the batch, with the objects of one folder as its parts in order', async () => {
      await world.deliver('old.ndjson', '{"id":1}\n');
      await world.deliver('2026-11-24/part-2.ndjson', '{"id":3}\n');
      await world.deliver('2026-11-24/part-1.ndjson', '{"id":2}\n');
      await world.deliver('2026-11-24/readme.txt', 'not a batch');
      const batch = await port.incoming(dataset);
      assert.deepEqual(
        batch?.parts.map(({ uri }) => uri.split('/').slice(-2).join('/')),
        ['2026-11-24/part-1.ndjson', '2026-11-24/part-2.ndjson'],
      );
      const [first] = batch?.parts ?? [];
      assert.ok(first !== undefined);
      assert.equal(await textOf(port.readIncoming(first)), '{"id":2}\n');
      assert.equal(await textOf(port.readIncoming(first, { start: 2, end: 4 })), 'id');
    });

    it('gives a batch that was delivered again another generation, and refuses to read the one before', async () => {
      await world.deliver('batch.ndjson', '{"id":1}\n');
      const before = await port.incoming(dataset);
      await world.deliver('batch.ndjson', '{"id":2}\n');
      const after = await port.incoming(dataset);
      assert.notEqual(after?.generation, before?.generation);
      const [part] = before?.parts ?? [];
      assert.ok(part !== undefined);
      await assert.rejects(
        textOf(port.readIncoming(part)),
        (error: unknown) => error instanceof PortError && ['precondition-failed', 'not-found'].includes(error.code),
      );
    });

    it('stages a version whole: pointer, manifest, statistics and bytes', async () => {
      const version = await staged('{"id":1}\n{"id":2}\n');
      assert.deepEqual(await port.pointer(dataset, 'staged'), { version, token: 1 });
      const manifest = await port.manifest(dataset, version);
      assert.equal(digestOf(manifest), version);
      assert.deepEqual(await port.statistics(dataset, version), {
        rows: 2,
        newest: '2026-11-24T09:00:00.000Z',
        madeFrom: { generation: 'sha256:source', rules: 'sha256:rules' },
      });
      const [part] = manifest?.parts ?? [];
      assert.ok(part !== undefined);
      assert.equal(await textOf(port.readPart(dataset, part)), '{"id":1}\n{"id":2}\n');
      assert.deepEqual(await port.changedParts(dataset, version), []);
    });

    it('stages the same version again without harm, as a call whose answer was lost is repeated', async () => {
      const version = await staged('{"id":1}\n');
      assert.equal(await staged('{"id":1}\n', null), version);
      assert.deepEqual(await port.pointer(dataset, 'staged'), { version, token: 1 });
    });

    it('moves no pointer when the source gives other bytes than were promised', async () => {
      const { version, ...made } = content(dataset.name, '{"id":1}\n');
      const parts = made.parts.map((part) => ({ ...part, open: () => once('{"id":9}\n') }));
      await assert.rejects(
        port.stage(dataset, { from: null, to: version, token: 1, content: { ...made, parts } }),
        failsWith('precondition-failed'),
      );
      assert.deepEqual(await port.pointer(dataset, 'staged'), { version: null, token: 0 });
      assert.equal(await port.manifest(dataset, version), undefined);
    });

    it('moves a pointer only from where the caller expects it', async () => {
      const first = await staged('{"id":1}\n');
      const second = content(dataset.name, '{"id":2}\n');
      const { version, ...made } = second;
      const request = { from: 'sha256:elsewhere', to: version, token: 2, content: made };
      await assert.rejects(port.stage(dataset, request), failsWith('precondition-failed'));
      assert.equal((await port.pointer(dataset, 'staged')).version, first);
      await port.promote(dataset, { from: null, to: first, token: 2 });
      await assert.rejects(
        port.promote(dataset, { from: 'sha256:elsewhere', to: null, token: 2 }),
        failsWith('precondition-failed'),
      );
      assert.equal((await port.pointer(dataset, 'live')).version, first);
    });

    it('makes a version live and puts the one before back', async () => {
      const first = await staged('{"id":1}\n');
      await port.promote(dataset, { from: null, to: first, token: 1 });
      const second = await staged('{"id":2}\n', first, 2);
      await port.promote(dataset, { from: first, to: second, token: 2 });
      await port.promote(dataset, { from: second, to: first, token: 3 });
      assert.deepEqual(await port.pointer(dataset, 'live'), { version: first, token: 3 });
      await port.promote(dataset, { from: first, to: null, token: 4 });
      assert.deepEqual(await port.pointer(dataset, 'live'), { version: null, token: 4 });
    });

    it('makes nothing live that is not there', async () => {
      const absent = digestOf('no such manifest');
      await assert.rejects(port.promote(dataset, { from: null, to: absent, token: 1 }), failsWith('not-found'));
      await assert.rejects(port.stage(dataset, { from: null, to: absent, token: 1 }), failsWith('not-found'));
      await assert.rejects(port.statistics(dataset, absent), failsWith('not-found'));
      assert.equal(await port.manifest(dataset, absent), undefined);
    });

    it('refuses a caller with a lower token on the pointer that was fenced, and on no other', async () => {
      const version = await staged('{"id":1}\n', null, 3);
      await port.fence(dataset, 'live', 9);
      await port.fence(dataset, 'live', 9);
      assert.deepEqual(await port.pointer(dataset, 'live'), { version: null, token: 9 });
      await assert.rejects(
        port.promote(dataset, { from: null, to: version, token: 8 }),
        failsWith('precondition-failed'),
      );
      await assert.rejects(port.fence(dataset, 'live', 8), failsWith('precondition-failed'));
      await port.promote(dataset, { from: null, to: version, token: 9 });
      assert.deepEqual(await port.pointer(dataset, 'staged'), { version, token: 3 });
      await assert.rejects(
        port.stage(dataset, { from: version, to: null, token: 2 }),
        failsWith('precondition-failed'),
      );
    });

    it('lets one of many that move the same pointer at once win', async () => {
      const version = await staged('{"id":1}\n');
      const other = await staged('{"id":2}\n', version, 1);
      const outcomes = await Promise.allSettled(
        [version, other, version, other].map((to, index) =>
          port.promote(dataset, { from: null, to, token: index + 1 }),
        ),
      );
      assert.ok(outcomes.some(({ status }) => status === 'fulfilled'));
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected')
          assert.equal((outcome.reason as PortError).code, 'precondition-failed', String(outcome.reason));
      }
    });

    it('names the parts that were written over since', async () => {
      const version = await staged('{"id":1}\n');
      const manifest = await port.manifest(dataset, version);
      const [part] = manifest?.parts ?? [];
      assert.ok(part !== undefined);
      await world.tamper(part);
      assert.equal((await port.changedParts(dataset, version)).length, 1);
      // Staging it again mends it: the bytes are made anew from their source.
      await staged('{"id":1}\n');
      assert.deepEqual(await port.changedParts(dataset, version), []);
      assert.equal(await textOf(port.readPart(dataset, part)), '{"id":1}\n');
    });
  });
}
