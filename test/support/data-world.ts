import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalDatasets } from '../../shared/adapters/local/datasets.ts';
import { LocalObjects } from '../../shared/adapters/local/objects.ts';
import type { Configuration, Dataset } from '../../shared/domain/configuration/index.ts';
import { instant } from '../../shared/domain/time.ts';
import type { DatasetsPort } from '../../shared/ports/datasets.ts';
import { sampleConfiguration } from './configuration.ts';

/** Datasets in a folder of their own, with the configuration that names them. */
export interface DataWorld extends AsyncDisposable {
  readonly data: string;
  readonly objects: LocalObjects;
  readonly datasets: DatasetsPort;
  readonly configuration: Configuration;
  dataset(name: string): Dataset;
  /** Delivers a batch of rows; text is delivered as it is. */
  deliver(name: string, rows: readonly unknown[] | string, key?: string): Promise<void>;
  /** Every file below the folder with its content, to compare before and after. */
  files(): Promise<Record<string, string>>;
}

/** `datasets` is the YAML of the list, one flow map per line. */
export async function dataWorld(datasets: string): Promise<DataWorld> {
  const data = await mkdtemp(join(tmpdir(), 'highnoon-data-'));
  let written = 0;
  const now = () => instant(Date.parse('2026-11-24T10:00:00.000Z') + 1000 * written++);
  const objects = new LocalObjects({ data, clock: { now } });
  const configuration = sampleConfiguration(`datasets:\n${datasets.replace(/^(?=\S)/gm, '  - ')}\n`);
  const dataset = (name: string): Dataset => {
    const found = configuration.datasets.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no dataset ${name}`);
    return found;
  };
  return {
    data,
    objects,
    datasets: new LocalDatasets({ objects }),
    configuration,
    dataset,
    async deliver(name, rows, key = 'batch.ndjson') {
      const text = typeof rows === 'string' ? rows : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      await objects.write(`${dataset(name).incoming_uri}${key}`, Buffer.from(text), { when: 'any' });
    },
    async files() {
      const entries = await readdir(data, { recursive: true, withFileTypes: true });
      const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
      return Object.fromEntries(
        await Promise.all(paths.sort().map(async (path) => [path, await readFile(path, 'base64')] as const)),
      );
    },
    async [Symbol.asyncDispose]() {
      objects.close();
      await rm(data, { recursive: true });
    },
  };
}
