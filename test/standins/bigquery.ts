import { type Asked, HttpFault, type HttpStandIn, startHttp } from './http-server.ts';
import type { StorageStandIn } from './storage.ts';

type Row = Readonly<Record<string, unknown>>;
interface Table {
  version: number;
  readonly created: number;
  labels: Record<string, string>;
  view: { readonly query: string } | undefined;
  readonly rows: readonly Row[];
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: string }[] } | undefined;
  readonly expirationTime?: string;
  readonly snapshot?: boolean;
}
interface Job {
  readonly error: { readonly reason: string; readonly message: string } | undefined;
  polls: number;
}

export interface BigQueryStandIn extends HttpStandIn {
  /** By `DATASET.TABLE`. */
  readonly tables: Map<string, Table>;
  readonly jobs: Map<string, Job>;
  /** How often a job says that it is still running. */
  slowness: number;
  /** The next load jobs fail so, after they were taken. */
  readonly loadFailures: { readonly reason: string; readonly message: string }[];
  put(name: string, table: { rows?: readonly Row[]; view?: string; created?: number; snapshot?: boolean }): void;
}

/** BigQuery's tables, views, load jobs and the one kind of query that High Noon asks, in memory. */
export async function startBigQuery(storage?: StorageStandIn): Promise<BigQueryStandIn> {
  const tables = new Map<string, Table>();
  const jobs = new Map<string, Job>();
  let created = 1_760_000_000_000;
  const standIn: BigQueryStandIn = Object.assign(await startHttp(route), {
    tables,
    jobs,
    slowness: 0,
    loadFailures: [] as { reason: string; message: string }[],
    put,
  });
  return standIn;

  function put(
    name: string,
    given: { rows?: readonly Row[]; view?: string; created?: number; snapshot?: boolean },
  ): void {
    created += 1000;
    tables.set(name, {
      version: 1,
      created: given.created ?? created,
      labels: {},
      view: given.view === undefined ? undefined : { query: given.view },
      rows: given.rows ?? [],
      schema: schemaOf(given.rows ?? []),
      ...(given.snapshot === undefined ? {} : { snapshot: given.snapshot }),
    });
  }

  function route({ method, path, headers, body, query }: Asked) {
    const inner = path.replace(/^\/bigquery\/v2\/projects\/[^/]+/, '');
    const one = /^\/datasets\/([^/]+)\/tables\/([^/]+)$/.exec(inner);
    if (one !== null) {
      const name = `${one[1]}.${one[2]}`;
      if (method === 'GET') return { name: 'get', run: () => resource(name) };
      if (method === 'PATCH') return { name: 'patch', run: () => patch(name, body, headers['if-match']) };
    }
    const many = /^\/datasets\/([^/]+)\/tables$/.exec(inner);
    if (many !== null) {
      if (method === 'GET')
        return { name: 'list', run: () => list(many[1] ?? '', Number(query.get('pageToken') ?? 0)) };
      return { name: 'insert', run: () => insert(`${many[1]}.${body.tableReference.tableId}`, body) };
    }
    if (/^\/datasets\/[^/]+$/.test(inner)) return { name: 'dataset', run: () => ({ location: 'US' }) };
    if (inner === '/jobs' && method === 'POST') return { name: 'startJob', run: () => startJob(body) };
    const job = /^\/jobs\/([^/]+)$/.exec(inner);
    if (job !== null) return { name: 'job', run: () => jobState(job[1] ?? '', query.get('location')) };
    if (inner === '/queries') return { name: 'query', run: () => measure(body.query) };
    return undefined;
  }

  function existing(name: string): Table {
    const found = tables.get(name);
    if (found === undefined) throw new HttpFault(404, 'notFound', `Not found: Table ${name}`);
    return found;
  }

  function resource(name: string): unknown {
    const { version, labels, view, rows, schema, ...table } = existing(name);
    const [datasetId, tableId] = name.split('.');
    return {
      etag: `"e${version}"`,
      type: view !== undefined ? 'VIEW' : table.snapshot ? 'SNAPSHOT' : 'TABLE',
      tableReference: { datasetId, tableId },
      creationTime: String(table.created),
      labels,
      ...(view === undefined
        ? { numRows: String(rows.length), numBytes: String(JSON.stringify(rows).length), schema }
        : { view, schema: schemaOf(rowsOf(name)) }),
    };
  }

  function insert(name: string, body: { labels?: Record<string, string>; view?: { query: string } }): unknown {
    if (tables.has(name)) throw new HttpFault(409, 'duplicate', `Already Exists: Table ${name}`);
    if (body.view !== undefined) source(body.view.query);
    put(name, body.view === undefined ? {} : { view: body.view.query });
    existing(name).labels = labelled(body.labels ?? {});
    return resource(name);
  }

  function patch(
    name: string,
    body: { labels?: Record<string, string>; view?: { query: string } },
    match: unknown,
  ): unknown {
    const found = existing(name);
    if (match !== undefined && match !== `"e${found.version}"`)
      throw new HttpFault(412, 'conditionNotMet', 'Precondition check failed.');
    if (body.view !== undefined && found.view === undefined)
      throw new HttpFault(400, 'invalid', 'Cannot change a table into a view');
    if (body.view !== undefined) {
      source(body.view.query);
      found.view = body.view;
    }
    found.labels = { ...found.labels, ...labelled(body.labels ?? {}) };
    found.version += 1;
    return resource(name);
  }

  /** BigQuery checks a view's query when it is stored: what it reads must be there. */
  function source(query: string): readonly Row[] {
    if (query.endsWith('WHERE FALSE')) return [];
    const name = /FROM `[^.`]+\.([^`]+)`$/.exec(query)?.[1];
    if (name === undefined) throw new HttpFault(400, 'invalidQuery', `Syntax error: ${query}`);
    return rowsOf(name);
  }

  function rowsOf(name: string): readonly Row[] {
    const { view, rows } = existing(name);
    return view === undefined ? rows : source(view.query);
  }

  function list(dataset: string, from: number): unknown {
    const names = [...tables.keys()].filter((name) => name.startsWith(`${dataset}.`));
    return {
      tables: names.slice(from, from + 2).map(resource),
      ...(from + 2 < names.length ? { nextPageToken: String(from + 2) } : {}),
    };
  }

  function startJob(body: {
    jobReference: { jobId: string; location: string };
    configuration: {
      load: {
        sourceUris: string[];
        destinationTable: { datasetId: string; tableId: string };
        writeDisposition: string;
      };
    };
  }): unknown {
    const { jobId, location } = body.jobReference;
    if (location !== 'US') throw new HttpFault(404, 'notFound', `the dataset is not in ${location}`);
    if (jobs.has(jobId)) throw new HttpFault(409, 'duplicate', `Already Exists: Job ${jobId}`);
    if (!/^[A-Za-z0-9_-]{1,1024}$/.test(jobId)) throw new HttpFault(400, 'invalid', `Invalid job id ${jobId}`);
    const { sourceUris, destinationTable, writeDisposition } = body.configuration.load;
    const told = standIn.loadFailures.shift();
    const name = `${destinationTable.datasetId}.${destinationTable.tableId}`;
    const error =
      told ??
      (writeDisposition === 'WRITE_EMPTY' && tables.has(name)
        ? { reason: 'duplicate', message: `Already Exists: Table ${name}` }
        : undefined);
    jobs.set(jobId, { error, polls: 0 });
    if (error === undefined) put(name, { rows: sourceUris.flatMap(readObject) });
    return { jobReference: body.jobReference, status: { state: 'PENDING' } };
  }

  function readObject(uri: string): Row[] {
    const object = storage?.objects.get(uri.replace('gs://', ''));
    if (object === undefined) throw new HttpFault(404, 'notFound', `Not found: URI ${uri}`);
    return object.bytes
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  function jobState(jobId: string, location: string | null): unknown {
    const job = jobs.get(jobId);
    if (job === undefined || location !== 'US') throw new HttpFault(404, 'notFound', `Not found: Job ${jobId}`);
    job.polls += 1;
    if (job.polls <= standIn.slowness) return { status: { state: 'RUNNING' } };
    return { status: { state: 'DONE', ...(job.error === undefined ? {} : { errorResult: job.error }) } };
  }

  function measure(query: string): unknown {
    const match = /^SELECT COUNT\(\*\), (.*) FROM `[^.`]+\.([^`]+)`$/.exec(query);
    if (match === null) throw new HttpFault(400, 'invalidQuery', `Syntax error: ${query}`);
    const [, columns = '', name = ''] = match;
    const rows = rowsOf(name);
    const values: (string | null)[] = [String(rows.length)];
    const ts = /MAX\(SAFE_CAST\(`(\w+)`/.exec(columns)?.[1] ?? '';
    values.push(
      rows
        .map((row) => row[ts])
        .filter((value) => typeof value === 'string')
        .map((value) => new Date(value).toISOString())
        .sort()
        .at(-1) ?? null,
    );
    const key = /COUNT\(DISTINCT `(\w+)`\)/.exec(columns)?.[1] ?? '';
    const keys = rows.map((row) => row[key]).filter((value) => value !== null && value !== undefined);
    values.push(String(keys.length - new Set(keys).size));
    for (const [, field = ''] of columns.matchAll(/COUNTIF\(`(\w+)` IS NULL\)/g))
      values.push(String(rows.filter((row) => row[field] === null || row[field] === undefined).length));
    return { jobComplete: true, rows: [{ f: values.map((v) => ({ v })) }] };
  }
}

function labelled(labels: Record<string, string>): Record<string, string> {
  for (const [key, value] of Object.entries(labels))
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(value))
      throw new HttpFault(400, 'invalid', `${key}=${value} is no label`);
  return labels;
}

function schemaOf(rows: readonly Row[]): Table['schema'] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return names.size === 0 ? undefined : { fields: [...names].map((name) => ({ name, type: 'STRING' })) };
}
