import type { BigQuery } from '@google-cloud/bigquery';
import { PortError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { CALL_TIMEOUT_MS, httpCall, lazily } from './call.ts';
import type { CloudPlace } from './endpoints.ts';
import { httpFault } from './errors.ts';

/** `DATASET.TABLE` in the project of the adapter. */
export interface TableAddress {
  readonly dataset: string;
  readonly table: string;
}

/** A table or view as the REST API describes it; numbers of 64 bits are texts. */
export interface TableResource {
  readonly etag?: string;
  readonly type?: string;
  readonly tableReference?: { readonly tableId?: string };
  readonly creationTime?: string;
  readonly expirationTime?: string;
  readonly numRows?: string;
  readonly numBytes?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly schema?: { readonly fields?: readonly unknown[] };
  readonly view?: { readonly query: string; readonly useLegacySql?: boolean };
  readonly snapshotDefinition?: { readonly snapshotTime?: string };
  readonly description?: string;
}

interface JobResource {
  readonly status?: {
    readonly state?: string;
    readonly errorResult?: { readonly reason?: string; readonly message?: string };
  };
}

export interface BigQueryOptions extends CloudPlace {
  readonly port: string;
  readonly clock: Pick<Clock, 'sleep' | 'monotonicMs'>;
}

/** A job that loads a batch may take longer than one call; it is asked after this often, up to the limit. */
const POLL_MS = 1000;
const JOB_LIMIT_MS = 240_000;

/** The few methods of BigQuery that High Noon uses, each tried once, with etags where something is replaced. */
export class BigQueryTables {
  readonly #client: () => Promise<BigQuery>;
  readonly #options: BigQueryOptions;

  constructor(options: BigQueryOptions) {
    this.#options = options;
    this.#client = lazily(() => connect(options));
  }

  /** Undefined when there is no such table or view. */
  async get(address: TableAddress, signal?: AbortSignal): Promise<TableResource | undefined> {
    try {
      return await this.#request<TableResource>('GET', tablePath(address), 'bigquery.tables.get', { signal });
    } catch (error) {
      if (error instanceof PortError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  /** Throws `already-exists`. */
  async insert({ dataset, table }: TableAddress, resource: TableResource, signal?: AbortSignal): Promise<void> {
    const tableReference = { projectId: this.#options.projectId, datasetId: dataset, tableId: table };
    const json = { ...resource, tableReference };
    await this.#request('POST', `/datasets/${dataset}/tables`, 'bigquery.tables.create', { json, signal });
  }

  /** Throws `precondition-failed` when the table no longer has this etag. */
  async patch(address: TableAddress, etag: string, resource: TableResource, signal?: AbortSignal): Promise<void> {
    const headers = { 'If-Match': etag };
    await this.#request('PATCH', tablePath(address), 'bigquery.tables.update', { json: resource, headers, signal });
  }

  async list(dataset: string, signal?: AbortSignal): Promise<TableResource[]> {
    const tables: TableResource[] = [];
    let pageToken = '';
    do {
      const qs = { maxResults: 500, ...(pageToken === '' ? {} : { pageToken }) };
      const page: { tables?: TableResource[]; nextPageToken?: string } = await this.#request(
        'GET',
        `/datasets/${dataset}/tables`,
        'bigquery.tables.list',
        { qs, signal },
      );
      tables.push(...(page.tables ?? []));
      pageToken = page.nextPageToken ?? '';
    } while (pageToken !== '');
    return tables;
  }

  /**
   * Runs a job under an id, once, however often it is asked for: what is under way is waited for, what is done is done.
   * A job that failed keeps its id for ever, so the next try is numbered.
   */
  async runJob(id: string, dataset: string, configuration: object, signal?: AbortSignal): Promise<void> {
    // A job is found again only where it runs, and it runs where its data is.
    const { location } = await this.#request<{ location: string }>(
      'GET',
      `/datasets/${dataset}`,
      'bigquery.datasets.get',
      { signal },
    );
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const jobId = `${id}-${attempt}`;
      const isNew = await this.#startJob(jobId, location, configuration, signal);
      const failure = await this.#jobFailure(jobId, location, signal);
      if (failure === undefined) return;
      if (isNew) throw failure;
    }
    throw new PortError(this.#options.port, 'aborted', `the job ${id} failed five times`);
  }

  /** The one row that a short query answers with, as texts. */
  async queryRow(query: string, signal?: AbortSignal): Promise<readonly (string | null)[]> {
    const json = { query, useLegacySql: false, timeoutMs: CALL_TIMEOUT_MS - 5000 };
    const answer = await this.#request<{ jobComplete?: boolean; rows?: { f: { v: string | null }[] }[] }>(
      'POST',
      '/queries',
      'bigquery.jobs.create and bigquery.tables.getData',
      { json, signal },
    );
    if (answer.jobComplete !== true)
      throw new PortError(this.#options.port, 'deadline-exceeded', 'the query did not end in time');
    return (answer.rows?.[0]?.f ?? []).map(({ v }) => v);
  }

  async #startJob(
    jobId: string,
    location: string,
    configuration: object,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { projectId } = this.#options;
    const json = { jobReference: { projectId, jobId, location }, configuration };
    try {
      await this.#request('POST', '/jobs', 'bigquery.jobs.create', { json, signal });
      return true;
    } catch (error) {
      if (error instanceof PortError && error.code === 'already-exists') return false;
      throw error;
    }
  }

  async #jobFailure(jobId: string, location: string, signal: AbortSignal | undefined): Promise<PortError | undefined> {
    const { clock, port } = this.#options;
    const until = clock.monotonicMs() + JOB_LIMIT_MS;
    for (;;) {
      const qs = { location };
      const { status } = await this.#request<JobResource>('GET', `/jobs/${jobId}`, 'bigquery.jobs.get', { qs, signal });
      if (status?.state === 'DONE') {
        const failed = status.errorResult;
        if (failed === undefined) return undefined;
        const asked = { port, what: `the job ${jobId}`, needs: 'bigquery.tables.updateData and storage.objects.get' };
        return httpFault({ code: 400, message: failed.message, errors: [failed] }, asked);
      }
      if (clock.monotonicMs() > until || signal?.aborted)
        throw new PortError(port, 'deadline-exceeded', `the job ${jobId} is still ${status?.state}`);
      await clock.sleep(POLL_MS, signal);
    }
  }

  async #request<T>(
    method: 'GET' | 'POST' | 'PATCH',
    uri: string,
    needs: string,
    options: { json?: unknown; qs?: object; headers?: object; signal: AbortSignal | undefined },
  ): Promise<T> {
    const { signal, ...request } = options;
    return httpCall({ port: this.#options.port, what: `bigquery${uri}`, needs }, signal, async () => {
      const client = await this.#client();
      return new Promise<T>((resolve, reject) => {
        client.request({ method, uri, ...request }, (error: Error | null, body: unknown) =>
          error === null ? resolve(body as T) : reject(error),
        );
      });
    });
  }
}

const tablePath = ({ dataset, table }: TableAddress): string => `/datasets/${dataset}/tables/${table}`;

async function connect({ projectId, endpoint }: BigQueryOptions): Promise<BigQuery> {
  const { BigQuery } = await import('@google-cloud/bigquery');
  const settings = { projectId, autoRetry: false, maxRetries: 0 };
  if (endpoint === undefined) return new BigQuery(settings);
  const { PassThroughClient } = await import('google-auth-library');
  return new BigQuery({ ...settings, apiEndpoint: `http://${endpoint}`, authClient: new PassThroughClient() });
}
