import type { Dataset } from '../../domain/configuration/index.ts';
import { parseSource } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BatchManifest, DatasetPlaces, DatasetsPort } from '../../ports/datasets.ts';
import type { ObjectsPort } from '../../ports/objects.ts';
import { partUri } from '../local/dataset-objects.ts';
import { LocalDatasets } from '../local/datasets.ts';
import { BigQueryTables, type TableAddress } from './bigquery.ts';
import type { CloudPlace } from './endpoints.ts';
import {
  ensureVersionTable,
  type LiveTable,
  liveTable,
  measureTable,
  TOKEN_LABEL,
  viewQuery,
} from './table-versions.ts';

export interface CloudDatasetsOptions extends CloudPlace {
  readonly objects: ObjectsPort;
  readonly clock: Pick<Clock, 'sleep' | 'monotonicMs'>;
  /** Tells which columns of a table say its time and its key. */
  readonly datasets: readonly Pick<Dataset, 'name' | 'ts' | 'key' | 'required'>[];
}

/**
 * Datasets on Google Cloud. Incoming and staged batches are objects, by the same rules as in a folder. What is live is a
 * pointer object too, or, at `bigquery:DATASET.TABLE`, a view over the version's own table.
 */
export function createCloudDatasets(options: CloudDatasetsOptions): DatasetsPort {
  const { objects, projectId } = options;
  const inObjects = new LocalDatasets({ objects });
  const tables = new BigQueryTables({ ...options, port: 'datasets' });

  async function live(address: TableAddress, signal?: AbortSignal): Promise<LiveTable> {
    return liveTable(projectId, address, await tables.get(address, signal));
  }

  /** Compare-and-set on the view: created only where nothing is, changed only under the etag that was read. */
  async function swap(
    address: TableAddress,
    found: LiveTable,
    version: string | null,
    token: number,
    signal?: AbortSignal,
  ) {
    const labels = { [TOKEN_LABEL]: String(token) };
    const isMove = found.etag === null || version !== found.version;
    const view = () => ({ view: { query: viewQuery(projectId, address, version), useLegacySql: false } });
    const change = isMove ? { ...view(), labels } : { labels };
    try {
      if (found.etag === null) await tables.insert(address, change, signal);
      else await tables.patch(address, found.etag, change, signal);
    } catch (error) {
      // Both say that somebody else was there first.
      if (error instanceof PortError && (error.code === 'already-exists' || error.code === 'aborted'))
        throw new PortError('datasets', 'precondition-failed', error.message, { cause: error });
      throw error;
    }
  }

  async function ensure(dataset: DatasetPlaces, address: TableAddress, version: string, signal?: AbortSignal) {
    const manifest = await inObjects.manifest(dataset, version);
    if (manifest === undefined)
      throw new PortError('datasets', 'not-found', `${dataset.name} has no version ${version}`);
    const batch = { manifest, uris: urisOf(dataset, manifest), projectId };
    await ensureVersionTable(tables, address, version, batch, signal);
  }

  return {
    incoming: (dataset) => inObjects.incoming(dataset),
    readIncoming: (part, range) => inObjects.readIncoming(part, range),
    manifest: (dataset, version) => inObjects.manifest(dataset, version),
    readPart: (dataset, part, signal) => inObjects.readPart(dataset, part, signal),
    changedParts: (dataset, version) => inObjects.changedParts(dataset, version),

    async pointer(dataset, which, signal) {
      const address = tableOf(dataset);
      if (which === 'staged' || address === undefined) return inObjects.pointer(dataset, which);
      const { version, token } = await live(address, signal);
      return { version, token };
    },

    async statistics(dataset, version, signal) {
      const address = tableOf(dataset);
      if (address === undefined || version.startsWith('sha256:')) return inObjects.statistics(dataset, version);
      const found = await live(address, signal);
      if (found.version !== version)
        throw new PortError('datasets', 'not-found', `${dataset.name} is ${found.version} now, not ${version}`);
      const columns = options.datasets.find(({ name }) => name === dataset.name);
      if (columns === undefined) throw new PortError('datasets', 'invalid', `no dataset ${dataset.name} is configured`);
      return { ...(await measureTable(tables, projectId, address, columns, signal)), madeFrom: null };
    },

    /** The table is made at staging already, so that going live is one short request. */
    async stage(dataset, request) {
      await inObjects.stage(dataset, request);
      const address = tableOf(dataset);
      if (address !== undefined && request.to !== null) await ensure(dataset, address, request.to, request.signal);
    },

    async promote(dataset, request) {
      const address = tableOf(dataset);
      if (address === undefined) return inObjects.promote(dataset, request);
      const { from, to, token, signal } = request;
      const found = await live(address, signal);
      refuseLower(dataset, found, token);
      if (found.version !== to && found.version !== from)
        throw new PortError(
          'datasets',
          'precondition-failed',
          `the live view of ${dataset.name} is at ${found.version}, not ${from}`,
        );
      if (found.version === to && found.token === token) return;
      if (!found.isOurs) throw notOurs(dataset, address);
      if (to !== null) await ensure(dataset, address, to, signal);
      await swap(address, found, to, token, signal);
    },

    async fence(dataset, which, token, signal) {
      const address = tableOf(dataset);
      if (which === 'staged' || address === undefined) return inObjects.fence(dataset, which, token);
      const found = await live(address, signal);
      refuseLower(dataset, found, token);
      if (found.token !== token) await swap(address, found, found.version, token, signal);
    },
  };
}

function tableOf({ live_uri }: DatasetPlaces): TableAddress | undefined {
  const source = parseSource(live_uri);
  if (typeof source === 'string' || source.system !== 'bigquery') return undefined;
  return { dataset: source.dataset, table: source.table };
}

const urisOf = (dataset: DatasetPlaces, { parts }: BatchManifest): string[] =>
  parts.filter(({ rows }) => rows > 0).map((part) => partUri(dataset, part));

function refuseLower({ name }: DatasetPlaces, { token: known }: LiveTable, token: number): void {
  if (known > token)
    throw new PortError(
      'datasets',
      'precondition-failed',
      `the live view of ${name} carries token ${known}, not ${token}`,
    );
}

const notOurs = ({ name }: DatasetPlaces, { dataset, table }: TableAddress): PortError =>
  new PortError(
    'datasets',
    'unsupported',
    `${dataset}.${table} of ${name} is a table or view of somebody else's making, and High Noon never replaces one: ` +
      'rename it once, or set live_uri to a name that is free',
  );
