import { createHash } from 'node:crypto';
import { PortError } from '../../domain/errors.ts';
import { canonicalJson, digestOf } from '../../domain/json.ts';
import type {
  BatchManifest,
  DatasetPlaces,
  DatasetsPort,
  IncomingBatch,
  PartContent,
  Pointer,
  PointerName,
  PromoteRequest,
  StagedPart,
  StageRequest,
  VersionStatistics,
} from '../../ports/datasets.ts';
import type { ObjectInfo, ObjectsPort, WriteCondition } from '../../ports/objects.ts';
import { manifestUri, parseManifest, parsePointer, partUri, pointerUri, quarantineUri } from './dataset-objects.ts';
import { newestBatch } from './incoming-batch.ts';

const fault = (code: PortError['code'], message: string): PortError => new PortError('datasets', code, message);

/**
 * Datasets whose versions and pointers are objects. A version is `versions/<digest>.json` and its `parts/` below the
 * staged folder; the two pointers are `current.json` in the staged and in the live folder. A dataset that is a table
 * elsewhere (`bigquery:DATASET.TABLE`) has its live folder at `gs://bigquery/DATASET.TABLE/` here.
 */
export class LocalDatasets implements DatasetsPort {
  readonly #objects: ObjectsPort;

  constructor({ objects }: { readonly objects: ObjectsPort }) {
    this.#objects = objects;
  }

  incoming(dataset: DatasetPlaces): Promise<IncomingBatch | undefined> {
    return newestBatch(this.#objects, dataset.incoming_uri);
  }

  readIncoming(...[part, options]: Parameters<DatasetsPort['readIncoming']>): AsyncIterable<Uint8Array> {
    return this.#objects.read(part.uri, { ...options, generation: part.generation });
  }

  async pointer(dataset: DatasetPlaces, which: PointerName): Promise<Pointer> {
    return (await this.#pointer(dataset, which)).pointer;
  }

  async manifest(dataset: DatasetPlaces, version: string): Promise<BatchManifest | undefined> {
    const uri = manifestUri(dataset, version);
    const text = await this.#text(uri);
    if (text === undefined) return undefined;
    const manifest = parseManifest(text, uri);
    if (digestOf(manifest) === version) return manifest;
    throw fault('invalid', `${uri} is not the manifest that its name says`);
  }

  async statistics(dataset: DatasetPlaces, version: string): Promise<VersionStatistics> {
    const { rows, newest, source, rules } = await this.#existing(dataset, version);
    return { rows, newest, madeFrom: { generation: source.generation, rules } };
  }

  readPart(dataset: DatasetPlaces, part: StagedPart, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#objects.read(partUri(dataset, part), signal === undefined ? {} : { signal });
  }

  async changedParts(dataset: DatasetPlaces, version: string): Promise<readonly string[]> {
    const { parts } = await this.#existing(dataset, version);
    const changed: string[] = [];
    for (const part of parts) {
      const uri = partUri(dataset, part);
      if (!isPart(await this.#objects.stat(uri), part)) changed.push(uri);
    }
    return changed;
  }

  async stage(dataset: DatasetPlaces, { from, to, content, token, signal }: StageRequest): Promise<void> {
    const found = await this.#pointer(dataset, 'staged');
    this.#mayMove(found.pointer, dataset, 'staged', token);
    if (found.pointer.version !== to) this.#isAt(found.pointer, dataset, 'staged', from);
    if (content !== undefined) await this.#write(dataset, to, content, token, signal);
    else if (to !== null) await this.#existing(dataset, to);
    await this.#move(dataset, 'staged', found, { version: to, token });
  }

  async promote(dataset: DatasetPlaces, { from, to, token }: PromoteRequest): Promise<void> {
    const found = await this.#pointer(dataset, 'live');
    this.#mayMove(found.pointer, dataset, 'live', token);
    if (found.pointer.version !== to) this.#isAt(found.pointer, dataset, 'live', from);
    if (to !== null) await this.#existing(dataset, to);
    await this.#move(dataset, 'live', found, { version: to, token });
  }

  async fence(dataset: DatasetPlaces, which: PointerName, token: number): Promise<void> {
    const found = await this.#pointer(dataset, which);
    this.#mayMove(found.pointer, dataset, which, token);
    await this.#move(dataset, which, found, { version: found.pointer.version, token });
  }

  /** Parts first, the manifest last: a version whose manifest is there is whole. */
  async #write(
    dataset: DatasetPlaces,
    to: string | null,
    { manifest, parts, quarantine }: NonNullable<StageRequest['content']>,
    token: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (digestOf(manifest) !== to) throw fault('precondition-failed', `${dataset.name}: ${to} is not this manifest`);
    for (const part of parts) await this.#writePart(partUri(dataset, part), part, token, signal);
    if (quarantine !== null) await this.#writePart(quarantineUri(dataset, quarantine), quarantine, token, signal);
    const uri = manifestUri(dataset, to);
    const text = Buffer.from(`${canonicalJson(manifest)}\n`);
    const known = await this.#objects.stat(uri);
    if (known !== undefined && (await this.#text(uri)) === text.toString()) return;
    await this.#objects.write(uri, text, {
      when: whenNow(known),
      contentType: 'application/json',
      metadata: { token: String(token) },
    });
  }

  async #writePart(
    uri: string,
    part: PartContent,
    token: number,
    signal = new AbortController().signal,
  ): Promise<void> {
    const known = await this.#objects.stat(uri);
    if (isPart(known, part)) return;
    const metadata = { sha256: part.sha256, token: String(token) };
    const options = { when: whenNow(known), contentType: 'application/x-ndjson', metadata, signal };
    await this.#objects.write(uri, asPromised(part, uri, signal), options);
  }

  async #existing(dataset: DatasetPlaces, version: string): Promise<BatchManifest> {
    const manifest = await this.manifest(dataset, version);
    if (manifest === undefined) throw fault('not-found', `${dataset.name} has no version ${version}`);
    return manifest;
  }

  async #pointer(dataset: DatasetPlaces, which: PointerName): Promise<{ pointer: Pointer; when: WriteCondition }> {
    const uri = pointerUri(dataset, which);
    const info = await this.#objects.stat(uri);
    if (info === undefined) return { pointer: { version: null, token: 0 }, when: 'absent' };
    const text = await this.#text(uri, info.generation);
    if (text === undefined) throw fault('unavailable', `${uri} was being replaced`);
    return { pointer: parsePointer(text, uri, dataset.name), when: { generation: info.generation } };
  }

  #mayMove({ token: known }: Pointer, { name }: DatasetPlaces, which: PointerName, token: number): void {
    if (known > token)
      throw fault('precondition-failed', `the ${which} pointer of ${name} carries token ${known}, not ${token}`);
  }

  #isAt({ version }: Pointer, { name }: DatasetPlaces, which: PointerName, from: string | null): void {
    if (version !== from)
      throw fault('precondition-failed', `the ${which} pointer of ${name} is at ${version}, not ${from}`);
  }

  async #move(
    dataset: DatasetPlaces,
    which: PointerName,
    found: { readonly pointer: Pointer; readonly when: WriteCondition },
    next: Pointer,
  ): Promise<void> {
    if (found.pointer.version === next.version && found.pointer.token === next.token) return;
    const text = canonicalJson({ schema: 'highnoon.pointer/1', dataset: dataset.name, ...next });
    const metadata = { token: String(next.token) };
    await this.#objects.write(pointerUri(dataset, which), Buffer.from(`${text}\n`), {
      when: found.when,
      contentType: 'application/json',
      metadata,
    });
  }

  async #text(uri: string, generation?: string): Promise<string | undefined> {
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of this.#objects.read(uri, generation === undefined ? {} : { generation }))
        chunks.push(chunk);
    } catch (error) {
      if (error instanceof PortError && (error.code === 'not-found' || error.code === 'precondition-failed'))
        return undefined;
      throw error;
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

/** Whoever writes over an object loses what is noted with it, so this sees every change without reading. */
const isPart = (info: ObjectInfo | undefined, part: StagedPart): boolean =>
  info !== undefined && info.bytes === part.bytes && info.metadata.sha256 === part.sha256;

const whenNow = (info: ObjectInfo | undefined): WriteCondition =>
  info === undefined ? 'absent' : { generation: info.generation };

/** Breaks off at the end when the source gave other bytes than it did when it was scanned, so that nothing is written. */
async function* asPromised(part: PartContent, uri: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of part.open(signal)) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== part.sha256)
    throw fault('precondition-failed', `${uri}: the source gives other bytes now`);
}
